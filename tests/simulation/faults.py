"""What may go wrong with a call to the outside, by the service that is called."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any, Protocol

import httpx
from botocore.exceptions import ClientError, ReadTimeoutError

from chalicelib.errors import AlertsNotListed

Effect = Callable[[], Any]
TIMEOUT = 10.0
"""Seconds after which our client of GitHub gives up."""


class Time(Protocol):
    """The time that passes, and random choices of the worker that calls."""

    def sleep(self, seconds: float) -> None:
        """Let time pass."""

    def seconds(self) -> float:
        """The time."""

    def github_seconds(self) -> float:
        """The time by GitHub's clock."""

    def chance(self) -> float:
        """A number below 1."""


Fault = Callable[[Effect, Time], Any]


def _throttled(effect: Effect, time: Time) -> Any:
    time.sleep(0.3)
    raise ClientError({"Error": {"Code": "ProvisionedThroughputExceededException", "Message": ""}}, "Call")


def _silent(effect: Effect, time: Time) -> Any:
    time.sleep(17)
    raise ReadTimeoutError(endpoint_url="https://aws.test")


def _silent_done(effect: Effect, time: Time) -> Any:
    effect()
    return _silent(effect, time)


def _retried(effect: Effect, time: Time) -> Any:
    """It was done, the answer was lost, and botocore asks again."""
    effect()
    time.sleep(5.1)
    return effect()


def _frozen(effect: Effect, time: Time) -> Any:
    """The answer is there, but the worker gets to read it late, perhaps after its lease has ended."""
    answer = effect()
    time.sleep(45 + 60 * time.chance())
    return answer


def _late(effect: Effect, time: Time) -> Any:
    """The call itself is on its way for long: the world has moved on when it arrives."""
    time.sleep(2 + 8 * time.chance())
    return effect()


def _not_listed(effect: Effect, time: Time) -> Any:
    time.sleep(5)
    raise AlertsNotListed("no answer")


def _partly(effect: Effect, time: Time) -> Any:
    return effect() | {"Failed": [{"Id": "0"}]}


@dataclass(frozen=True)
class _Answers:
    """GitHub answers this instead, after the effect or without it."""

    status: int
    message: str = "Server Error"
    headers: tuple[tuple[str, str], ...] = ()
    done: bool = False
    body: bytes | None = None

    def __call__(self, effect: Effect, time: Time) -> Any:
        if self.done:
            effect()
        body = self.body if self.body is not None else json.dumps({"message": self.message}).encode()
        return httpx.Response(self.status, headers=dict(self.headers), content=body)


def _gives_up(effect: Effect, time: Time) -> Any:
    time.sleep(TIMEOUT)
    raise httpx.ReadTimeout("no answer")


def _gives_up_done(effect: Effect, time: Time) -> Any:
    """The request takes effect some time before we give up on its answer."""
    later = 0.9 * TIMEOUT * time.chance()
    time.sleep(later)
    effect()
    time.sleep(TIMEOUT - later)
    raise httpx.ReadTimeout("no answer")


def _no_connection(effect: Effect, time: Time) -> Any:
    raise httpx.ConnectError("refused")


def _dropped(effect: Effect, time: Time) -> Any:
    raise httpx.RemoteProtocolError("closed")


def _dropped_done(effect: Effect, time: Time) -> Any:
    effect()
    raise httpx.RemoteProtocolError("closed")


def _slow(effect: Effect, time: Time) -> Any:
    time.sleep(0.9 * TIMEOUT * time.chance())
    return effect()


def _primary(effect: Effect, time: Time) -> Any:
    """The hour's calls are used up; they come back in some minutes."""
    reset = int(time.github_seconds() + 60 + 840 * time.chance())
    date = formatdate(time.github_seconds(), usegmt=True)
    headers = (("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", str(reset)), ("date", date))
    return _Answers(403, "API rate limit exceeded.", headers)(effect, time)


_SECONDARY = (
    "You have exceeded a secondary rate limit and have been temporarily blocked from content creation."
)
_PAGE = b"<!DOCTYPE html><html></html>"

TABLE: dict[str, Fault] = {
    "throttled": _throttled,
    "silent": _silent,
    "silent, done": _silent_done,
    "retried": _retried,
    "late": _late,
    "frozen": _frozen,
}
AWS: dict[str, Fault] = {"throttled": _throttled, "silent, done": _silent_done}
LOOKUPS: dict[str, Fault] = {"no list": _not_listed}
TOPIC: dict[str, Fault] = AWS | {"partly": _partly}
GITHUB: dict[str, Fault] = {
    "502": _Answers(502),
    "502, done": _Answers(502, done=True),
    "timeout": _gives_up,
    "timeout, done": _gives_up_done,
    "no connection": _no_connection,
    "dropped": _dropped,
    "dropped, done": _dropped_done,
    "slow": _slow,
    "frozen": _frozen,
    "page, done": _Answers(200, done=True, body=_PAGE),
    "secondary limit": _Answers(403, _SECONDARY, (("retry-after", "90"),)),
    "secondary limit, silent": _Answers(403, _SECONDARY),
    "primary limit": _primary,
}
LISTS: dict[str, Fault] = GITHUB | {"empty list": _Answers(200, body=b"[]")}


def of(point: str) -> dict[str, Fault]:
    """The faults that may befall a call."""
    if point in ("github.list", "github.comments"):
        return LISTS
    if point == "topic.publish":
        return TOPIC
    found = {"table": TABLE, "queue": AWS, "github": GITHUB, "cloudwatch": AWS, "lookups": LOOKUPS}
    return found[point.partition(".")[0]]


def asks_to_wait(answer: Any, now: float, github_ahead: float) -> float | None:
    """Until when an answer of GitHub asks to wait, in true time."""
    headers = answer.headers if isinstance(answer, httpx.Response) else {}
    if "retry-after" in headers:
        return now + float(headers["retry-after"])
    if headers.get("x-ratelimit-remaining") != "0":
        return None
    return float(headers["x-ratelimit-reset"]) - github_ahead
