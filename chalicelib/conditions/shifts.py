"""Shifts: who is on call at a time: the plan, unless an override or a handoff outweighs it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

DAY = timedelta(days=1)
AHEAD = timedelta(days=14)
"""How far ahead shifts are known."""


@dataclass(frozen=True, slots=True)
class Shift:
    """When a person, by GitHub login, is on call; `by` is who handed off to them."""

    person: str
    begins: datetime
    ends: datetime
    by: str = ""


@dataclass(frozen=True, slots=True)
class Shifts:
    """A team's shifts. A handoff outweighs an override, and both outweigh what is `planned`.

    Only the last of several handoffs or overrides counts; everybody in the plan at a time is on call.
    """

    planned: Sequence[Shift] = ()
    overrides: Sequence[Shift] = ()
    handoffs: Sequence[Shift] = ()

    def at(self, moment: datetime) -> tuple[Shift, ...]:
        """Return the shifts that count at a time, one for each person; empty if nobody is on call."""
        return _last(self.handoffs, moment) or self.without_handoffs(moment)

    def without_handoffs(self, moment: datetime) -> tuple[Shift, ...]:
        """Return the shifts that would count if nobody had handed off."""
        known = _last(self.overrides, moment)
        return known or tuple({each.person: each for each in _covering(self.planned, moment)}.values())

    def ends(self, moment: datetime) -> datetime:
        """Return when the current shift ends, which is no later than when the next override begins.

        If nobody is on call, it is when somebody is again.
        """
        covering = [each.ends for each in self.without_handoffs(moment)]
        later = [*self.overrides, *(() if covering else self.planned)]
        begins = [each.begins for each in later if each.begins > moment]
        return min([*covering, *begins], default=moment + DAY)

    def next(self, moment: datetime) -> tuple[datetime, tuple[Shift, ...]] | None:
        """Return when the people on call change, and to whom; None if no change is known.

        There are no shifts if nobody is on call then.
        """
        known = (*self.planned, *self.overrides, *self.handoffs)
        changes = {at for each in known for at in (each.begins, each.ends) if moment < at < moment + AHEAD}
        now = people(self.at(moment))
        turns = ((at, found) for at in sorted(changes) if people(found := self.at(at)) != now)
        return next(turns, None)


def people(shifts: Iterable[Shift]) -> tuple[str, ...]:
    """Return whose shifts they are."""
    return tuple(each.person for each in shifts)


def _covering(shifts: Iterable[Shift], moment: datetime) -> list[Shift]:
    return [each for each in shifts if each.begins <= moment < each.ends]


def _last(shifts: Iterable[Shift], moment: datetime) -> tuple[Shift, ...]:
    return tuple(_covering(shifts, moment)[-1:])
