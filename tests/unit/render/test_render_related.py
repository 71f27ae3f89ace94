"""What an issue says of other issues."""

from typing import Any

from chalicelib import render
from chalicelib.conditions.enrichment import Enrichment
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.related_issues import Ending, LastTime, RelatedIssue, RelatedIssues
from chalicelib.conditions.row import AlertState, Issue, Status
from chalicelib.render import related
from chalicelib.render.view import View
from tests.unit.rows import BEGAN, alert, at, episode, issue, routing, row

HERE = "org/infra"
URL = "https://github.com/org/infra/issues/12"


def enriched(shown: Issue | None = None, fires: dict[str, Any] | None = None, **found: Any) -> AlertState:
    status = Status(shown, enrichment=Enrichment(BEGAN, BEGAN, **found))
    return row(fires=alert(**(fires or {})), status=status, episodes=(episode(-60, -48),))


def view(of: AlertState) -> View:
    return View.of(of, routing(), at(14))


def other(number: int, title: str = "[P1] Disk full", shared: str = "", where: str = HERE) -> RelatedIssue:
    return RelatedIssue(IssueRef(where, number), title, shared)


def shown(found: RelatedIssues, **fields: Any) -> str:
    return "\n\n".join(related.related(view(enriched(fires=fields, related=found)), HERE))


def test_what_else_fires_is_named_by_number_and_title() -> None:
    found = RelatedIssues((other(14, shared="deployment"), other(13)))
    head = "**Also firing when this began:**"
    assert shown(found) == f"{head}\\\n#14 \\[P1\\] Disk full (same deployment)\\\n#13 \\[P1\\] Disk full"
    assert "same" not in shown(found, teams=("terse",))


def test_how_many_more_there_are_is_said() -> None:
    assert shown(RelatedIssues((other(14),), more=1)).endswith("\\\nand 1 other")
    assert shown(RelatedIssues((other(14),), more=3, at_least=True)).endswith("\\\nand at least 3 others")
    assert "other" not in shown(RelatedIssues((other(14),), at_least=True))


def test_the_alarms_of_a_composite_one_are_named_first() -> None:
    found = RelatedIssues((other(14),), children=(other(15, "api errors"),))
    assert shown(found).startswith(
        "**Its alarms with an open issue when this began:**\\\n#15 api errors\n\n**Also"
    )


def test_an_issue_of_another_repository_is_never_named() -> None:
    """As after a transfer: in that repository the number is another issue's."""
    elsewhere = (other(14, where="org/private"), other(13, where="ORG/Infra"))
    assert "#14" not in shown(RelatedIssues(elsewhere, children=elsewhere))
    assert shown(RelatedIssues(elsewhere[:1])) == ""
    assert "#13" in shown(RelatedIssues(elsewhere))


def test_a_title_of_another_issue_does_nothing() -> None:
    said = shown(RelatedIssues((other(14, "@org/oncall see #9 <!-- x"),)))
    assert "@org" not in said
    assert "#9" not in said
    assert "<!--" not in said


def told(ending: Ending, where: str = HERE, **fields: Any) -> str:
    ref = IssueRef(where, 12)
    known = LastTime(at(-60), at(-48), ending, ref, URL, **fields)
    return related.last_time(view(enriched(last_time=known)), HERE, BEGAN)


def test_how_it_ended_the_last_time_is_said() -> None:
    assert told(Ending.BY_ITSELF) == "Last time: ended by itself after 12 minutes (2026-11-23)."
    stopped = "Last time: its source stopped watching it after 12 minutes (2026-11-23)."
    assert told(Ending.UNWATCHED) == stopped
    assert told(Ending.BY_PERSON) == "Last time: closed by a person after 12 minutes (2026-11-23)."


def test_who_had_it_is_named_without_a_mention_and_their_comment_is_linked() -> None:
    closed = "Last time: closed by mona after 12 minutes (2026-11-23)"
    assert told(Ending.BY_PERSON, person="mona") == f"{closed}."
    link = f"[their last comment]({URL}#issuecomment-7)"
    assert told(Ending.BY_PERSON, person="mona", comment=7) == f"{closed}, see {link}."
    had = told(Ending.BY_ITSELF, person="mona", comment=7)
    assert had.endswith(f"(2026-11-23), acknowledged by mona, see {link}.")


def test_a_person_in_another_repository_is_not_named_here() -> None:
    said = told(Ending.BY_PERSON, "org/private", person="mona", comment=7)
    assert said == "Last time: closed by a person after 12 minutes (2026-11-23)."


LAST = LastTime(at(-60), at(-48), Ending.BY_ITSELF)


def body(of: AlertState, previous: str = "") -> str:
    return render.body(of, routing(), at(14), previous=previous)


def test_an_issue_says_it_from_its_opening_on() -> None:
    opening = body(enriched(issue(12), related=RelatedIssues((other(14),)), last_time=LAST))
    told = (
        "the previous issue was #12. It fired 2 times in 30 days. Last time: ended by itself after 12 minutes"
    )
    for text in (told, "\n\n**Also firing when this began:**\\\n#14 "):
        assert text in opening
    updated = enriched(issue(15), related=RelatedIssues((other(14),)), last_time=LAST)
    later = body(updated, previous=opening)
    assert "#14" in later
    assert "\n\nLast time: ended by itself" in later


def test_what_was_looked_up_for_another_episode_is_not_shown() -> None:
    known = Enrichment(at(-60), at(-60), related=RelatedIssues((other(14),)), last_time=LAST)
    said = body(row(status=Status(enrichment=known)))
    assert "#14" not in said
    assert "Last time" not in said


def test_an_issue_that_has_shown_the_last_episode_does_not_repeat_how_it_ended() -> None:
    first = body(row(episode=at(-60)))
    assert "Last time" not in body(enriched(issue(12), last_time=LAST), previous=first)


def test_after_a_transfer_no_issue_is_named_by_its_number() -> None:
    opening = body(enriched(related=RelatedIssues((other(14),), children=(other(13),))))
    moved = issue(ref=IssueRef("org/elsewhere", 3))
    later = enriched(moved, related=RelatedIssues((other(14),), children=(other(13),)))
    assert "#14" in opening
    assert "#1" not in body(later, previous=opening)
