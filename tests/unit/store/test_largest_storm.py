"""The row of a storm's part with as many members as it may have fits into the table."""

from dataclasses import replace

import pytest

from chalicelib.adapters.storm import MOST_MEMBERS, Cause, CauseKind, Storm
from chalicelib.alert import Priority
from chalicelib.alert_values import MAX_GROUP, MAX_LABEL_NAME, MAX_LABEL_VALUE, MAX_TITLE
from chalicelib.conditions import in_common, membership, storms
from chalicelib.conditions.enrichment import Enrichment
from chalicelib.conditions.group import Group
from chalicelib.conditions.row import AlertState, Status
from chalicelib.store import codec
from tests.unit.rows import BEGAN, alert, issue, row
from tests.unit.store.test_codec import item
from tests.unit.store.test_largest_row import MOST_BYTES, full_status, size, wide

TEAMS = tuple(f"{number}{'x' * 44}" for number in range(10))
ADDRESS = "https://example.org/".ljust(in_common.MOST_OF_A_LINK, "x")
PLACE = f"{'o' * 39}/{'r' * 100}"


HOSTILE = ('"', "\\", "\x01", "\x7f", "\u2028", "\U0001f600")
"""What takes many bytes in JSON within JSON."""


def condition(number: int, character: str = "") -> AlertState:
    labels = {f"{name:02}{wide(MAX_LABEL_NAME - 2)}": wide(MAX_LABEL_VALUE) for name in range(10)}
    told = alert(
        title=f"{number}{character * 250}" if character else wide(MAX_TITLE),
        teams=TEAMS,
        labels=labels | {"pod": str(number)},
        links={"runbook_url": ADDRESS, "dashboard_url": ADDRESS},
    )
    known = Enrichment(BEGAN, BEGAN, group=Group("f" * 64, BEGAN, None, 9))
    ref = replace(issue().ref, repository=PLACE, number=10**9)
    shown = issue(id=10**12, closed_at=None, ref=ref)
    made = row(fires=told, status=Status(enrichment=known, issue=shown))
    return replace(made, fingerprint=f"{number:064}")


@pytest.mark.parametrize("character", ["", *HOSTILE])
def test_the_largest_storm_fits_into_the_table_and_is_read_back(character: str) -> None:
    cause = Cause(kind=CauseKind.GROUP, teams=TEAMS, value=(wide(45), wide(300), wide(MAX_GROUP)))
    begun = Storm(cause=cause, began=BEGAN, part=2, continues=True, main=f"{PLACE}#1")
    parts = {"f" * 64: begun}
    (content,) = membership.looked_at(parts, [condition(each, character) for each in range(MOST_MEMBERS)])
    ended = tuple(each.model_copy(update={"ended": BEGAN}) for each in content.members)
    full = content.model_copy(update={"members": ended, "left_out": 10**6})
    parent = replace(storms.recorded(None, full, BEGAN, over=True), status=full_status())
    assert (len(ended), parent.priority, len(content.common)) == (
        MOST_MEMBERS,
        Priority.P1,
        in_common.MOST_LABELS,
    )
    assert full.runbook == full.dashboard == ADDRESS
    assert size(parent) < MOST_BYTES
    assert codec.row(item(parent)) == parent
