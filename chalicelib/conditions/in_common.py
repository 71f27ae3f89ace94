"""In common: the labels and links that several alerts share, and the label that tells them apart. Pure."""

from collections.abc import Sequence
from typing import TypedDict

from chalicelib.alert import Links
from chalicelib.conditions.row import AlertState
from chalicelib.telemetry.masking import mask, names_credential

MOST_LABELS = 5
MOST_OF_A_LABEL = 100
"""The longest name or value that is kept, in code points."""

MOST_OF_A_LINK = 1000
"""The longest address that is kept, in ASCII, as a storm's row is nearly full without them."""


class InCommon(TypedDict):
    """What alerts share, under the names that a storm's content uses; empty if nothing."""

    common: dict[str, str]
    differs: str
    runbook: str
    dashboard: str


def in_common(rows: Sequence[AlertState]) -> InCommon:
    """Find what the alerts of rows have in common; a single alert has nothing in common with others."""
    alerts = [row.spec.alert for row in rows if row.spec.alert]
    common, differs = _labels([alert.labels for alert in alerts])
    runbook, dashboard = _links([alert.links for alert in alerts])
    return InCommon(common=common, differs=differs, runbook=runbook, dashboard=dashboard)


def _labels(labels: Sequence[dict[str, str]]) -> tuple[dict[str, str], str]:
    if len(labels) < 2:
        return {}, ""
    everywhere = [name for name in labels[0] if all(name in each for each in labels[1:])]
    values = {name: {each[name] for each in labels} for name in everywhere if not names_credential(name)}
    common = [(name, labels[0][name]) for name, found in values.items() if len(found) == 1]
    apart = [name for name, found in values.items() if len(found) > 1]
    pairs = {_cut(name): _cut(value) for name, value in common[:MOST_LABELS]}
    return pairs, _cut(max(apart, key=lambda name: len(values[name]), default=""))


def _links(links: Sequence[Links]) -> tuple[str, str]:
    """Find the runbook and the dashboard that all of them name."""
    runbooks, dashboards = {each.runbook_url for each in links}, {each.dashboard_url for each in links}
    return _only(runbooks, len(links)), _only(dashboards, len(links))


def _only(addresses: set[str | None], alerts: int) -> str:
    found = (addresses.pop() or "") if len(addresses) == 1 and alerts > 1 else ""
    return found if found.isascii() and len(found) <= MOST_OF_A_LINK else ""


def _cut(text: str) -> str:
    return mask(text)[:MOST_OF_A_LABEL]
