"""What is written about an alert that its source has not reported for too long."""

from chalicelib.adapters import registry
from chalicelib.conditions.repeats import every
from chalicelib.labels import STALE_LABEL
from chalicelib.render.view import View
from chalicelib.render.words import duration, moment

WHY = (
    "It may have ended while it was silenced, inhibited or muted, which is never reported, or its messages "
    "were lost."
)
DO = (
    "If it is over, close this issue: if the alert still fires after all, it is reopened, or a new one is "
    "opened. Otherwise leave it open."
)

LISTED = {
    "silenced": "{0} lists it as silenced: it still fires, and nothing is sent until the silence ends.",
    "inhibited": "{0} lists it as inhibited by another alert: it still fires, and nothing is sent meanwhile.",
    "active": "{0} still lists it: it fires, but a mute timing or a delivery problem holds it back.",
}
"""What is known if the provider's list was checked."""


def unheard(view: View) -> list[str]:
    """Say since when nothing was reported, what that may mean, and what to do, each in a paragraph."""
    source = view.line(registry.shown_as(view.alert.source))
    seen_at, interval = view.row.spec.seen_at, every(view.row.spec)
    usual = f" A firing alert is usually repeated every {duration(interval)}." if interval else ""
    link = view.shown(view.alert.links.source_url)
    look = f"[Look at the alert in {source}]({link})" if link else f"Look at the alert in {source}"
    why = LISTED.get(view.row.spec.listed, WHY).format(source)
    return [f"**{source} has not reported this alert since {moment(seen_at)}.**{usual}", why, f"{look}. {DO}"]


def is_unheard(view: View) -> bool:
    """Whether its issue says that nothing has been reported for too long."""
    issue = view.row.status.issue
    return view.firing and issue is not None and issue.open and STALE_LABEL in issue.labels
