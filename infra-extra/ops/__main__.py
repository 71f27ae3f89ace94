"""`python -m ops VERB STAGE`: what the make targets run."""

import argparse
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import ConfigurationError
from ops import checks, functions, logs, package, terraform
from ops.aws import Aws
from ops.faults import Faults
from ops.stage import Stage
from ops.trial import Stopped, Trial


def plan(aws: Aws) -> None:
    """Check everything, and show what Terraform would change."""
    checks.require(aws, checks.BEFORE_ANYTHING)
    terraform.plan(aws.stage)


def deploy(aws: Aws) -> None:
    """Check everything, apply Terraform, deploy the functions, and tell what a person needs next."""
    checks.require(aws, checks.BEFORE_ANYTHING)
    terraform.apply(aws.stage)
    checks.require(aws, checks.BEFORE_FUNCTIONS)
    functions.deploy(aws)
    outputs = terraform.outputs(aws.stage)
    functions.limit(aws, outputs["requests_per_second"], outputs["requests_burst"])
    print("\nNext:")
    for name, value in outputs.items():
        print(f"  {name} = {value}")
    url(aws)


def destroy(aws: Aws) -> None:
    """Delete the functions, then what Terraform made; of prod only for somebody who types its name."""
    prefix = aws.stage.prefix
    if aws.stage.name == "prod" and input(f"Type {prefix} to delete it with all it remembers: ") != prefix:
        raise Faults(f"{prefix} is left as it is, since", ["its name was not typed"])
    checks.require(aws, (checks.tools, checks.account, checks.state_bucket))
    functions.delete(aws)
    terraform.destroy(aws.stage)


def tail(aws: Aws) -> None:
    """Show the functions' logs as they come, until Ctrl-C."""
    for line in logs.tail(aws, datetime.now(UTC)):
        print(line, flush=True)


def publish(aws: Aws) -> None:
    """Send a test alert, and print the address of its issue or where it stopped."""
    print(Trial(aws, datetime.now(UTC)).run())


def url(aws: Aws) -> None:
    """Print the address of Grafana's contact point."""
    address = functions.url(aws)
    if address is None:
        raise Faults(f"{aws.stage.prefix} has no address, since", ["it is not deployed"])
    print(f"{address}/webhooks/grafana")


def pack(aws: Aws) -> None:
    """Make the deployment package alone, and print where it is."""
    print(package.build(aws.stage))


VERBS: dict[str, Callable[[Aws], None]] = {
    "plan": plan,
    "deploy": deploy,
    "destroy": destroy,
    "logs": tail,
    "publish": publish,
    "url": url,
    "package": pack,
}


def main() -> None:
    """Carry out one verb on one stage; what keeps it from that is told without a trace."""
    parser = argparse.ArgumentParser(prog="ops", description=__doc__)
    parser.add_argument("verb", choices=VERBS)
    parser.add_argument("stage")
    options = parser.parse_args()
    try:
        VERBS[options.verb](Aws(Stage.read(options.stage)))
    except (Faults, Stopped, ConfigurationError, ClientError, BotoCoreError) as error:
        sys.exit(f"{options.verb}-{options.stage}: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"{options.verb}-{options.stage}: {error.cmd[0]} ended with {error.returncode}; see above")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
