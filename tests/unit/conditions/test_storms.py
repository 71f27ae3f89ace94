"""What conditions share, which began together, and where the index lists them."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.adapters import own, storm
from chalicelib.adapters.storm import Cause, CauseKind, Member, Storm
from chalicelib.alert import AlertEvent, Condition, Priority
from chalicelib.conditions import causes, storms
from chalicelib.conditions.enrichment import Enrichment
from chalicelib.conditions.group import MOST_SUB_ISSUES, Group
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.nothing import Held, Quiet
from chalicelib.conditions.row import AlertState, Status
from chalicelib.conditions.setbacks import Refusal
from tests.unit.builders import alert, at, firing, resolved, row_of
from tests.unit.rows import issue

PLACE = {"account_id": "123456789012", "region": "eu-west-1"}
RULE = Cause(kind=CauseKind.RULE, teams=("dev-infra",), value=("disks", "Disk full"))
OF_GROUP = Cause(kind=CauseKind.GROUP, teams=("a",), value=("grafana", "", "{}:{}"))
AT_PLACE = Cause(kind=CauseKind.PLACE, teams=("dev-infra",), value=("123456789012", "eu-west-1"))


def disk(number: int, minutes: float = 0, /, **fields: Any) -> AlertEvent:
    name = f"disk-{number}"
    said = {"source": "disks", "title": f"Disk full [{name}]", "name": "Disk full"}
    return firing(minutes, **({**said, "identity": {**PLACE, "alarm_id": name}} | fields))


def fires(number: int, minutes: float = 0, /, **fields: Any) -> AlertState:
    return replace(row_of(disk(number, minutes, **fields)), due_at=at(minutes))


def in_storm(row: AlertState, parent: str = "parent") -> AlertState:
    assert row.spec.episode
    found = Enrichment(row.spec.episode, at(0), group=Group(parent, at(0)))
    return replace(row, status=Status(issue=issue(7, id=700, episode=row.spec.episode), enrichment=found))


def open_storm(cause: Cause = RULE, minutes: float = 10) -> Storm:
    return Storm(cause=cause, began=at(minutes))


# Causes


def test_causes_are_the_group_the_rule_and_the_place_the_most_telling_first() -> None:
    found = causes.causes(disk(1, group="{}:{a}"))
    assert [(each.kind, each.value) for each in found] == [
        ("group", ("disks", "123456789012", "{}:{a}")),
        ("rule", ("disks", "Disk full")),
        ("place", ("123456789012", "eu-west-1")),
    ]
    assert {each.teams for each in found} == {("dev-infra",)}


def test_without_a_name_the_title_is_the_rules_and_without_a_region_there_is_no_place() -> None:
    found = causes.causes(alert(title="Queue", identity={"account_id": "grafana.example.org/1"}, group="g"))
    assert [each.value for each in found] == [
        ("cloudwatch", "grafana.example.org/1", "g"),
        ("cloudwatch", "Queue"),
    ]


def test_a_group_without_an_account_is_of_its_source_alone() -> None:
    (group, _) = causes.causes(alert(title="Queue", identity={}, group="g"))
    assert group.value == ("cloudwatch", "", "g")


def test_each_cause_and_each_part_has_a_row_of_its_own() -> None:
    causes = [RULE, AT_PLACE, RULE.model_copy(update={"teams": ("storage",)})]
    names = [storm.fingerprint(cause, part) for cause in causes for part in (1, 2)]
    assert len(set(names)) == 6
    assert storm.fingerprint(RULE) == storm.fingerprint(RULE.model_copy())


@pytest.mark.parametrize("source", own.OWN)
def test_an_alert_of_our_own_has_no_cause(source: str) -> None:
    assert causes.causes(disk(1, source=source)) == ()


# What began together


def test_enough_of_one_cause_within_the_window_are_a_storm() -> None:
    near = [fires(1, 0), fires(2, 5), fires(3, 15), fires(4, 10, source="others", identity={})]
    found = causes.begins(fires(9, 5), near, 3)
    assert found
    assert (found[0], [row.fingerprint for row in found[1]]) == (
        RULE,
        [fires(1).fingerprint, fires(2).fingerprint, fires(9).fingerprint],
    )
    assert causes.begins(fires(9, 5), near, 4) is None


@pytest.mark.parametrize(
    "other",
    [
        fires(1, 10.1),
        in_storm(fires(1, 5)),
        row_of(disk(1, 4), resolved(5, **disk(1).model_dump(include={"source", "name", "identity"}))),
        row_of(resolved(5, **disk(1).model_dump(include={"source", "name", "identity"}))),
        fires(9, 5),
        fires(1, 5, teams=["storage"]),
    ],
    ids=["later", "in a storm", "ended", "never fired", "itself", "another team"],
)
def test_others_do_not_count(other: AlertState) -> None:
    assert causes.begins(fires(9, 5), [other], 2) is None


def test_a_tombstone_begins_nothing() -> None:
    assert causes.begins(row_of(resolved(0)), [fires(1)], 1) is None
    assert causes.more_telling(row_of(resolved(0))) == []


def test_what_a_more_telling_storm_takes_in_does_not_count_for_its_place() -> None:
    near = [fires(1), fires(2)]
    other = fires(9, 0, name="Queue", title="Queue")
    found = causes.begins(other, near, 3)
    assert found
    assert found[0] == AT_PLACE
    taken = set(causes.more_telling(near[0]))
    assert causes.begins(other, near, 3, taken) is None
    assert storm.fingerprint(AT_PLACE) not in taken


# Members


def test_an_early_member_is_found_by_its_most_telling_storm() -> None:
    by_rule, by_place = open_storm(), open_storm(AT_PLACE)
    assert causes.storm_for(disk(1), at(5), [by_place, by_rule]) == by_rule
    assert causes.storm_for(disk(1), at(5), [by_place]) == by_place
    assert causes.storm_for(disk(1), at(4.9), [by_place, by_rule]) is None
    assert causes.storm_for(disk(1), at(71), [by_place]) is None
    assert causes.storm_for(disk(1), at(69), [by_rule]) == by_rule
    assert causes.storm_for(disk(1), at(71), [by_rule]) is None


def test_a_member_is_written_down_with_its_issue_and_when_it_ended() -> None:
    row = in_storm(fires(1, 2))
    shown = storms.member(row)
    assert shown == Member(
        fingerprint=row.fingerprint,
        title="Disk full [disk-1]",
        priority=Priority.P1,
        began=at(2),
        issue="org/infra#7",
        id=700,
    )
    over = replace(row, spec=replace(row.spec, condition=Condition.RESOLVED, recorded_at=at(9)))
    assert storms.member(over).ended == at(9)
    earlier = replace(row, status=Status(issue=issue(7, episode=at(-60), closed_at=at(-9))))
    assert storms.member(earlier).issue == ""
    carried_over = replace(row, status=Status(issue=issue(7, episode=at(-60))))
    assert storms.member(carried_over).issue == "org/infra#7"
    with pytest.raises(ValueError, match="no firing is known"):
        storms.member(row_of(resolved(0)))


def test_a_storm_consists_of_its_members_in_the_order_in_which_they_began() -> None:
    rows = [fires(1, 1, priority="P2"), fires(2, 0, priority="P3"), fires(3, 2, priority="P0")]
    content = storms.consisting_of(rows, RULE)
    assert (content.began, content.priority) == (at(0), Priority.P0)
    assert [each.began for each in content.members] == [at(0), at(1), at(2)]


def test_a_storm_is_remembered_with_its_issue_while_it_goes_on() -> None:
    row = storms.recorded(None, storms.consisting_of([fires(1)], RULE), at(1))
    assert storms.as_group(row) == Group(row.fingerprint, at(1))
    opened = replace(row, status=Status(issue=issue(9, id=900)))
    assert storms.as_group(opened) == Group(row.fingerprint, at(1), IssueRef("org/infra", 9), 900)
    nearly_full = MOST_SUB_ISSUES - storms.AT_ONCE
    groups = [storms.as_group(opened, size) for size in (nearly_full - 1, nearly_full)]
    assert [group.id for group in groups if group] == [900, 0]
    assert storms.as_group(replace(opened, held=Held(Quiet.MAINTENANCE, at(60)))) is None
    closed = replace(row, status=Status(issue=issue(9, id=9, closed_at=at(2))))
    assert storms.as_group(closed) == Group(row.fingerprint, at(1))
    over = storms.recorded(row, storms.consisting_of([fires(1)], RULE), at(2), over=True)
    assert storms.as_group(over) is None


# Its row


def test_what_a_storm_consists_of_is_recorded_in_the_order_of_writing_whatever_clocks_say() -> None:
    one, two = storms.consisting_of([fires(1)], RULE), storms.consisting_of([fires(1), fires(2)], RULE)
    row = storms.recorded(None, one, at(10))
    again = storms.recorded(row, two, at(9))
    assert Storm.read(again.spec.alert) == two
    assert (again.spec.episode, again.spec.count, again.due_at) == (row.spec.episode, 2, at(9))
    over = storms.recorded(again, one, at(8), over=True)
    assert (over.spec.condition, Storm.read(over.spec.alert)) == (Condition.RESOLVED, one)
    next_one = storms.recorded(over, two, at(8))
    assert (next_one.spec.condition, len(next_one.spec.episodes)) == (Condition.FIRING, 1)
    assert next_one.spec.episode != row.spec.episode


def test_an_alert_of_another_source_or_that_a_later_version_wrote_is_not_understood() -> None:
    row = storms.recorded(None, storms.consisting_of([fires(1)], RULE), at(1))
    assert row.spec.alert
    written = row.spec.alert.raw_provider or {}
    later = row.spec.alert.model_copy(update={"raw_provider": written | {"version": 2}})
    more = row.spec.alert.model_copy(update={"raw_provider": written | {"more": "words"}})
    assert Storm.read(later) is None
    assert Storm.read(more) == Storm.read(row.spec.alert) is not None
    assert Storm.read(disk(1)) is None
    assert Storm.read(None) is None


@pytest.mark.parametrize(
    ("cause", "title"),
    [
        (RULE, "Disk full: many at once"),
        (AT_PLACE, "Many alerts at once in eu-west-1"),
        (OF_GROUP, "Many alerts at once"),
        (Cause(kind=CauseKind.WAITING, teams=("a",)), "Alerts that wait for an issue"),
    ],
)
def test_its_title_names_what_its_members_share(cause: Cause, title: str) -> None:
    content = Storm(cause=cause, began=at(0))
    assert storm.alert(content, at(0)).title == title
    assert storm.alert(content.model_copy(update={"part": 2}), at(0)).title == f"{title} (part 2)"


@pytest.mark.parametrize(
    ("cause", "others", "title"),
    [
        (OF_GROUP, "Disk full [2]", "Disk full: many at once"),
        (OF_GROUP, "Too slow", "Many alerts at once"),
        (AT_PLACE, "Disk full [2]", "Many alerts at once in eu-west-1"),
    ],
)
def test_a_group_is_named_by_the_rule_that_all_its_members_share(
    cause: Cause, others: str, title: str
) -> None:
    members = [
        Member(fingerprint=name, title=name, priority=Priority.P1, began=at(0))
        for name in ("Disk full [1]", others)
    ]
    content = Storm(cause=cause, began=at(0), members=tuple(members))
    assert storm.alert(content, at(0)).title == title


# The index


def test_a_row_is_listed_with_its_team_its_storm_or_our_own() -> None:
    row = fires(1, 2, teams=["storage", "dev-infra"])
    assert storms.listed(row) == ("TEAM#storage", at(2))
    assert storms.listed(in_storm(row)) == ("parent", at(2))
    assert storms.listed(fires(1, 3, source=own.STORM)) == (f"OWN#{own.STORM}", at(3))


def test_what_was_looked_up_for_an_earlier_episode_says_nothing_of_this_one() -> None:
    earlier = Enrichment(at(-60), at(-60), group=Group("parent", at(-60)))
    row = replace(fires(1, 2), status=Status(enrichment=earlier))
    assert storms.listed(row) == ("TEAM#dev-infra", at(2))


@pytest.mark.parametrize(
    "row",
    [
        row_of(resolved(0)),
        row_of(firing(0), resolved(5)),
        row_of(firing(0, kind="notification")),
        replace(fires(1), due_at=None),
        replace(fires(1), due_at=at(60), held=Held(Quiet.MAINTENANCE, at(60), "new disks", "mona")),
    ],
    ids=["never fired", "ended", "news", "nobody wants an issue", "held back"],
)
def test_what_does_not_fire_or_nobody_needs_to_see_is_not_listed(row: AlertState) -> None:
    assert storms.listed(row) is None


@pytest.mark.parametrize(
    ("refusal", "speaks"),
    [
        ({"status": 403}, False),
        ({"status": 499}, False),
        ({"status": 500}, True),
        ({"status": None}, True),
        ({"status": 403, "limited": True}, True),
    ],
)
def test_a_storm_that_github_refuses_to_show_calls_nobody(refusal: dict[str, Any], *, speaks: bool) -> None:
    row = storms.recorded(None, storms.consisting_of([fires(1)], RULE), at(1))
    assert storms.speaks(row)
    said = Refusal("no", "CREATE", at(1), at(1), **refusal)
    refused = replace(row, status=Status(refusal=said))
    assert storms.speaks(refused) is speaks
    assert (storms.as_group(refused) is not None) is speaks
    assert storms.speaks(replace(refused, status=replace(refused.status, issue=issue(9))))
    assert not storms.speaks(replace(row, due_at=None))


@pytest.mark.parametrize("fields", [{"muted": True}, {}])
def test_a_storm_whose_issue_people_silence_calls_nobody(fields: dict[str, Any]) -> None:
    row = storms.recorded(None, storms.consisting_of([fires(1)], RULE), at(1))
    until = None if fields else at(60)
    silenced = replace(row, status=Status(issue=issue(9, **fields), snoozed_until=until))
    assert not storms.speaks(silenced)
    assert storms.as_group(silenced) is None


def test_all_that_a_storm_consists_of_is_written_down() -> None:
    links = {"runbook_url": "https://runbooks.example.org/disk"}
    rows = [
        fires(number, number, labels={"zone": "a", "disk": str(number)}, links=links) for number in (2, 1)
    ]
    members = tuple(map(storms.member, reversed(rows)))
    known = {"common": {"zone": "a"}, "differs": "disk", "runbook": links["runbook_url"]}
    whole = Storm(cause=RULE, began=at(1), part=3, continues=True, members=members, **known)
    assert storms.consisting_of(rows, RULE, 3, continues=True) == whole
    first = whole.model_copy(update={"part": 1, "continues": False})
    assert storms.consisting_of(rows, RULE) == first


@pytest.mark.parametrize(("one", "other", "together"), [(0, 5, True), (5, 0, True), (0, 5.1, False)])
def test_what_began_within_five_minutes_began_together(one: float, other: float, *, together: bool) -> None:
    near = fires(1, other)
    assert causes.began_together(fires(9, one), near) is together
    begun = causes.begins(fires(9, one), [near], 2)
    assert begun == ((RULE, [near, fires(9, one)]) if together else None)


@pytest.mark.parametrize(
    ("cause", "began", "newest", "admitted"),
    [
        (RULE, 70, None, True),
        (RULE, 70.1, None, False),
        (RULE, 99, 39, True),
        (RULE, 99.1, 39, False),
        (AT_PLACE, 70, 39, True),
        (AT_PLACE, 70.1, 39, False),
    ],
)
def test_a_storm_admits_what_begins_within_an_hour(
    cause: Cause, began: float, newest: float | None, *, admitted: bool
) -> None:
    members = [] if newest is None else [storms.member(fires(1, newest)), storms.member(fires(2, 11))]
    content = Storm(cause=cause, began=at(10), members=tuple(members))
    assert causes.admits(content, at(began)) is admitted
    assert causes.storm_for(disk(9), at(began), [content]) == (content if admitted else None)


@pytest.mark.parametrize(("began", "found"), [(5, True), (4.9, False)])
def test_a_condition_that_began_five_minutes_before_a_storm_joins_it(began: float, *, found: bool) -> None:
    assert (causes.storm_for(disk(1), at(began), [open_storm()]) is not None) is found


# What a refused parent leaves alone

FOR_GOOD = Refusal("no", "CREATE", at(1), at(1), status=422)
REFUSED = replace(row_of(firing(0)), status=Status(refusal=FOR_GOOD))


def with_issue_of(row: AlertState, **fields: Any) -> AlertState:
    assert row.status.issue
    return replace(row, status=replace(row.status, issue=replace(row.status.issue, **fields)))


LEFT = with_issue_of(in_storm(fires(1)), opened_for=at(0))


def test_an_alert_whose_storm_is_refused_an_issue_leaves_the_storm_to_call_its_people() -> None:
    left = storms.left_alone(REFUSED, LEFT)
    assert left
    assert left.status.issue == replace(LEFT.status.issue or issue(), uncalled=True)
    assert left.enrichment
    assert left.enrichment.group is None


@pytest.mark.parametrize(
    ("parent", "member"),
    [
        pytest.param(replace(REFUSED, status=Status()), LEFT, id="the parent is only late"),
        pytest.param(
            replace(REFUSED, status=Status(refusal=FOR_GOOD, issue=issue(3, episode=REFUSED.spec.episode))),
            LEFT,
            id="an earlier attempt at the parent's issue was accepted",
        ),
        pytest.param(REFUSED, replace(LEFT, spec=row_of(disk(1), resolved(2)).spec), id="it has ended"),
        pytest.param(REFUSED, fires(1), id="it has no issue yet"),
        pytest.param(REFUSED, with_issue_of(LEFT, closed_at=at(2)), id="somebody closed its issue"),
        pytest.param(REFUSED, with_issue_of(LEFT, opened_for=at(-9)), id="its issue is of an earlier time"),
        pytest.param(REFUSED, with_issue_of(LEFT, announced=Priority.P0), id="it has called people itself"),
    ],
)
def test_otherwise_nobody_is_called_again(parent: AlertState, member: AlertState) -> None:
    assert storms.left_alone(parent, member) is None
