"""Nothing: why there is no step to take on GitHub now, and when to plan again. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class Quiet(StrEnum):
    """Why there is nothing to do on GitHub."""

    IN_PROGRESS = "IN_PROGRESS"
    DISABLED = "DISABLED"
    LOOKED = "LOOKED"
    CLOSED_BY_PERSON = "CLOSED_BY_PERSON"
    REOPENED_BY_PERSON = "REOPENED_BY_PERSON"
    MUTED = "MUTED"
    SNOOZED = "SNOOZED"
    NOT_PLANNED = "NOT_PLANNED"
    FLAPPING = "FLAPPING"
    MAINTENANCE = "MAINTENANCE"
    INHIBITED = "INHIBITED"
    LATER = "LATER"
    RESOLVED_UNTOLD = "RESOLVED_UNTOLD"
    READ = "READ"
    EXPIRED = "EXPIRED"
    UP_TO_DATE = "UP_TO_DATE"
    BEATING = "BEATING"


@dataclass(frozen=True, slots=True)
class Held:
    """What holds a row back from outside it, and until when at the latest.

    `what` describes it for people, and `by` names who asked for it, empty if nobody is known. For inhibition
    `what` is the title of the inhibiting condition, and `by` its fingerprint.
    """

    reason: Quiet
    until: datetime
    what: str = ""
    by: str = ""

    @property
    def name(self) -> str:
        """The kind of thing that holds it back."""
        return self.reason.value

    def repeats(self, before: "Held | None") -> bool:
        """Whether it says the same as before, except for how long."""
        return before is not None and replace(self, until=before.until) == before


@dataclass(frozen=True, slots=True)
class Nothing:
    """Leave GitHub as it is; `due_at` is when to plan again, None if only a change can make a difference."""

    action = "SKIP"

    reason: Quiet
    due_at: datetime | None = None
    held: Held | None = None
