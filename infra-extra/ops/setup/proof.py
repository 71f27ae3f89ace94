"""The proof: a test alert becomes an issue, and `doctor` finds everything well."""

import subprocess
import sys
from datetime import UTC, datetime

from chalicelib.wiring import checkout
from ops.deployment import Faults
from ops.setup.step import Setup, Step
from ops.trial import Trial


def publish(setup: Setup) -> None:
    """Follow a test alert to its issue; raises Stopped, which says at which stage it stopped."""
    setup.person.say(Trial(setup.stage, datetime.now(UTC)).run())


def doctor(setup: Setup) -> None:
    """Run `doctor`; raises Faults where it finds something to do."""
    command = [sys.executable, "-m", "chalicelib.cli", "doctor", "--stage", setup.name]
    done = subprocess.run(command, cwd=setup.root, env=checkout.environment(setup.region), check=False)
    if done.returncode:
        raise Faults(f"{setup.stage.prefix} is deployed, but", ["`doctor` found problems; see above"])


PUBLISH = Step(
    "publish",
    lambda _: "send a test alert, wait for its issue, then close it",
    lambda _: None,
    publish,
)
DOCTOR = Step("doctor", lambda _: "check everything that the stage needs", lambda _: None, doctor)
