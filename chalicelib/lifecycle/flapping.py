"""Flapping: a condition that ends and begins again and again is one thing to people. Pure."""

from datetime import datetime, timedelta

from chalicelib.labels import FLAPPING_LABEL
from chalicelib.lifecycle.state import AlertState

FLAPS = 4
ON_PURPOSE = frozenset({"canary"})
"""Sources that come and go as they should."""


def flapping_until(row: AlertState, now: datetime, quiet: timedelta) -> datetime | None:
    """Say when a flapping condition will have been quiet for long enough; None where it does not flap.

    It begins with the fourth end within `quiet`; the label on its issue is its memory. The ends are by the
    provider's clock, which makes it flap, or be quiet, at most ten minutes sooner or later.
    """
    spec, issue = row.spec, row.status.issue
    ends = [episode.ended for episode in spec.episodes]
    newest = max([*ends, *([spec.episode] if spec.episode else [])], default=None)
    on_purpose = spec.alert is not None and spec.alert.source in ON_PURPOSE
    if newest is None or on_purpose or now >= newest + quiet:
        return None
    known = issue is not None and FLAPPING_LABEL in issue.labels
    recent = sum(end > now - quiet for end in ends)
    return newest + quiet if known or recent >= FLAPS else None
