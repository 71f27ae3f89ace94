"""What `explain` and `doctor` say about who is on call."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.cli import explain, show
from chalicelib.cli import on_call as words
from chalicelib.cli.doctor import on_call as doctor
from chalicelib.cli.doctor.finding import Finding, findings
from chalicelib.conditions.on_call_file import OnCallFile
from chalicelib.conditions.on_call_file import load as load_file
from chalicelib.conditions.on_call_notes import KEY, Answer, OnCallNotes
from chalicelib.conditions.plan import Policy
from chalicelib.conditions.row import Status
from chalicelib.conditions.shifts import Shift
from chalicelib.errors import ConfigurationError
from chalicelib.routing import load
from chalicelib.wiring import rules
from chalicelib.wiring.clock import CLOCK
from tests.cli.prompt import run
from tests.twins.stage import holding
from tests.twins.store import MemoryStore
from tests.unit import rows

ROUTING = """
[default]
repository = "o/r"
assignees = ["<on-call>"]
mention.P0 = ["<on-call>"]
escalate_after = "15m"
escalate_to = [["<on-call>"]]

[team.storage]
[team.lonely]
[team.asked]
"""
FILE = """
fallback = ["@o/leads"]

[team.storage]
rotation = {people = ["mona", "hubot"], starts = 2026-01-05T09:00:00, shift = "1w"}

[team.asked]
pagerduty = ["PX"]
"""


@dataclass
class Site:
    """A stage with these files, and what is noted in its table."""

    file: OnCallFile | None
    store: MemoryStore
    assignable: Callable[[str], bool] = lambda _: True

    def findings(self) -> list[Finding]:
        return list(findings(doctor.NAME, doctor.on_call, holding({})))

    def write(self, answer: Answer) -> None:
        notes = OnCallNotes(answers={"asked": answer})
        self.store.swap(KEY, notes.model_dump_json(), self.store.load(KEY).version)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    made = Site(load_file(FILE), MemoryStore())

    class Issues:
        def __init__(self, client: object) -> None:
            """Take what nobody uses."""

        def assignable(self, repository: str, login: str, until: object) -> bool:
            assert repository == "o/r"
            return made.assignable(login)

    for module in (words, doctor):
        monkeypatch.setattr(module, "on_call_file", lambda: made.file)
    for module in (explain, doctor):
        monkeypatch.setattr(module, "policy", lambda *_: Policy(load(ROUTING)))
    monkeypatch.setattr(doctor, "store", lambda _: made.store)
    monkeypatch.setattr(doctor, "connect", lambda *_: None)
    monkeypatch.setattr(doctor, "GitHubIssues", Issues)
    return made


def explained(tmp_path: Path, team: str) -> dict[str, Any]:
    payload = tmp_path / "alert.json"
    alert = rows.alert(priority="P0", teams=(team,), identity={"alarm_id": "queue"}, source="my-emitter")
    payload.write_text(alert.model_dump_json(exclude_none=True), encoding="utf-8")
    (answer,) = run("explain --json --source normalized", str(payload)).json
    routed: dict[str, Any] = answer["routing"] | {"body": answer["issue"]["body"]}
    return routed


def test_explain_names_whoever_is_on_call_by_the_file(site: Site, tmp_path: Path) -> None:
    found = explained(tmp_path, "storage")
    (person,) = found["assignees"]
    assert person in {"mona", "hubot"}
    assert found["mentions"] == [f"@{person}"]
    assert found["escalation"] == {"to": f"@{person}", "each after": "15 minutes"}
    assert f"\n\n@{person}\n\n" in found["body"]


def test_explain_says_in_words_whom_only_others_know_and_names_the_fallback(
    site: Site, tmp_path: Path
) -> None:
    assert explained(tmp_path, "asked")["mentions"] == ["(whoever PagerDuty names)"]
    assert explained(tmp_path, "lonely")["mentions"] == ["@o/leads"]
    site.file = None
    assert explained(tmp_path, "storage")["mentions"] == ["<on-call>"]


def test_show_says_that_whoever_is_on_call_is_called_next() -> None:
    row = rows.row(fires=rows.alert(teams=("storage",)), status=Status(rows.issue(teams=("storage",))))
    told = show._acknowledged(row, rows.issue(teams=("storage",)), Policy(load(ROUTING)))
    assert "tier 1 of 1, whoever is on call then, is called at" in told


def test_without_a_file_nothing_is_wrong(site: Site) -> None:
    site.file = None
    (found,) = site.findings()
    assert found.ok
    assert "so no alert calls whoever is on call" in found.told


def test_doctor_says_who_is_on_call_and_finds_teams_without_anybody(site: Site) -> None:
    now = CLOCK.now()
    lonely, storage, asked = site.findings()
    assert (lonely.told, lonely.fix) == (
        "lonely has no table in chalicelib/on_call.toml, so its alerts call @o/leads",
        "Add [team.lonely] to chalicelib/on_call.toml.",
    )
    assert storage.ok
    assert storage.told.startswith(("storage: @mona until", "storage: @hubot until"))
    assert asked.told == "nobody is on call for asked, so alerts call @o/leads"
    assert asked.fix == "Correct its schedules in PagerDuty."
    site.write(Answer(at=now, tried_at=now, shifts=(Shift("ann", now, now + timedelta(days=99)),)))
    assert (site.findings()[-1].ok, site.findings()[-1].told) == (True, "asked: @ann")


def test_doctor_finds_what_does_not_answer_what_cannot_be_used_and_who_cannot_be_assigned(
    site: Site,
) -> None:
    now = CLOCK.now()
    shift = Shift("ann", now - timedelta(hours=9), now + timedelta(hours=9))
    site.write(
        Answer(
            at=now - timedelta(hours=2),
            tried_at=now,
            shifts=(shift,),
            faults=("Mona Lisa is not in people",),
            why="api.pagerduty.com/oncalls answered 401",
        )
    )
    site.assignable = lambda login: login != "ann"
    *_, away, unusable, stranger = site.findings()
    assert "answered 401" in away.told
    assert "pagerduty_api_token" in away.fix
    assert unusable.told == "asked: Mona Lisa is not in people"
    assert stranger.told == "ann is on call for asked and cannot be assigned in o/r"


@pytest.mark.parametrize(
    ("lines", "access", "place"),
    [
        ('pagerduty = ["PX"]', "pagerduty_api_token in the secret", "schedules in PagerDuty"),
        ('calendar = "https://calendar.example.org/a.ics"', "its address", "calendar"),
    ],
)
def test_doctor_says_where_to_correct_what_is_asked_for_shifts(
    site: Site, lines: str, access: str, place: str
) -> None:
    site.file = load_file(FILE.replace('pagerduty = ["PX"]', lines))
    now = CLOCK.now()
    site.write(Answer(at=now, tried_at=now, faults=("a fault",), why="no answer"))
    *_, nobody, away, unusable = site.findings()
    assert nobody.fix == f"Correct its {place}."
    assert away.fix.startswith(f"Correct {access}, or wait;")
    assert unusable.fix.startswith(f"Correct its {place}, or ")


def test_a_routing_that_calls_whoever_is_on_call_is_refused_without_the_file() -> None:
    assert rules.routing_of(ROUTING, on_call=True).on_call
    with pytest.raises(ConfigurationError, match=r"<on-call> needs chalicelib/on_call\.toml"):
        rules.routing_of(ROUTING, on_call=False)
    assert not rules.routing_of('[default]\nrepository = "o/r"', on_call=False).on_call
    assert replace(rules.routing_of(ROUTING, on_call=True), teams={}).on_call
