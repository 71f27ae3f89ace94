"""The page of an incident: it shows the timeline that its row has, and the sections below are people's."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from chalicelib.adapters.incident import Incident, What
from chalicelib.conditions.row import AlertState
from tests.local.github.model import Issue
from tests.simulation.people import FILLS_IN, SECTION

if TYPE_CHECKING:
    from tests.simulation.world import World

SHOWS = "20. an incident's page shows its timeline"
TEMPLATE = "20. the sections of an incident are people's"

SECTIONS = f"## Impact\n\n{SECTION}\n"

_PHRASES = {
    What.FIRED: "began to fire$",
    What.ENDED: " ended$",
    What.UNWATCHED: "its source stopped watching it$",
    What.ACKNOWLEDGED: "^\\S+ acknowledged ",
    What.GIVEN_BACK: r"^(`@\S+`|A person) gave .* back$",
    What.ESCALATED: r"was raised to P\d$",
    What.CALLED: "so the next people were called$",
    What.COMMENTED: r"^\S+ \[commented\]\(",
    What.DECLARED: "declared the incident$",
    What.RESOLVED: "ended the incident$",
    What.CLOSED: r"^(`@\S+`|A person) closed ",
}
_LINE = re.compile(r"^\| \d\d:\d\d UTC[^|]* \| (.*) \|$", re.MULTILINE)


def judge_page(world: "World", row: AlertState, content: Incident) -> Iterator[tuple[str, str]]:
    """Compare the issue that a row believes in with it, unless people want it left alone."""
    issue = next((each for each in world.watch.about(row.fingerprint) if _is_believed(each, row)), None)
    if issue is None:
        return
    filled = any(deed.issue is issue and deed.kind == FILLS_IN for deed in world.human.deeds)
    if (issue.body or "").count(SECTION) != (0 if filled else 1):
        yield TEMPLATE, f"#{issue.number} has lost a section, or has it twice"
    believed = row.status.issue
    if believed is None or believed.generation < row.spec.generation:
        return  # people want it left alone, or what waits says so
    expected = [each.what for each in content.timeline]
    if shown(issue) != expected:
        yield SHOWS, f"#{issue.number} shows {shown(issue)}, not {expected}"


def shown(issue: Issue) -> list[What | None]:
    """The kinds of the lines of a page's timeline."""
    return [_kind(line) for line in _LINE.findall(issue.body or "")]


def _is_believed(issue: Issue, row: AlertState) -> bool:
    return row.status.issue is not None and row.status.issue.id == issue.id


def _kind(line: str) -> What | None:
    return next((what for what, phrase in _PHRASES.items() if re.search(phrase, line)), None)
