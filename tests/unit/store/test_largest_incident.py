"""The row of an incident with as long a timeline as it may have fits into the table."""

from dataclasses import replace

import pytest

from chalicelib.adapters import incident
from chalicelib.adapters.incident import MAX_TEMPLATE, MOST_ENTRIES, Incident, Subject
from chalicelib.alert import Priority
from chalicelib.alert_values import MAX_TITLE
from chalicelib.conditions import timeline
from chalicelib.conditions.command import Remark
from chalicelib.conditions.record import record
from chalicelib.conditions.row import Status
from chalicelib.conditions.siblings import MOST_MEMBERS
from chalicelib.store import codec
from tests.unit.rows import BEGAN, alert, issue, row
from tests.unit.store.test_codec import item
from tests.unit.store.test_largest_row import MOST_BYTES, full_status, size, wide
from tests.unit.store.test_largest_storm import HOSTILE, PLACE, TEAMS


@pytest.mark.parametrize("character", [wide(1), *HOSTILE])
def test_the_largest_incident_fits_into_the_table_and_is_read_back(character: str) -> None:
    names = tuple(f"{number:064}" for number in range(MOST_ENTRIES))
    begun = Incident(
        declared_by="a" * 39,
        since=BEGAN,
        members=names[:MOST_MEMBERS],
        attached=names[:MOST_MEMBERS],
        template=wide(MAX_TEMPLATE),
    )
    ref = replace(issue().ref, repository=PLACE, number=10**9)
    shown = issue(
        ref=ref,
        url=f"https://github.com/{PLACE}/issues/{10**9}",
        title="",  # people have changed it
        remarks=(Remark(10**12, "a" * 39, BEGAN),),
        closed_at=None,
    )
    members = row(fires=alert(title=f"1{character * (MAX_TITLE - 1)}", teams=TEAMS), status=Status(shown))
    rows = [replace(members, fingerprint=name) for name in names]
    content = timeline.grown(begun, row(), rows)
    subject = Subject(wide(MAX_TITLE), wide(MAX_TITLE), Priority.P1, TEAMS)
    told = incident.alert(content, incident.identity(10**12), subject, BEGAN)
    made = replace(record(None, told, BEGAN).row, status=full_status())
    assert (len(content.timeline), content.shortened) == (MOST_ENTRIES, True)
    assert size(made) < MOST_BYTES
    assert codec.row(item(made)) == made


def test_no_credential_in_a_title_is_kept_in_part() -> None:
    title = f"{'x' * 115} ghp_{'0' * 36}"
    content = timeline.grown(
        Incident(declared_by="mona", since=BEGAN), row(), [row(fires=alert(title=title))]
    )
    assert "ghp_" not in content.timeline[0].title
