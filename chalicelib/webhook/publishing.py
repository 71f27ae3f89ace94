"""Publishing: the alerts of one request, to the topic, within the time that the webhook's function has.

A group may contain as many alerts as fit into a request, even thousands. Firing alerts go before resolved
ones. If time runs out, the sender is asked to send again, and that request begins elsewhere in the group, so
that repeats reach all of it: an alert that arrives twice does no harm.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar
from zlib import crc32

from chalicelib.adapters.source import Source
from chalicelib.webhook import http
from chalicelib.webhook.http import Posted, Topic

AT_ONCE = 100
"""Alerts published between two checks of the clock: ten calls to SNS, a fifth of a second."""
TIME = timedelta(seconds=15)
"""When no more calls begin: the function has 25 s (.chalice/config.json), and a call to SNS that hangs takes
seven. At 22 ms a call, 12 of them our own at 512 MB, this is enough for 6,800 alerts."""
LOST = "the alerts could not all be queued; send them again"

Payload = TypeVar("Payload", bound=Mapping[str, Any])


def publish(
    topic: Topic,
    payloads: Sequence[Mapping[str, Any]],
    posted: Posted,
    source: Source,
    late: Callable[[], bool],
) -> int:
    """Publish one message for each alert, until time runs out, and return how many; raises NotAccepted."""
    ordered = in_order(payloads, source.ended, posted.request_id)
    for done in range(0, len(ordered), AT_ONCE):
        if done and late():
            return done
        bodies = [_message(source.cut(each)) for each in ordered[done : done + AT_ONCE]]
        http.publish(topic, bodies, posted, LOST)
    return len(ordered)


def in_order(
    payloads: Sequence[Payload], over: Callable[[Mapping[str, Any]], bool], request_id: str
) -> list[Payload]:
    """Put resolved alerts last; if either part is long, each request begins at another place in it."""
    turn = crc32(request_id.encode())
    ended = [each for each in payloads if over(each)]
    return [*_turned([each for each in payloads if not over(each)], turn), *_turned(ended, turn)]


def _turned(payloads: list[Payload], turn: int) -> list[Payload]:
    first = turn % max(1, -(-len(payloads) // AT_ONCE)) * AT_ONCE
    return payloads[first:] + payloads[:first]


def _message(payload: Mapping[str, Any]) -> str:
    return json.dumps(payload, separators=(",", ":"))
