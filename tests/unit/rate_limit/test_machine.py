"""The budget as a machine: whatever is asked and answered, the limits hold and nothing waits for ever."""

from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from chalicelib.alert import Priority
from chalicelib.conditions.calls import Kind
from chalicelib.rate_limit import reports, rules
from chalicelib.rate_limit.rules import Budget, Call, Denied, Granted, Limits
from tests.unit import up_to

NOON = 1_795_435_200.0
LIMITS = Limits(per_minute=8, per_hour=30, minute_reserves=(1, 2), hour_reserves=(3, 6), spacing=0.5)
URGENT = Call(Kind.OPEN, Priority.P0)
PAUSES = st.sampled_from([0.0, 0.3, 1.0, 5.0, 31.0, 60.0, 601.0, 3601.0])
LONGEST = 2 * 3600.0 + 64 * 60.0
"""GitHub's own longest word, and ours: the reset of its limit, and a minute doubled six times."""


class OneBudget(RuleBasedStateMachine):
    """One installation's budget, those who ask, and what GitHub answers."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.budget = Budget()
        self.created: list[float] = []
        self.blocked_until = 0.0

    @rule(seconds=PAUSES)
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(kind=st.sampled_from(list(Kind)), priority=st.sampled_from(list(Priority)))
    def somebody_asks(self, kind: Kind, priority: Priority) -> None:
        answer = self._ask(Call(kind, priority))
        if isinstance(answer, Denied):
            assert answer.until > self.now, "whoever is refused is to come again later"

    def _ask(self, call: Call) -> Granted | Denied:
        answer = rules.ask(self.budget, call, self.now, LIMITS)
        if answer.budget is not None:
            self.budget = answer.budget
        if isinstance(answer, Granted):
            assert self.now >= self.blocked_until, "GitHub asked to wait"
            if call.kind in (Kind.OPEN, Kind.COMMENT):
                self._creates(answer.at)
        return answer

    def _creates(self, at: float) -> None:
        self.created.append(at)
        assert sum(at - 60 < each <= at for each in self.created) <= LIMITS.per_minute
        assert sum(at - 3600 < each <= at for each in self.created) <= LIMITS.per_hour

    @rule()
    def github_does_not_answer(self) -> None:
        self.budget = reports.failed(self.budget, self.now, LIMITS)

    @rule(seconds=st.sampled_from([None, 1.0, 60.0, 3600.0]))
    def github_asks_to_wait(self, seconds: float | None) -> None:
        self.budget = reports.limited(self.budget, self.now, self.now + seconds if seconds else None)
        self.blocked_until = max(self.blocked_until, self.now + (seconds or 0.0))

    @rule(remaining=st.sampled_from([None, 0, 100, 4000]))
    def github_answers(self, remaining: int | None) -> None:
        reset = None if remaining is None else self.now + 1800
        self.budget = reports.answered(self.budget, self.now, remaining=remaining, reset=reset)
        if remaining == 0:
            self.blocked_until = max(self.blocked_until, self.now + 1800)

    @rule()
    def a_p0_is_opened_in_the_end(self) -> None:
        """Whoever comes again when asked to is let in, once nothing more happens."""
        given_up_at = self.now + LONGEST
        while isinstance(answer := self._ask(URGENT), Denied):
            assert answer.until <= given_up_at
            self.now = answer.until
        self.budget = reports.answered(self.budget, self.now, remaining=4000, reset=self.now + 1800)


OneBudget.TestCase.settings = up_to(300, [HealthCheck.too_slow])
TestOneBudget = OneBudget.TestCase
