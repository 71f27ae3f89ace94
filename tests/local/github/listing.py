"""Lists: filters, order, pages and the Link header that leads through them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from .errors import validation_failed
from .model import Issue

Query = MultiDict[str, str]
T = TypeVar("T")

LARGEST_PAGE = 100
ORDERS: dict[str, Callable[[Issue], float]] = {
    "created": lambda issue: issue.created_at,
    "updated": lambda issue: issue.updated_at,
    "comments": lambda issue: float(len(issue.comments)),
}


def issues(found: Sequence[Issue], query: Query, *, changed_before: float) -> list[Issue]:
    """The issues that the query asks for, in its order, without those changed after `changed_before`."""
    state = _choice(query, "state", "open", ("open", "closed", "all"))
    order = ORDERS[_choice(query, "sort", "created", tuple(ORDERS))]
    descending = _choice(query, "direction", "desc", ("asc", "desc")) == "desc"
    wanted = {name.strip().lower() for name in query.get("labels", "").split(",") if name.strip()}
    since = since_of(query)
    selected = [
        issue
        for issue in found
        if issue.updated_at <= changed_before
        and state in ("all", issue.state)
        and wanted <= {label.name.lower() for label in issue.labels}
        and int(issue.updated_at) >= since
        and query.get("creator", issue.author.login) == issue.author.login
        and _assigned_as(issue, query.get("assignee"))
    ]
    return sorted(selected, key=lambda issue: (order(issue), issue.number), reverse=descending)


def since_of(query: Query) -> float:
    """The time of `since`, inclusive; without one, the beginning of time."""
    text = query.get("since")
    if text is None:
        return 0.0
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise validation_failed("Issue", "since", "invalid", value=text) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def page(found: Sequence[T], query: Query, url: str) -> tuple[Sequence[T], dict[str, str]]:
    """One page, and the header that leads to the others."""
    size = min(_positive(query.get("per_page"), 30), LARGEST_PAGE)
    number = _positive(query.get("page"), 1)
    last = max(1, -(-len(found) // size))
    links = {}
    if number > 1:
        links["prev"] = min(number - 1, last)
    if number < last:
        links |= {"next": number + 1, "last": last}
    if number > 1:
        links["first"] = 1
    header = ", ".join(f'<{url}?{_with_page(query, target)}>; rel="{rel}"' for rel, target in links.items())
    return found[(number - 1) * size : number * size], {"Link": header} if links else {}


def _with_page(query: Query, number: int) -> str:
    return urlencode({**query.to_dict(), "page": str(number)})


def _positive(text: str | None, default: int) -> int:
    return max(1, int(text)) if text and text.isdecimal() else default


def _choice(query: Query, name: str, default: str, choices: tuple[str, ...]) -> str:
    value = query.get(name, default)
    if value not in choices:
        raise validation_failed("Issue", name, "invalid", value=value)
    return value


def _assigned_as(issue: Issue, assignee: str | None) -> bool:
    if assignee in (None, "*"):
        return assignee is None or bool(issue.assignees)
    logins = {account.login for account in issue.assignees}
    return not logins if assignee == "none" else assignee in logins
