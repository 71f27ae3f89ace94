"""What is left out of an issue that GitHub refuses, so that it opens all the same."""

from dataclasses import replace

from chalicelib.conditions.issue import Draft, IssueRef, Seen
from chalicelib.errors import FieldFault
from chalicelib.github.drafts import left_out, lesser
from chalicelib.github.requests import open_issue

PLAIN = Draft("Disk full", "body", ("ci", "new"), ("mona", "nobody"))
DRAFT = replace(PLAIN, type="Bug", fields=(("Severity", "P1"), ("Points", 3)))


def without(*fields: str, draft: Draft = DRAFT) -> Draft | None:
    return lesser(draft, tuple(FieldFault(field, "invalid") for field in fields), whole=False)


def test_only_what_github_names_is_left_out() -> None:
    assert without("type") == replace(DRAFT, type="")
    assert without("issue_field_values") == replace(DRAFT, fields=())
    assert without("type", "labels") == replace(DRAFT, type="", labels=())


def test_a_name_that_is_not_known_first_costs_what_only_some_organizations_have() -> None:
    assert without("issue_type") == without("title") == without() == PLAIN
    assert without("issue_type", draft=PLAIN) is without("title", draft=PLAIN) is without(draft=PLAIN) is None


def test_an_issue_that_can_be_had_is_had_within_a_few_refusals() -> None:
    draft: Draft | None = DRAFT
    for field in ("type", "issue_field_values", "labels", "assignees"):
        assert draft
        draft = without(field, draft=draft)
    assert draft == Draft("Disk full", "body", (), ())


def test_what_github_dropped_in_silence_is_named() -> None:
    seen = Seen(
        ref=IssueRef("o/r", 1),
        url="",
        title="Disk full",
        body="body",
        labels=PLAIN.labels,
        by_us=True,
        assignees=PLAIN.assignees,
    )
    assert left_out(DRAFT, seen) == ("type Bug", "field Severity", "field Points")
    assert left_out(DRAFT, replace(seen, type="bug", fields=("severity", "Points", "Effort"))) == ()
    assert left_out(PLAIN, seen) == ()


def test_a_request_says_nothing_of_what_is_not_wanted() -> None:
    assert open_issue("o/r", PLAIN).body == {
        "title": "Disk full",
        "body": "body",
        "labels": ["ci", "new"],
        "assignees": ["mona", "nobody"],
    }
    body = open_issue("o/r", DRAFT, [(7, "P1")]).body
    assert body
    assert (body["type"], body["issue_field_values"]) == ("Bug", [{"field_id": 7, "value": "P1"}])
