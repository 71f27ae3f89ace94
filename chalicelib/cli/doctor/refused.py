"""Refused requests: whose requests the webhook refused in the last hour, and why, from its log."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from botocore.exceptions import ClientError

from chalicelib.cli import refused_requests
from chalicelib.cli.doctor.finding import Finding
from chalicelib.cli.refused_requests import RefusedRequests
from chalicelib.quantities import counted
from chalicelib.render.words import moment
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.stage import Stage

NAME = "refused requests"
HOUR = timedelta(hours=1)
STRANGER = "unknown"
WHY: Mapping[str, str] = {
    "UNAUTHORIZED": "wrong token",
    "NOT_CONFIGURED": "the secret cannot be used",
    "TOPIC_UNAVAILABLE": "the topic did not take the alerts",
    "NOT_JSON": "not JSON",
    "NOT_AN_OBJECT": "not a JSON object",
    "NOT_A_LIST": "not a list of alerts",
    "NO_ALERTS": "no list of alerts",
    "LEGACY_ALERTING": "Grafana's legacy alerting",
    "TOO_LARGE": "too large",
    "TOO_MANY_ALERTS": "too many alerts in one request",
    "UNKNOWN_SOURCE": "no such source",
    "UNKNOWN_PATH": "nothing under that path",
    "UNKNOWN_FORMAT": "neither Grafana's nor the canonical schema",
    "EXPRESSION_FAILED": "an expression in custom.toml fails",
    "TOO_MANY_REQUESTS": "more requests a minute than its entry in the secret allows",
    "OTHER_SOURCE": "a body of another source than its entry in the secret names",
}
NO_LOG = "ResourceNotFoundException"
MAY_NOT = ("AccessDenied", "AccessDeniedException", "AuthorizationError")


def requests(stage: Stage) -> Iterator[Finding]:
    """Report how many requests were refused, by sender and reason; those of strangers need no action."""
    now = CLOCK.now()
    try:
        found = refused_requests.read(stage.client("logs"), stage.log_groups[0], now - HOUR, now)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if stage.local and code == NO_LOG:
            yield Finding(NAME, "none: the local stack runs without its webhook")
        elif code in MAY_NOT:
            yield Finding(NAME, "not checked: these credentials may not read logs (logs:FilterLogEvents)")
        else:
            raise
        return
    for each in sorted(found, key=lambda each: -each.count):
        were = f"{counted(each.count, 'request')} for {each.whose} {'was' if each.count == 1 else 'were'}"
        last = f"refused in the last hour, the last at {moment(each.at, now)}"
        told = f"{were} {last}: {_why(each.source, each.reason)}"
        yield Finding(NAME, told, _fix(stage, each))
    if not found:
        yield Finding(NAME, "none in the last hour")


def _why(sender: str, reason: str) -> str:
    return "wrong signature" if (sender, reason) == ("github", "UNAUTHORIZED") else WHY.get(reason, reason)


def _fix(stage: Stage, refused: RefusedRequests) -> str:
    secret, sender, reason = stage.webhook_secret, refused.sender or refused.source, refused.reason
    if sender == STRANGER:
        return ""
    if reason == "UNAUTHORIZED":
        return (
            f"Give {sender} what the secret {secret} holds for it; if it has that, somebody else is trying."
        )
    if reason == "NOT_CONFIGURED":
        return f"Correct the secret {secret}; the webhook's log says what is wrong with it."
    if reason == "TOPIC_UNAVAILABLE":
        return "See docs/on-call.md, api-errors."
    if reason == "TOO_MANY_REQUESTS":
        return f"Find out what {sender} sends so often, or raise requests_per_minute in the secret {secret}."
    return f"Correct what {sender} sends; the answer that it got says how."
