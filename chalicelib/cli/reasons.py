"""Reasons: why each firing condition without an open issue has none, and its place in the queue."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from chalicelib.alert import Priority
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.setbacks import Denial
from chalicelib.conditions.unopened import Due, Unopened, Waiting, unopened
from chalicelib.quantities import counted
from chalicelib.rate_limit import creations
from chalicelib.rate_limit.shared import SharedBudget
from chalicelib.render.unopened import why
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.rules import limits, policy
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import census, store

LAST = datetime.max.replace(tzinfo=UTC)
MOST_BEFORE = 1000


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row has no open issue; `sentence` says it in full, including foreign text."""

    cause: Unopened
    sentence: str


def reasons(stage: Stage, rows: Iterable[AlertState], now: datetime) -> Mapping[str, Reason]:
    """Explain, by fingerprint, each row that fires without an open issue.

    `rows` must be all those that wait, to count places in the queue.
    """
    rules = policy(stage.settings)
    found = [(row, cause) for row in rows if (cause := unopened(row, now, rules))]
    found.sort(key=lambda each: (each[0].priority, each[0].due_at or LAST))

    @cache
    def used(owner: str) -> str:
        return _used(stage, owner, now)

    before: Counter[str] = Counter()
    explained = {}
    for row, cause in found:
        owner, budget = _owner(row, stage), ""
        if _queues(cause):
            budget = f"{used(owner)}, {counted(before[owner], 'row')} ahead of it"
        explained[row.fingerprint] = Reason(cause, why(cause, now, budget))
        before[owner] += isinstance(cause, Waiting | Due)
    return explained


def reason(stage: Stage, row: AlertState, now: datetime) -> Reason | None:
    """Explain one row; None if it has an open issue, or does not fire."""
    alone = reasons(stage, [row], now).get(row.fingerprint)
    if alone is None or not _queues(alone.cause):
        return alone
    names = (name for each in Priority for name in census(stage).late(each, MOST_BEFORE))
    others = (each for each in store(stage).several([*names]) if each.fingerprint != row.fingerprint)
    return reasons(stage, [*others, row], now).get(row.fingerprint)


def _queues(cause: Unopened) -> bool:
    return isinstance(cause, Waiting) and cause.put_off.reason is Denial.BUDGET


def _owner(row: AlertState, stage: Stage) -> str:
    teams = row.spec.alert.teams if row.spec.alert else ()
    return policy(stage.settings).routing.route(teams).repository.partition("/")[0]


def _used(stage: Stage, owner: str, now: datetime) -> str:
    """Say how much of an owner's budget is used: of the hour's, which lasts longer, before the minute's."""
    most = limits(stage.settings)
    budget = SharedBudget(store(stage), most, CLOCK.now).look(owner)
    used = creations.in_the_hour(budget.minutes, now.timestamp())
    if used >= most.per_hour:
        return f"{used} of {most.per_hour} used this hour"
    if used >= most.per_hour - sum(most.hour_reserves):
        return f"{used} of {most.per_hour} used this hour, the rest kept for more urgent alerts"
    return f"at most {most.per_minute} a minute"
