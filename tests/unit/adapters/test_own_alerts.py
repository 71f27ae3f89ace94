"""The alerts that Alerting makes itself: each whole, as its row is recorded from it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chalicelib.adapters import canary, incident, noise_review, storm
from chalicelib.adapters.incident import Entry, Incident, Subject, What
from chalicelib.adapters.noise_review import Counts, Review
from chalicelib.adapters.storm import Cause, CauseKind, Member, Storm
from chalicelib.alert import AlertEvent, Condition, Identity, Kind, Links, Priority
from chalicelib.alert_values import MAX_TITLE
from tests.unit.builders import at

MORNING = datetime(2026, 11, 23, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize("state", Condition)
def test_a_cycle_of_the_canary_is_named_by_its_day(state: Condition) -> None:
    assert canary.alert("prod", MORNING, state, at(1)) == AlertEvent(
        source="canary",
        state=state,
        title="Canary of prod, 2026-11-23",
        description="Alerting opens and closes this issue every quarter of an hour, to see that it can. "
        "Nothing is wrong, and nothing needs to be done.",
        priority=Priority.P3,
        occurred_at=at(1),
        teams=("alerting-canary",),
        identity=Identity(alarm_id="prod 2026-11-23"),
        began_anew=state is Condition.FIRING,
    )


def test_a_trial_of_the_queue_is_the_end_of_nothing() -> None:
    assert canary.trial("prod", at(1)) == AlertEvent(
        source="canary",
        state=Condition.RESOLVED,
        title="Trial of the queue of prod",
        priority=Priority.P3,
        occurred_at=at(1),
        teams=("alerting-canary",),
        identity=Identity(alarm_id="prod trial"),
    )


def test_a_noise_review_is_news_of_a_month_for_a_team() -> None:
    total = Counts(conditions=3, opened=9, closed=8, untouched=5, flapped=2, muted=1, to_ack=60)
    review = Review(team="web", month=MORNING, total=total, days=(1, 0), rules=(), rules_in_all=4)
    assert noise_review.alert(review, at(1), at(9)) == AlertEvent(
        source="alerting-noise-review",
        state=Condition.FIRING,
        title="Noise review of November 2026: web",
        priority=Priority.P3,
        occurred_at=at(1),
        teams=("web",),
        identity=Identity(alarm_id="web 2026-11"),
        kind=Kind.NOTIFICATION,
        collapse_key="web",
        expires_at=at(9),
        raw_provider={
            "team": "web",
            "month": "2026-11-23T03:10:00Z",
            "total": {
                "conditions": 3,
                "opened": 9,
                "closed": 8,
                "untouched": 5,
                "flapped": 2,
                "muted": 1,
                "to_ack": 60,
            },
            "days": [1, 0],
            "rules": [],
            "rules_in_all": 4,
        },
    )


SUBJECT = Subject("Disk full [db-1]", "Disk full", Priority.P1, ("storage", "web"))
DECLARED = Incident(declared_by="octocat", since=at(0), members=("f1",))


def test_an_incident_is_about_the_condition_on_which_it_was_declared() -> None:
    known = incident.identity(77)
    declared = incident.alert(DECLARED, known, SUBJECT, at(1))
    assert declared == AlertEvent(
        source="alerting-incident",
        state=Condition.FIRING,
        title="Incident: Disk full [db-1]",
        name="Incident: Disk full",
        priority=Priority.P1,
        occurred_at=at(1),
        teams=("storage", "web"),
        identity=Identity(alarm_id="comment 77"),
        raw_provider={"declared_by": "octocat", "since": "2026-03-01T03:00:00Z", "members": ["f1"]},
    )
    assert incident.fingerprint(known) == declared.fingerprint
    entry = Entry(at=at(2), what=What.FIRED, of="f1")
    more = DECLARED.model_copy(update={"timeline": (entry,)})
    assert incident.grown(declared, more, at(2)) == declared.model_copy(
        update={"occurred_at": at(2), "raw_provider": more.written()}
    )
    assert entry.id == ("f1", What.FIRED, at(2).isoformat())
    assert entry.model_copy(update={"key": "k"}).id == ("f1", What.FIRED, "k")


def test_the_title_of_an_incident_is_short_enough_for_an_alert() -> None:
    long = replace(SUBJECT, title="t" * MAX_TITLE, name="n" * MAX_TITLE)
    declared = incident.alert(DECLARED, incident.identity(77), long, at(1))
    for text, letter in ((declared.title, "t"), (declared.name or "", "n")):
        assert text == f"Incident: {letter * 463} [cut: 37 more characters]"


def cause(kind: CauseKind, *value: str) -> Cause:
    return Cause(kind=kind, teams=("web", "storage"), value=value)


def member(number: int, title: str = "Disk full [db-1]", priority: Priority = Priority.P2) -> Member:
    return Member(fingerprint=f"f{number}", title=title, priority=priority, began=at(number))


def storm_of(known: Cause, *members: Member, part: int = 1) -> Storm:
    return Storm(cause=known, began=at(0), part=part, members=members)


ALIKE = (member(1), member(2, "Disk full [db-2]"))
OTHER = (member(1), member(2, "Disk slow [db-2]"))


@pytest.mark.parametrize(
    ("kind", "value", "members", "title"),
    [
        (CauseKind.RULE, ("alertmanager", "Disk full"), ALIKE, "Disk full: many at once"),
        (CauseKind.GROUP, ("{}:{}",), ALIKE, "Disk full: many at once"),
        (CauseKind.GROUP, ("{}:{}",), OTHER, "Many alerts at once"),
        (CauseKind.PLACE, ("123456789012", "us-west-2"), ALIKE, "Many alerts at once in us-west-2"),
        (CauseKind.PLACE, ("123456789012", ""), ALIKE, "Many alerts at once"),
        (CauseKind.WAITING, (), ALIKE, "Alerts that wait for an issue"),
        (CauseKind.RULE, ("alertmanager", "x" * MAX_TITLE), ALIKE, None),
    ],
)
@pytest.mark.parametrize("part", [1, 2])
def test_a_storm_is_named_by_what_its_members_share(
    kind: CauseKind, value: tuple[str, ...], members: tuple[Member, ...], title: str | None, part: int
) -> None:
    written = storm.alert(storm_of(cause(kind, *value), *members, part=part), at(1)).title
    assert len(written) <= MAX_TITLE
    assert title is None or written == (title if part == 1 else f"{title} (part 2)")


@pytest.mark.parametrize("state", Condition)
def test_a_storm_is_one_alert_of_all_its_members(state: Condition) -> None:
    known = cause(CauseKind.RULE, "alertmanager", "Dïsk full")
    links = {"runbook": "https://example.org/r", "dashboard": "https://example.org/d"}
    content = storm_of(known, member(1, priority=Priority.P1), member(2)).model_copy(update=links)
    written = storm.alert(content, at(1), state)
    assert written == AlertEvent(
        source="alerting-storm",
        state=state,
        title="Dïsk full: many at once",
        priority=Priority.P1,
        occurred_at=at(1),
        teams=("web", "storage"),
        identity=Identity(alarm_id='["rule", "web", "storage", "alertmanager", "Dïsk full"]'),
        links=Links(runbook_url="https://example.org/r", dashboard_url="https://example.org/d"),
        raw_provider=content.written(),
    )
    assert Storm.read(written) == content
    assert written.fingerprint == storm.fingerprint(known)
    assert storm.alert(content, at(1)).state is Condition.FIRING
    bare = storm.alert(storm_of(known), at(1))
    assert (bare.links, bare.priority) == (Links(), Priority.P3)
    assert content.logged == {"cause": "rule", "part": 1, "members": 2}


def test_each_part_of_a_storm_has_a_row_of_its_own_however_long_its_cause_is() -> None:
    short, long = cause(CauseKind.GROUP, "g"), cause(CauseKind.GROUP, "g" * 5000)
    assert storm.identity(short, 2).alarm_id == '["group", "web", "storage", "g"]#2'
    assert storm.fingerprint(short, 2) != storm.fingerprint(short)
    named = storm.identity(long, 2).alarm_id or ""
    assert named.endswith(" more characters]#2")
    assert len(named) == 3902


@pytest.mark.parametrize(("field", "says"), [("continues", storm.continues), ("fresh", storm.fresh)])
def test_what_a_storm_says_of_itself_is_read_from_its_alert_alone(field: str, says: object) -> None:
    assert callable(says)
    content = storm_of(cause(CauseKind.WAITING)).model_copy(update={field: True})
    written = storm.alert(content, at(1))
    assert says(written) is True
    assert says(storm.alert(storm_of(cause(CauseKind.WAITING)), at(1))) is False
    assert says(written.model_copy(update={"source": "grafana"})) is False
    assert says(written.model_copy(update={"raw_provider": None})) is False


@pytest.mark.parametrize(("again", "fresh"), [(0, True), (1, True), (2, False), (3, False), (4, False)])
def test_a_storm_is_fresh_if_most_of_its_members_are_new(again: int, *, fresh: bool) -> None:
    before = storm_of(cause(CauseKind.WAITING), *map(member, range(4)))
    now = storm_of(cause(CauseKind.WAITING), *(member(10 * (n >= again) + n) for n in range(4)))
    assert now.after(before).fresh is fresh
    assert now.after(None).fresh is False
    assert now.after(storm_of(cause(CauseKind.WAITING))).fresh is False


@pytest.mark.parametrize(
    ("title", "longest"),
    [("x" * 300, 160), ("é" * 300, 80), ('"' + "x" * 300, 80), ("\\" + "x" * 300, 80)],
)
def test_the_title_of_a_member_takes_no_more_room_than_a_row_has_for_it(title: str, longest: int) -> None:
    assert len(storm.short(title)) == longest
    assert storm.short("Disk\nfull") == "Disk full"


def test_the_worst_priority_of_all_parts_counts() -> None:
    content = storm_of(cause(CauseKind.WAITING), member(1), member(2, priority=Priority.P1))
    assert content.priority is Priority.P1
    assert content.model_copy(update={"elsewhere": Priority.P0}).priority is Priority.P0


def test_content_is_read_only_from_an_alert_of_its_own_source_that_it_understands() -> None:
    content = storm_of(cause(CauseKind.WAITING))
    written = storm.alert(content, at(1))
    assert Storm.read(None) is None
    assert Incident.read(written) is None
    assert Storm.read(written.model_copy(update={"raw_provider": {"version": 2}})) is None
    later = {**(written.raw_provider or {}), "unknown": 1}
    assert Storm.read(written.model_copy(update={"raw_provider": later})) == content
