"""One row, one issue: whatever people paste and whichever answers are lost, no two rows end up with one."""

import random
from collections import Counter
from datetime import timedelta

import pytest

from chalicelib.alert import AlertEvent, Condition
from chalicelib.conditions.issue import Closer, IssueRef
from tests.unit.builders import REPOSITORY, alert, at
from tests.unit.reconcile.test_drift import DriftWorld
from tests.unit.sync.test_sync import LOST, fails_with

NAMES = ("one", "two", "three")
RUNS, STEPS = 150, 16


class Trouble:
    """People and a network that do their worst to three conditions, by the seed."""

    def __init__(self, seed: int) -> None:
        self.world, self.rng = DriftWorld(), random.Random(seed)
        self.said: list[str] = []

    def run(self) -> None:
        actions = [self.says, self.says, self.pastes, self.loses, self.takes_over, self.lags, self.looks]
        for _ in range(STEPS):
            self.world.clock.pass_(seconds=self.rng.choice((5, 20, 90, 300)))
            action = self.rng.choice(actions)
            self.said.append(action.__name__)
            action()
            if self.rng.random() < 0.5:
                self.world.reconcile(1)
        self.world.tracker.faults.clear()
        self.world.tracker.hidden.clear()
        for _ in range(20):
            self.looks()
            self.world.reconcile(10)

    def says(self) -> None:
        """A condition fires or resolves."""
        name = self.rng.choice(NAMES)
        self.world.sync.advance(
            self.world.says(self.news(name)), self.world.clock.now() + timedelta(minutes=1)
        )

    def news(self, name: str) -> AlertEvent:
        state = self.rng.choice((Condition.FIRING, Condition.FIRING, Condition.RESOLVED))
        identity, now = {"alarm_id": name}, self.world.clock.now()
        return alert(0, state=state, title=name, identity=identity, occurred_at=now)

    def pastes(self) -> None:
        """A person copies an issue's text, with the marker in it, above another's."""
        refs = list(self.world.tracker.threads)
        if len(refs) > 1:
            one, other = refs[-1] if self.rng.random() < 0.5 else refs[0], self.rng.choice(refs[:-1])
            bodies = [self.world.tracker.threads[ref].seen.body for ref in (one, other)]
            self.world.tracker.change(other, Closer.PERSON, body="\n\n".join(bodies))

    def loses(self) -> None:
        """The answer to the next opening is lost."""
        self.world.tracker.faults["open"] = fails_with(LOST, after=self.rng.random() < 0.8)

    def takes_over(self) -> None:
        """Somebody gives a condition an issue by hand."""
        rows, refs = list(self.world.store.rows.values()), list(self.world.tracker.threads)
        if rows and refs:
            seen = self.world.tracker.threads[self.rng.choice(refs)].seen
            until = self.world.clock.now() + timedelta(minutes=1)
            self.world.sync.merge(self.rng.choice(rows), seen, until)

    def lags(self) -> None:
        """Lists do not show some issues."""
        refs = list(self.world.tracker.threads)
        self.world.tracker.hidden = set(self.rng.sample(refs, len(refs) // 2))

    def looks(self) -> None:
        self.world.drift.check(self.world.clock.now() + timedelta(minutes=1))

    @property
    def held(self) -> dict[str, IssueRef | None]:
        rows = self.world.store.rows.values()
        return {row.fingerprint: row.status.issue.ref if row.status.issue else None for row in rows}


@pytest.mark.parametrize("seed", range(RUNS))
def test_at_rest_every_condition_that_fires_has_an_issue_of_its_own(seed: int) -> None:
    trouble = Trouble(seed)
    trouble.run()
    shared = [ref for ref, rows in Counter(filter(None, trouble.held.values())).items() if rows > 1]
    assert shared == [], trouble.said
    open_ones = {issue.ref for issue in trouble.world.tracker.open_issues}
    for row in trouble.world.store.rows.values():
        fires = row.spec.condition is Condition.FIRING
        assert (trouble.held[row.fingerprint] in open_ones) is fires, trouble.said
    assert len(open_ones) == sum(
        row.spec.condition is Condition.FIRING for row in trouble.world.store.rows.values()
    ), trouble.said
    assert all(ref.repository == REPOSITORY for ref in open_ones)
    assert trouble.world.clock.now() > at(60)
