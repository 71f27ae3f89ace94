"""What alerts cost in requests to GitHub: no more than docs/github-calls.md says."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from chalicelib.github.client import GitHubClient
from chalicelib.github.issues import GitHubIssues
from chalicelib.rate_limit.rules import Limits
from chalicelib.sync.execute import Executor
from chalicelib.sync.sync import Sync, Timing
from tests.bench import load
from tests.bench.twins import BATCH, Twins
from tests.local.github.call import Call, Reply
from tests.local.github.model import Issue
from tests.local.github.people import Person
from tests.twins.github import GitHubTwin, UnsignedApp

GUIDE = (Path(__file__).parents[3] / "docs" / "github-calls.md").read_text(encoding="utf-8")
ALARMS = 100
TIMEOUT = timedelta(seconds=10)
ACCESS = ("github.installation", "github.token")
WORDS = {
    "github.open": "`POST` issue",
    "github.read": "`GET` issue",
    "github.edit": "`PATCH` issue",
    "github.comment": "`POST` comment",
    "github.label": "`POST` labels",
    "github.unlabel": "`DELETE` label",
}


class Asked:
    """The collector and reconcile on GitHub's twin; `requests` are those that reached it, in order."""

    def __init__(self) -> None:
        self.twin = Twins(Limits())
        self.github = GitHubTwin(lambda: self.twin.clock.now().timestamp())
        self.github.watch = self._noted
        self.requests: list[str] = []
        routing = self.twin.policy.routing
        for name in sorted({routing.route((team,)).repository for team in load.TEAMS}):
            self.github.world.add_repository(name)
        client = GitHubClient(self.github, UnsignedApp(), self.twin.gate, self.twin.clock, TIMEOUT)
        issues, rows = GitHubIssues(client), self.twin.store
        act = Executor(lambda: issues, routing, self.twin.clock.now, rows.of_issue)
        timing, telemetry = Timing(), self.twin.telemetry
        sync = Sync(rows, self.twin.gate, act, self.twin.clock, self.twin.policy, timing, telemetry)
        self.twin.wire(rows, sync)

    def _noted(self, point: str, call: Call, reply: Callable[[], Reply]) -> Reply:
        if point not in ACCESS:
            self.requests.append(point)
        return reply()

    def hear(
        self, after: float, *numbers: int, began: float = 0, ended: bool = False, priority: str = "P2"
    ) -> None:
        """Let conditions fire, or end, and run reconcile; times in seconds after the start."""
        at, since = (load.START + timedelta(seconds=seconds) for seconds in (after, began))
        told = [load.grafana(number, since, at if ended else None, priority) for number in numbers]
        self.twin.collect([load.record(payload, at, "grafana") for payload in told], at)
        self.twin.tick(self.twin.clock.now() + timedelta(seconds=1))

    def counted(self) -> int:
        """How many requests count towards the primary limit, except those for access."""
        (installation,) = self.github.world.installations.values()
        return self.github.limits.standing(f"installation ID {installation.id}")[1]

    @property
    def issues(self) -> list[Issue]:
        repositories = self.github.world.repositories.values()
        return [issue for each in repositories for issue in each.issues.values()]


Happening = Callable[[Asked], None]
HAPPENINGS: dict[str, tuple[Happening, ...]] = {
    "it fires": (lambda asked: asked.hear(0, 1),),
    "it repeats, within ten minutes of our last update": (
        lambda asked: asked.hear(0, 1),
        lambda asked: asked.hear(300, 1),
    ),
    "it repeats after that": (lambda asked: asked.hear(0, 1), lambda asked: asked.hear(700, 1)),
    "it repeats, an hour after our last comment": (
        lambda asked: asked.hear(0, 1),
        lambda asked: asked.hear(3700, 1),
    ),
    "it becomes more urgent": (
        lambda asked: asked.hear(0, 1),
        lambda asked: asked.hear(120, 1, priority="P0"),
    ),
    "it ends": (lambda asked: asked.hear(0, 1), lambda asked: asked.hear(300, 1, ended=True)),
    "it fires again within 30 minutes": (
        lambda asked: asked.hear(0, 1),
        lambda asked: asked.hear(300, 1, ended=True),
        lambda asked: asked.hear(900, 1, began=900),
    ),
    "it fires again, and no end was reported": (
        lambda asked: asked.hear(0, 1),
        lambda asked: asked.hear(300, 1, began=300),
    ),
    "it fires again later": (
        lambda asked: asked.hear(0, 1),
        lambda asked: asked.hear(300, 1, ended=True),
        lambda asked: asked.hear(7200, 1, began=7200),
    ),
}
"""What comes before, and at last what is counted."""


def test_each_thing_that_happens_costs_what_the_guide_says() -> None:
    told = re.findall(r"^\| (it .+?) \| (.+?) \|$", GUIDE, re.MULTILINE)
    assert told == [(name, _cost(*happening)) for name, happening in HAPPENINGS.items()]


def _cost(*happening: Happening) -> str:
    asked = Asked()
    for each in happening:
        asked.requests.clear()
        each(asked)
    return ", ".join(WORDS.get(request, request) for request in asked.requests) or "nothing"


def test_of_a_hundred_alarms_that_fire_repeat_and_end_two_hundred_requests_count() -> None:
    asked = Asked()
    crowds = [range(first, first + BATCH) for first in range(0, ALARMS, BATCH)]
    for after in (0, 150, 300, 450):
        for place, crowd in enumerate(crowds):
            asked.hear(after + place * 15, *crowd)
    assert Counter(asked.requests) == {"github.open": ALARMS}
    for place, crowd in enumerate(crowds):
        asked.hear(600 + place * 15, *crowd, ended=True)
    once_each = dict.fromkeys(("github.open", "github.read", "github.edit"), ALARMS)
    assert Counter(asked.requests) == once_each
    assert asked.counted() == 2 * ALARMS
    assert len(asked.issues) == ALARMS
    for issue in asked.issues:
        assert (issue.state, issue.closed_by, issue.comments) == ("closed", asked.github.world.bot, [])
        assert "**RESOLVED** at " in (issue.body or "")
        assert " in 4 reports " in (issue.body or "")


def test_what_a_person_wrote_a_moment_before_the_end_is_kept_by_the_get_that_it_costs() -> None:
    asked = Asked()
    asked.hear(0, 1)
    (issue,) = asked.issues
    mona = Person(asked.github.world, "mona")
    mona.edit(issue.repository.full_name, issue.number, body=f"{issue.body}\nOnly pool 7 is affected.")
    asked.hear(300, 1, ended=True)
    assert (issue.state, (issue.body or "").splitlines()[-1]) == ("closed", "Only pool 7 is affected.")
    assert "**RESOLVED** at " in (issue.body or "")
