"""`python -m ops VERB STAGE`: what the make targets run."""

import argparse
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import ConfigurationError
from ops import asking, changes, checks, functions, logs, rewrite, rollback, terraform
from ops.deployment import Deployment, Faults
from ops.trial import Stopped, Trial


def plan(stage: Deployment) -> None:
    """Check everything, and show what Terraform and Chalice would change."""
    checks.require(stage, checks.BEFORE_ANYTHING)
    functions.prepare(stage)
    terraform.plan(stage)
    changes.show(stage)


def deploy(stage: Deployment) -> None:
    """Plan, then make the planned changes; a stage that asks first waits for a person to agree."""
    plan(stage)
    if stage.asks:
        asking.require(f"Change {stage.prefix} as shown above?")
    change(stage)


def change(stage: Deployment) -> None:
    """Make the planned changes, and print what a person needs next."""
    terraform.apply(stage)
    checks.require(stage, checks.BEFORE_FUNCTIONS)
    functions.ship(stage)
    outputs = terraform.outputs(stage)
    functions.limit(stage, outputs["requests_per_second"], outputs["requests_burst"])
    print("\nNext:")
    for name, value in outputs.items():
        print(f"  {name} = {value}")
    url(stage)


def go_back(stage: Deployment) -> None:
    """Deploy the package that ran before, without building it."""
    checks.require(stage, (checks.account, checks.state_bucket, checks.memory_of_chalice))
    rollback.run(stage)


def destroy(stage: Deployment) -> None:
    """Delete the functions, then what Terraform created; prod only if somebody types its name.

    If functions exist that no record lists, it stops and names them, since they would be left behind.
    """
    prefix = stage.prefix
    asks = stage.asks or stage.name == "prod"  # `confirm = false` is for what deploy changes
    if asks and asking.answer(f"Type {prefix} to delete it and all its data: ") != prefix:
        raise Faults(f"{prefix} was not deleted:", ["its name was not typed"])
    checks.require(stage, (checks.tools, checks.state_bucket, checks.memory_of_chalice))
    functions.delete(stage)
    terraform.destroy(stage)


def tail(stage: Deployment) -> None:
    """Show the functions' logs as they come, until Ctrl-C."""
    for line in logs.tail(stage, datetime.now(UTC)):
        print(line, flush=True)


def publish(stage: Deployment) -> None:
    """Send a test alert, and print the address of its issue or where it stopped."""
    print(Trial(stage, datetime.now(UTC)).run())


def url(stage: Deployment) -> None:
    """Print the address of Grafana's contact point."""
    address = functions.url(stage)
    if address is None:
        raise Faults(f"{stage.prefix} has no address:", ["it is not deployed"])
    print(f"{address}/webhooks/grafana")


def pack(stage: Deployment) -> None:
    """Build only the deployment package, and print where it is."""
    print(functions.prepare(stage))


def bucket(stage: Deployment) -> None:
    """Create the bucket for the state, if it does not exist, and print its name."""
    checks.require(stage, (checks.tools,))
    if any(checks.state_bucket(stage)):
        terraform.make_bucket(stage)
    print(stage.bucket)


VERBS: dict[str, Callable[[Deployment], None]] = {
    "plan": plan,
    "deploy": deploy,
    "rollback": go_back,
    "destroy": destroy,
    "logs": tail,
    "publish": publish,
    "url": url,
    "package": pack,
    "bucket": bucket,
}
OFFLINE = (pack,)
"""Verbs that need no account."""

REWRITE = "stage"
"""The verb that rewrites the files of a stage, and so does not read them first."""


def main() -> None:
    """Carry out one verb on one stage; failures are reported without a traceback."""
    parser = argparse.ArgumentParser(prog="ops", description=__doc__)
    parser.add_argument("verb", choices=(*VERBS, REWRITE))
    parser.add_argument("stage")
    parser.add_argument(
        "--released", type=Path, help="deploy this package of a release instead of building one"
    )
    options = parser.parse_args()
    try:
        if options.verb == REWRITE:
            rewrite.all_files(options.stage)
            return
        stage = replace(Deployment.read(options.stage), released=options.released)
        do = VERBS[options.verb]
        if do not in OFFLINE:
            checks.require(stage, (checks.account,))
        do(stage)
    except (Faults, Stopped, ConfigurationError, ClientError, BotoCoreError) as error:
        sys.exit(f"{options.verb}-{options.stage}: {error}")
    except subprocess.CalledProcessError as error:
        failed = f"{error.cmd[0]} failed with exit status {error.returncode}; see above"
        sys.exit(f"{options.verb}-{options.stage}: {failed}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
