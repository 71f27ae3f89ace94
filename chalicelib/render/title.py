"""The title of an issue, as far as its team's route lets it be shown."""

from collections.abc import Iterator

from chalicelib.adapters import texts, titles
from chalicelib.alert import AlertEvent
from chalicelib.render import markdown, redaction
from chalicelib.routing import Details, Home, Routing
from chalicelib.telemetry.masking import mask

MAX_TITLE = 256
"""GitHub's limit, in code points."""

UNREADABLE = "An alert without a readable title"


def title(alert: AlertEvent, routing: Routing) -> str:
    """Write `[P1] Runner queue too long [linux-x64]`."""
    start = f"[{alert.priority}] "
    said = markdown.plain(shown(alert, routing.route(alert.teams).details, routing.home))
    return start + markdown.cut(said or UNREADABLE, MAX_TITLE - len(start))


def shown(alert: AlertEvent, details: Details, home: Home | None) -> str:
    """Write the title without its priority; with details = "none" it is the rule's name, without labels.

    An alert that an earlier version recorded keeps the title that its issue has.
    """
    if details is Details.NONE:
        whole = titles.head(_name(alert))
    elif alert.name is None:
        whole = alert.title
    else:
        whole = _placed(alert, home)
    masked = mask(whole)
    return masked if details is Details.FULL else redaction.rename(masked)


def _name(alert: AlertEvent) -> str:
    return mask(texts.line(alert.rule))


def _placed(alert: AlertEvent, home: Home | None) -> str:
    """Add the region and the account that are not Alerting's own."""
    places = ", ".join(_places(alert, home))
    if not places:
        return alert.title
    has_tail = alert.title.endswith("]") and alert.title != titles.head(_name(alert))
    return f"{alert.title[:-1]}, {places}]" if has_tail else f"{alert.title} [{places}]"


def _places(alert: AlertEvent, home: Home | None) -> Iterator[str]:
    region, account_id = alert.identity.region, alert.identity.account_id or ""
    if region and (home is None or region != home.region):
        yield titles.shortened(texts.line(region), titles.MAX_PIECE)
    if redaction.is_account(account_id) and (home is None or account_id != home.account_id):
        yield f"account {account_id}"
