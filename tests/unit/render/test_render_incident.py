"""An incident's page: the status and the timeline, whatever people are called and alerts are titled."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib import render
from chalicelib.adapters import incident
from chalicelib.adapters.incident import MOST_ENTRIES, Entry, Incident, Subject, What
from chalicelib.alert import Priority
from chalicelib.conditions.incident_link import IncidentLink
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.row import AlertState, Intent, Status, Verb
from chalicelib.render.issue import MAX_BODY
from chalicelib.render.marker import split
from tests.unit.rows import BEGAN, alert, at, issue, routing, row

TEMPLATE = "## Impact\n\n_Who is affected?_\n"


def of(*entries: Entry, content: Incident | None = None, title: str = "Registry is down") -> AlertState:
    """An incident's row with an open issue."""
    known = content or Incident(declared_by="mona", since=BEGAN, timeline=entries, template=TEMPLATE)
    subject = Subject(title, title, Priority.P1, ("infra",))
    event = incident.alert(known, incident.identity(7), subject, BEGAN)
    return row(fires=event, status=Status(issue(40)))


def page(shown: AlertState, previous: str = "") -> str:
    return render.body(shown, routing(), at(43), previous=previous or "x")


def said(what: What, **fields: object) -> str:
    """What the timeline says about an entry on issue 12."""
    known = {
        "at": at(5),
        "what": what,
        "of": "f",
        "issue": "org/infra#12",
        "title": "[P1] CPU high",
        "who": "mona",
    }
    text = page(of(Entry.model_validate(known | fields)))
    return next(line for line in text.splitlines() if line.startswith("| 03:15")).split("|")[2].strip()


def test_it_opens_with_the_sections_of_the_template_below_its_own() -> None:
    intent = Intent(Verb.OPEN, BEGAN, 1, BEGAN, "org/infra")
    fresh = replace(of(Entry(at=BEGAN, what=What.DECLARED, who="mona")), status=Status(), intent=intent)
    body = render.body(fresh, routing(), at(1))
    assert split(body).after == "\n\n" + TEMPLATE.rstrip()
    assert split(body).before == ""
    assert "| 03:10 UTC | `@mona` declared the incident |" in body
    assert render.body(fresh, routing(), at(9), previous=body).endswith(TEMPLATE.rstrip())


def test_it_says_how_it_stands_who_declared_it_and_how_to_end_it() -> None:
    text = page(of())
    assert "**Ongoing** since 03:10 UTC (2026-11-23), 43 minutes as of 03:53." in text
    assert "declared by `@mona`" in text
    assert "@org/day" in text
    assert "comment `/sev resolved`" in text
    assert "Timeline" not in text


def test_once_it_is_over_it_says_that_and_calls_nobody() -> None:
    event = of().spec.alert
    assert event
    over = event.ended(at(43), "Ended by mona.", recovered=True)
    shown = of()
    spec = replace(shown.spec, condition=over.state, resolution=over, at=at(43))
    text = page(replace(shown, spec=spec))
    assert "**RESOLVED** at 03:53 UTC (2026-11-23) after 43 minutes. Ended by mona." in text
    assert "@org/day" not in text
    assert "/sev resolved" not in text


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (What.FIRED, r"#12 \[P1\] CPU high began to fire"),
        (What.ENDED, "#12 ended"),
        (What.UNWATCHED, "#12: its source stopped watching it"),
        (What.ACKNOWLEDGED, "`@mona` acknowledged #12"),
        (What.GIVEN_BACK, "`@mona` gave #12 back"),
        (What.ESCALATED, "#12 was raised to P0"),
        (What.CALLED, "#12: nobody had acknowledged it, so the next people were called"),
        (What.CLOSED, "`@mona` closed #12"),
        (What.DECLARED, "`@mona` declared the incident"),
        (What.RESOLVED, "`@mona` ended the incident"),
    ],
)
def test_each_kind_of_entry_has_its_sentence(what: What, expected: str) -> None:
    assert said(what, priority="P0") == expected


def test_a_comment_is_linked_and_one_on_the_incident_itself_is_told_as_such() -> None:
    url = "https://github.com/org/infra/issues/12#issuecomment-7"
    link = "[commented](https://redirect.github.com/org/infra/issues/12#issuecomment-7)"
    assert said(What.COMMENTED, url=url) == f"`@mona` {link} on #12"
    assert said(What.COMMENTED, url=url, of=of().fingerprint) == f"`@mona` {link} on the incident"


def test_an_issue_of_elsewhere_is_named_whole_and_without_one_the_title_is() -> None:
    assert said(What.ENDED, issue="org/other#3") == "org/other#3 ended"
    assert said(What.FIRED, issue="") == r"\[P1\] CPU high began to fire"
    assert said(What.CLOSED, who="") == "A person closed #12"


@pytest.mark.parametrize(
    "text", ["@octocat | <img> #7", "`@org/leads`", "[x](http://e.org) <!-- alerting:end -->"]
)
def test_a_title_does_nothing(text: str) -> None:
    entry = {"at": at(5), "what": "fired", "title": text}
    body = page(of(Entry.model_validate(entry), title=text))
    assert not any(each in body for each in ("@octocat", "#7", "<img>", "@org/leads", "](http://e.org)"))
    assert body.count("<!-- alerting:end ") == 1


def test_a_long_timeline_fits_and_says_that_some_of_it_is_left_out() -> None:
    entries = [
        Entry(at=BEGAN + timedelta(minutes=n), what=What.FIRED, title="x" * 120, issue="org/infra#12")
        for n in range(MOST_ENTRIES)
    ]
    whole = page(of(*entries))
    assert whole.count(" began to fire |") == MOST_ENTRIES
    assert "left out" not in whole
    crowded = page(of(*entries), previous="y" * (MAX_BODY - 20_000))
    assert 0 < crowded.count(" began to fire |") < MOST_ENTRIES
    assert "140 lines left out here, because the timeline is too long." in crowded
    assert len(crowded) <= MAX_BODY
    full = page(of(*entries), previous="y" * (MAX_BODY - 2_000))
    assert "began to fire" not in full
    assert "200 lines left out" in full
    kept = of(content=Incident(declared_by="mona", since=BEGAN, timeline=tuple(entries), shortened=True))
    assert "At least 1 line left out" in page(kept)


def test_what_a_later_version_wrote_is_left_as_it_is() -> None:
    shown = of()
    assert shown.spec.alert
    unreadable = shown.spec.alert.model_copy(update={"raw_provider": {"version": 9}})
    assert Incident.read(unreadable) is None
    assert Incident.read(alert()) is None
    newer = replace(shown, spec=replace(shown.spec, alert=unreadable))
    assert "**Ongoing**" in page(newer)
    fresh = replace(newer, status=Status(), intent=Intent(Verb.OPEN, BEGAN, 1, BEGAN, "org/infra"))
    assert split(render.body(fresh, routing(), at(1))).after.strip() == ""


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (IncidentLink("f", IssueRef("org/infra", 40)), "Incident: #40"),
        (IncidentLink("f", IssueRef("org/other", 40)), "Incident: org/other#40"),
        (IncidentLink("f"), ""),
    ],
)
def test_an_alerts_issue_names_its_incident(link: IncidentLink, expected: str) -> None:
    body = render.body(row(status=Status(issue(), incident=link)), routing(), at(1), previous="x")
    assert [line for line in body.splitlines() if line.startswith("Incident:")] == (
        [expected] if expected else []
    )
    fresh = row(status=Status(incident=link))
    assert "Incident:" not in render.body(fresh, routing(), at(1))


def test_who_asks_again_is_told_which_one_is_open() -> None:
    link = IncidentLink("f", IssueRef("org/infra", 40), asked=(7,))
    told = render.comment(row(status=Status(issue(), incident=link)), routing(), "help-incident-7", at(1))
    assert told.startswith("This alert is already part of an incident. Incident: #40")
    assert "Root cause" in render.comment(of(), routing(), "resolved-review-20261123T031000000000", at(1))
