"""The proof: a test alert becomes an issue, and `doctor` finds nothing wrong."""

import subprocess
import sys
from datetime import UTC, datetime
from subprocess import CompletedProcess

from chalicelib.wiring import checkout
from ops.deployment import Faults
from ops.setup.step import Setup, Step
from ops.trial import Trial

POLL_SECONDS = 15
TRIES = 20
"""Reconcile runs every minute, so its first look may not have happened yet."""


def publish(setup: Setup) -> None:
    """Follow a test alert to its issue; raises Stopped, which says at which stage it stopped."""
    setup.person.say(Trial(setup.stage, datetime.now(UTC)).run())


def doctor(setup: Setup) -> None:
    """Run `doctor` until it finds nothing; raises Faults if it still finds something after five minutes."""
    done = _asked(setup)
    for _ in range(TRIES):
        if done.returncode == 0:
            break
        setup.sleep(POLL_SECONDS)
        done = _asked(setup)
    setup.person.say(done.stdout + done.stderr)
    if done.returncode:
        raise Faults(f"{setup.names.prefix} is deployed, but", ["`doctor` found problems; see above"])


def _asked(setup: Setup) -> CompletedProcess[str]:
    command = [sys.executable, "-m", "chalicelib.cli", "doctor", "--stage", setup.name]
    environment = checkout.environment(setup.region)
    return subprocess.run(
        command, cwd=setup.root, env=environment, capture_output=True, text=True, check=False
    )


PUBLISH = Step(
    "publish",
    lambda _: "send a test alert, wait for its issue, then close it",
    lambda _: None,
    publish,
)
DOCTOR = Step("doctor", lambda _: "check everything that the stage needs", lambda _: None, doctor)
