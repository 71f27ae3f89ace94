"""The budget of each account on GitHub: what is left, whether GitHub answers, and what it limits."""

from collections.abc import Iterator
from datetime import UTC, datetime

from chalicelib.cli.doctor.finding import Finding
from chalicelib.rate_limit import health
from chalicelib.rate_limit.rules import Budget
from chalicelib.render.words import moment
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.github import gate
from chalicelib.wiring.rules import limits, policy
from chalicelib.wiring.stage import Stage

NAME = "budget"
SOURCE = "Silence the noisiest alerts at their source; waiting issues open by themselves, P0 first."


def budgets(stage: Stage) -> Iterator[Finding]:
    """Check that each account's budget has room, that GitHub answers there, and that it limits nothing."""
    if not stage.settings.github_enabled:
        return
    owners = {name.partition("/")[0].lower() for name in policy(stage.settings).routing.repositories}
    for owner in sorted(owners):
        budget, now = gate(stage).look(owner), CLOCK.now()
        yield _left(stage, owner, budget, now)
        yield from _breaker(owner, budget, now)
        yield from _limited(owner, budget, now)


def _left(stage: Stage, owner: str, budget: Budget, now: datetime) -> Finding:
    """Report how much is left; the last of an hour are reserved for P0 and P1, so others wait earlier."""
    rules = limits(stage.settings)
    left, kept = health.creations_left(budget, now.timestamp(), rules), health.reserved(rules)
    told = f"{left} of {rules.per_hour} issues and comments left this hour for {owner}"
    if left > kept:
        return Finding(NAME, told)
    waiting = f", the last {kept} are reserved for P0 and P1" if left else ": no issues are opened"
    whole = _moment(health.whole_at(budget, now.timestamp()), now)
    return Finding(NAME, f"{told}{waiting}; it is full again at {whole}", SOURCE)


def _breaker(owner: str, budget: Budget, now: datetime) -> Iterator[Finding]:
    if health.breaker_open(budget):
        told = f"{owner}: GitHub has failed to answer {budget.failures} times in a row"
        again = f"; next try at {_moment(max(budget.open_until, budget.probe_until), now)}"
        yield Finding("breaker", told + again, "See githubstatus.com; docs/on-call.md, github-away.")


def _limited(owner: str, budget: Budget, now: datetime) -> Iterator[Finding]:
    """Report what GitHub asked for: no calls at all until a time, or only urgent ones."""
    if now.timestamp() < budget.blocked_until:
        told = f"{owner}: GitHub asked us not to call until {_moment(budget.blocked_until, now)}"
        yield Finding("rate limit", told, "Wait; if it happens again, find out what else uses this App.")
    elif now.timestamp() < budget.scarce_until:
        until = _moment(budget.scarce_until, now)
        told = f"{owner}: only a few GitHub calls are left, reserved for P0 and P1 until {until}"
        yield Finding("rate limit", told, "Wait; if it happens again, find out what else uses this App.")


def _moment(at: float, now: datetime) -> str:
    return moment(datetime.fromtimestamp(at, UTC), now)
