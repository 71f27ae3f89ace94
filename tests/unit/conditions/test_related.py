"""What else fires: for the same thing first, then for the same team, and only in the same repository."""

from typing import Any

from chalicelib.adapters import own
from chalicelib.alert import UNKNOWN_TEAM
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.related import MOST_CHILDREN, MOST_LISTED, related
from chalicelib.conditions.related_issues import RelatedIssue, RelatedIssues
from chalicelib.conditions.row import AlertState, Status
from chalicelib.conditions.spec import Spec
from tests.unit.rows import alert, at, ended, issue, row

ALERT = alert(labels={"deployment": "api"}, identity={"alarm_id": "mine"})


def other(number: int, repository: str = "org/infra", *, title: str = "", **fields: Any) -> AlertState:
    """A row that fires, with an open issue."""
    fires = alert(title=f"Alert {number}", **({"identity": {"alarm_id": str(number)}} | fields))
    shown = issue(ref=IssueRef(repository, number), title=title or f"[P1] Alert {number}")
    return _row(fires.fingerprint, row(fires=fires, status=Status(shown)))


def _row(fingerprint: str, known: AlertState, spec: Spec | None = None) -> AlertState:
    return AlertState(fingerprint, spec or known.spec, known.status)


def chosen(
    *near: AlertState, all_read: bool = True, children: dict[str, AlertState] | None = None
) -> RelatedIssues:
    return related(ALERT, "org/infra", near, children or {}, all_read=all_read)


def numbers(found: tuple[RelatedIssue, ...]) -> list[int]:
    return [each.ref.number for each in found]


def test_the_same_thing_comes_before_the_same_team_and_each_newest_first() -> None:
    same: dict[str, Any] = {"labels": {"deployment": "api"}, "teams": ("apps",)}
    found = chosen(other(19), other(18, **same), other(17), other(16, **same))
    assert [(each.ref.number, each.shared) for each in found.listed] == [
        (18, "deployment"),
        (16, "deployment"),
        (19, ""),
        (17, ""),
    ]
    assert found.listed[0].title == "[P1] Alert 18"


def test_five_are_listed_and_the_others_counted() -> None:
    found = chosen(*(other(number) for number in range(30, 20, -1)), all_read=False)
    assert numbers(found.listed) == [30, 29, 28, 27, 26]
    assert (len(found.listed), found.more, found.at_least) == (MOST_LISTED, 5, True)
    few = chosen(other(3))
    assert (few.more, few.at_least) == (0, False)


def test_only_what_fires_and_has_an_open_issue_counts() -> None:
    over = ended(12, alert=alert(identity={"alarm_id": "x"}), status=Status(issue(14)))
    closed = row(fires=alert(identity={"alarm_id": "y"}), status=Status(issue(15, closed_at=at(1))))
    none = row(fires=alert(identity={"alarm_id": "z"}))
    tombstone = row(alert=None, status=Status(issue(16)))
    assert chosen(_row("x", over), _row("y", closed), _row("z", none), _row("t", tombstone)).listed == ()


def test_nothing_of_another_repository_counts() -> None:
    """Its title may be seen by fewer people."""
    assert chosen(other(12, "org/private"), children={"quiet": other(13, "org/private")}) == RelatedIssues()
    assert numbers(chosen(other(12, "Org/Infra")).listed) == [12]


def test_another_teams_alert_about_another_thing_is_not_related() -> None:
    assert chosen(other(12, teams=("apps",), labels={"deployment": "web"})).listed == ()


def test_alerts_that_name_no_team_have_no_team_in_common() -> None:
    mine = ALERT.model_copy(update={"teams": (UNKNOWN_TEAM,)})
    near = [other(12, teams=(UNKNOWN_TEAM,))]
    assert related(mine, "org/infra", near, {}, all_read=True).listed == ()


def test_a_page_of_our_own_is_no_alert() -> None:
    assert chosen(other(13, source=own.INCIDENT), other(12, source=own.STORM)).listed == ()


def test_an_alert_is_not_related_to_itself() -> None:
    itself = row(fires=ALERT, status=Status(issue(12)))
    assert chosen(_row(ALERT.fingerprint, itself)).listed == ()


def test_a_title_that_is_not_known_is_the_alerts_own() -> None:
    adopted = other(12)
    assert adopted.status.issue
    shown = _row(adopted.fingerprint, row(fires=adopted.spec.alert, status=Status(issue(12, title=""))))
    assert chosen(shown).listed[0].title == "Alert 12"


def test_children_with_an_open_issue_are_named_as_their_rule_names_them_and_once() -> None:
    child = other(12)
    over = _row("x", ended(12, status=Status(issue(14))))
    found = chosen(other(13), child, children={"queue": child, "disk": over})
    assert found.children == (RelatedIssue(IssueRef("org/infra", 12), "queue"),)
    assert numbers(found.listed) == [13]
    many = {f"a{number}": other(number) for number in range(1, 20)}
    assert numbers(chosen(children=many).children) == list(range(1, MOST_CHILDREN + 1))


def test_in_a_storm_of_one_team_an_issue_is_named_by_few_others() -> None:
    """Each mention appears in the other issue's timeline."""
    opened: list[AlertState] = []
    named: list[int] = []
    for number in range(1, 60):
        named += numbers(chosen(*reversed(opened)).listed)
        opened.append(other(number))
    assert max(map(named.count, set(named))) == MOST_LISTED


def test_all_that_is_shown_of_what_else_fires() -> None:
    same = other(18, labels={"deployment": "api"}, teams=("apps",))
    untitled = _row("u", row(fires=alert(name="CPU", title="CPU [a]"), status=Status(issue(17, title=""))))
    child = other(16)
    found = chosen(untitled, same, child, children={"queue": child, "quiet": row()}, all_read=False)
    refs = [IssueRef("org/infra", number) for number in (18, 17, 16)]
    assert found == RelatedIssues(
        listed=(RelatedIssue(refs[0], "[P1] Alert 18", "deployment"), RelatedIssue(refs[1], "CPU", "")),
        more=0,
        at_least=True,
        children=(RelatedIssue(refs[2], "queue"),),
    )
