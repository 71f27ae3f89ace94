"""From an AWS account to the first issue: what `make setup STAGE=dev` runs."""

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters import registry
from chalicelib.errors import ConfigurationError
from chalicelib.wiring.stage import LOCAL
from ops import checks
from ops.deployment import Faults
from ops.setup import (
    app,
    bucket,
    deployment,
    installation,
    proof,
    questions,
    routing_file,
    senders,
    stage_file,
    tokens,
    webhook,
)
from ops.setup.step import Setup, Step, Wanted, take
from ops.trial import Stopped

STEPS: tuple[Step, ...] = (
    stage_file.STEP,
    routing_file.STEP,
    bucket.STEP,
    tokens.STEP,
    app.STEP,
    deployment.STEP,
    webhook.STEP,
    installation.STEP,
    proof.PUBLISH,
    proof.DOCTOR,
    senders.STEP,
)
STOPPED = (Faults, Stopped, ConfigurationError, ClientError, BotoCoreError, subprocess.CalledProcessError)
DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError")


class Terminal:
    """The person at this terminal; with `yes`, one who agrees to everything proposed."""

    def __init__(self, *, yes: bool) -> None:
        self._yes = yes

    def say(self, text: str) -> None:
        """Print it at once: a person follows what happens."""
        print(text, flush=True)

    def ask(self, question: str, default: str, option: str) -> str:
        """Ask until there is an answer; raises Faults if nobody can answer."""
        if self._yes and default:
            return default
        while True:
            try:
                answer = input(f"{question}{f' [{default}]' if default else ''}: ").strip() or default
            except EOFError:
                raise Faults("no answer:", [f"pass {option}"]) from None
            if answer:
                return answer


def run(setup: Setup, only: Sequence[str] = ()) -> None:
    """Ask, say what will be done, and do it; raises whatever prevents it."""
    steps = [step for step in STEPS if not only or step.name in only]
    if faults := list(checks.tools()):
        raise Faults("nothing was done:", faults)
    # Check the account before anybody answers questions, whichever steps are run.
    stage_file.there(setup)
    questions.ask(setup)
    if not questions.begin(setup, [step.will(setup) for step in steps]):
        raise Faults("nothing was done:", ["you did not answer yes"])
    take(steps, setup)


def main(arguments: Sequence[str] | None = None) -> None:
    """Set up a stage; failures are reported, with what to do."""
    options = _parser().parse_args(arguments)
    wanted = Wanted(options.region, options.organization, options.repositories, tuple(options.senders))
    try:
        run(Setup(options.stage, Terminal(yes=options.yes), wanted), options.step)
    except STOPPED as error:
        again = "Run the same command again to continue; what is already done is left as it is."
        sys.exit(f"setup of {options.stage}: {_trouble(error)}\n{again}")
    except KeyboardInterrupt:
        sys.exit(130)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make setup", description=__doc__)
    parser.add_argument("stage", type=_stage, help="such as dev: lower-case letters and digits")
    parser.add_argument("--region", default="", help="default: the stage file's, else the AWS CLI's")
    parser.add_argument("--organization", default="", help="a GitHub organisation that you own")
    parser.add_argument("--repositories", default="", metavar="'alerts web=web-app'", help="where issues go")
    known, usual = list(registry.webhooks()), Wanted().senders
    parser.add_argument(
        "--senders", nargs="+", default=usual, choices=known, help="senders to make tokens for"
    )
    steps = [step.name for step in STEPS]
    parser.add_argument("--step", nargs="+", default=(), choices=steps, help="run only these steps")
    parser.add_argument("--yes", action="store_true", help="start without asking")
    return parser


def _stage(name: str) -> str:
    if name == LOCAL or not re.fullmatch(r"[a-z0-9]{1,20}", name):
        raise argparse.ArgumentTypeError("name a stage to set up: make setup STAGE=dev")
    return name


def _trouble(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        return f"{Path(error.cmd[0]).name} failed with exit status {error.returncode}; see above"
    if isinstance(error, ClientError) and error.response["Error"]["Code"] in DENIED:
        return f"{error}\n  - use an administrator's credentials (`aws sts get-caller-identity` shows yours)"
    return str(error)


if __name__ == "__main__":
    main()
