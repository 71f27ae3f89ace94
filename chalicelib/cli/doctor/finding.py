"""A finding: one thing that was looked at, and what to do about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.cli.trouble import sentence
from chalicelib.errors import AlertingError
from chalicelib.wiring.stage import Stage


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of `name`; `fix` is what to do, and empty where all is well.

    `looked` is False where it could not be looked at.
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
    """Carry out a check; one that fails is itself a finding, and holds up no other."""
    try:
        yield from check(stage)
    except (AlertingError, BotoCoreError, ClientError) as error:
        yield Finding(name, "could not be checked", sentence(error), looked=False)
