"""A condition as a machine: whatever its provider, people, GitHub and time do, in any order, it comes right.

Hypothesis draws the order and reduces a failure to the fewest steps that show it
(hypothesis.readthedocs.io/en/latest/stateful.html). The simulation has more of the world and finds more;
this has less and says it in ten lines.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chalicelib.alert import Condition, Priority
from chalicelib.conditions.issue import IssueRef, Seen
from chalicelib.conditions.nothing import Nothing
from chalicelib.conditions.plan import plan
from chalicelib.errors import OutcomeUnknown
from chalicelib.labels import FLAPPING_LABEL
from tests.unit import up_to
from tests.unit.builders import alert
from tests.unit.sync.test_sync import World, fails_with

CALLS = ("open", "edit", "comment", "add_labels", "remove_label", "read", "comments", "changed")
PAUSES = st.sampled_from([0.1, 1, 9, 31, 61, 25 * 60])
PRIORITIES = st.sampled_from(list(Priority))


class OneCondition(RuleBasedStateMachine):
    """One condition, its provider, people, and a GitHub whose answers get lost."""

    @initialize(priority=PRIORITIES)
    def begins(self, priority: Priority) -> None:
        self.world = World()
        self.firing = False
        self.shut = False  # by a person, in this episode
        self.kept = False  # open by a person, though it ended, as far as anybody has looked since
        self.priority = priority
        self.fires(priority)

    @property
    def newest(self) -> Seen | None:
        return self.world.tracker.all_issues[-1] if self.world.tracker.all_issues else None

    def _says(self, state: Condition) -> None:
        self.world.clock.pass_(seconds=1)
        told = alert(state=state, priority=self.priority)
        self.world.says(told.model_copy(update={"occurred_at": self.world.clock.now()}))

    @rule(priority=PRIORITIES)
    def fires(self, priority: Priority) -> None:
        if not self.firing:
            self.shut = False
        self.firing, self.priority = True, priority
        self._says(Condition.FIRING)

    @precondition(lambda self: self.firing)
    @rule()
    def ends(self) -> None:
        self.firing = self.shut = False
        self._says(Condition.RESOLVED)

    @rule(minutes=PAUSES)
    def time_passes(self, minutes: float) -> None:
        self.world.clock.pass_(seconds=60 * minutes)

    @rule()
    def reconcile_runs(self) -> None:
        self.world.reconcile(1)

    @rule(call=st.sampled_from(CALLS), after=st.booleans())
    def an_answer_is_lost(self, call: str, *, after: bool) -> None:
        self.world.tracker.faults[call] = fails_with(OutcomeUnknown("connection dropped"), after=after)

    @precondition(lambda self: self.newest is not None and self.newest.open and self._shows_this_episode())
    @rule()
    def a_person_closes_it(self) -> None:
        self.shut, self.kept = self.firing, False
        self._by_a_person(self.world.tracker.close_as_person)

    @precondition(lambda self: self.newest is not None and not self.newest.open and not self.firing)
    @rule()
    def a_person_opens_it_again(self) -> None:
        self.kept = True
        self._by_a_person(self.world.tracker.reopen_as_person)

    def _shows_this_episode(self) -> bool:
        issue, intent = self.world.row.status.issue, self.world.row.intent
        return intent is None and issue is not None and issue.episode == self.world.row.spec.episode

    def _by_a_person(self, change: Callable[[IssueRef], None]) -> None:
        """Do what a person does, which GitHub's webhook reports."""
        assert self.newest
        self.world.clock.pass_(seconds=1)
        change(self.newest.ref)
        assert self.world.store.ask(replace(self.world.row, look=True, due_at=self.world.clock.now()))

    @rule()
    def all_is_quiet_for_long(self) -> None:
        """Once faults and news stop, GitHub shows what the provider says, unless a person said otherwise."""
        self.world.tracker.faults.clear()
        self.world.reconcile(10)
        if self.newest and FLAPPING_LABEL in self.newest.labels:  # what people closed then stays closed too
            self.world.clock.pass_(seconds=self.world.policy.flapping_quiet.total_seconds())
            self.world.reconcile(10)
        still_open = self.world.tracker.open_issues
        if self.firing and not self.shut:
            assert [f"Pri:{self.priority}" in seen.labels for seen in still_open] == [True]
            self.kept = False
        elif not self.kept:
            assert not still_open
        row = self.world.row
        assert isinstance(plan(row, self.world.clock.now(), self.world.policy), Nothing)
        assert row.due_at is None or row.due_at > self.world.clock.now() - timedelta(minutes=1)

    @invariant()
    def never_two_open_issues(self) -> None:
        if hasattr(self, "world"):
            assert len(self.world.tracker.open_issues) <= 1


OneCondition.TestCase.settings = up_to(100, [HealthCheck.too_slow])
TestOneCondition = OneCondition.TestCase
