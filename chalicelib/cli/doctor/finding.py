"""A finding: one thing that was checked, and what to do about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.cli.trouble import sentence
from chalicelib.errors import AlertingError
from chalicelib.wiring.stage import Stage


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found for `name`; `fix` is what to do, and empty if all is well.

    `looked` is False if it could not be checked.
    """

    name: str
    told: str
    fix: str = ""
    looked: bool = True

    @property
    def ok(self) -> bool:
        """Whether there is nothing to do."""
        return not self.fix


Check = Callable[[Stage], Iterator[Finding]]


def findings(name: str, check: Check, stage: Stage) -> Iterator[Finding]:
    """Run a check; if it fails, that is a finding too, and the other checks still run."""
    try:
        yield from check(stage)
    except (AlertingError, BotoCoreError, ClientError) as error:
        yield Finding(name, "could not be checked", sentence(error), looked=False)
