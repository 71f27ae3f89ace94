# ruff: noqa: E501 - tables of inputs
"""What strangers send: JSON of a source's shape or of none, text that is not JSON, and headers of all kinds."""

import base64
import codecs
import hashlib
import hmac
import json
import random
import re
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from chalicelib.adapters import registry
from chalicelib.adapters.source import Example
from tests.fuzz.rig import PRESENTED, SECRET
from tests.twins.clock import START
from tests.unit.adapters.test_adapters_any import ALARMS, ANY, EVENTS, GROUPS, NORMALIZED

NOW = int(START.timestamp())
DEEP = st.integers(1, 40_000).map(lambda depth: "[" * depth + "]" * depth) | st.integers(1, 20_000).map(
    lambda depth: '{"a":' * depth + "1" + "}" * depth
)
ODD = st.sampled_from(
    [
        "NaN", "[Infinity]", '{"a": -Infinity}', '{"a": 1e999}', '{"a": 1, "a": 2}', "1" * 5000, "-0", "1e-999",
        '"\\ud800"', '{"\\udfff": "\\udc00\\ud800"}', "{}", "[]", "null", "true", '""', "", " ", "{", '{"a"', "[1,]",
        "\ufeff{}", '{"alerts": [{}, {}, null, 1, "x", []]}', '{"alerts": {"a": {}}}', "\x00", '"\x00"', "[[]]" * 9,
        '{"alerts": [' + ",".join(["{}"] * 2001) + "]}", '{"alerts": [' + ",".join(['{"status":"firing"}'] * 300) + "]}",
        '{"Type": "Notification", "TopicArn": "x", "Message": "{}"}', '{"Records": [{"Sns": {"Message": 1}}]}',
        '{"Type": "SubscriptionConfirmation", "TopicArn": "x", "Message": "y", "SubscribeURL": "http://169.254.169.254/"}',
    ]
)  # fmt: skip
SHAPED = st.one_of(GROUPS, NORMALIZED, ALARMS, EVENTS, st.lists(NORMALIZED, max_size=3), ANY)


def dumped(value: Any) -> str:
    """JSON as Python writes it: NaN and lone surrogates included."""
    return json.dumps(value)


FRAGMENTS = (
    "\x00",
    "\ud800",
    '"',
    "}",
    "[",
    "NaN",
    "1e999",
    "9" * 400,
    "//",
    '{"a":' * 50,
    "\\ud800",
    "\u202e",
)


def variants(text: str, rng: random.Random, count: int) -> Iterator[str]:
    """Yield a text as it is, with its keys twice, and then damaged in ways of its own."""
    yield text
    yield text[:-1] + "," + text[1:] if text.startswith("{") and len(text) > 2 else text * 2
    for _ in range(count - 2):
        yield _damaged(text, rng)


def _damaged(text: str, rng: random.Random) -> str:
    at, end = sorted((rng.randint(0, len(text)), rng.randint(0, len(text))))
    return rng.choice(
        (
            lambda: text[:at],
            lambda: text[:at] + rng.choice(FRAGMENTS) + text[at:],
            lambda: text[:at] + rng.choice(FRAGMENTS) + text[at + 1 :],
            lambda: text[:at] + text[end:],
            lambda: text[:end] + text[at:],
            lambda: f'{{"alerts":[{text}]}}',
            lambda: re.sub(r"\d+", lambda found: rng.choice((found[0], "1e400", "-1", "9" * 30)), text),
            lambda: text.replace('"', '"\\u0000\\ud83d', 2),
        )
    )()


def encoded(text: str, rng: random.Random) -> bytes:
    """Mostly UTF-8, as one sends it; sometimes something else."""
    kind = rng.random()
    if kind < 0.8:
        return text.encode("utf-8", "surrogatepass")
    if kind < 0.9:
        return rng.choice((codecs.BOM_UTF8, b"\xff", b"")) + text.encode("utf-16", "surrogatepass")
    return rng.randbytes(rng.randrange(60)) + text.encode("latin-1", "replace")


TEXTS = st.one_of(
    SHAPED.map(dumped), SHAPED.map(dumped), SHAPED.map(dumped), ODD, DEEP, st.text(max_size=200)
)
TEMPLATES = st.builds(
    lambda source, end: source.template(Example(START, end)),
    st.sampled_from([*registry.SOURCES.values()]),
    st.sampled_from([None, START]),
)
SENT = st.one_of(GROUPS, GROUPS, NORMALIZED, st.lists(NORMALIZED, max_size=3), TEMPLATES).map(dumped) | TEXTS
SOURCES = st.sampled_from(["Grafana", *registry.webhooks()])
ELSEWHERE = st.text(max_size=12) | st.sampled_from(
    ["cloudwatch", "github", "..", "%2e", "grafana/", "canary"]
)
TOKENS = st.sampled_from(
    [
        PRESENTED,
        "",
        " ",
        "é",
        "\ud800",
        "canary-of-alertmanager",
        "canary-new-of-grafana",
        "canary-of-east",
        "0" * 9000,
    ]
)
TIMESTAMPS = st.one_of(
    st.integers(NOW - 301, NOW + 301).map(str),
    st.sampled_from(["0", "-1", str(NOW - 86400), str(NOW + 86400), "9" * 40, "1e9", "²", "", "١٢٣", "nan"]),
)
NAMES = st.sampled_from(
    ["X-Signer", "X-Grafana-Token", "x-alertmanager-token", "X-Normalized-Token", "Authorization", "X-Normalized-Alerting-Signature",
     "X-Normalized-Alerting-Timestamp", "X-Grafana-Alerting-Signature", "Content-Type", "Content-Length", "Cookie"]
)  # fmt: skip


BY_NAME = {"alertmanager": "canary-next-of-east"}
"""Tokens of senders that have a name, by source."""


def basic(password: str) -> str:
    """The header of Basic authentication."""
    return "Basic " + base64.b64encode(f"u:{password}".encode("utf-8", "surrogatepass")).decode()


VALUES = st.one_of(
    TOKENS,
    TOKENS.map("Bearer {}".format),
    TOKENS.map(basic),
    TOKENS.map("Basic {}".format),
    TIMESTAMPS,
    st.text(max_size=30),
    st.sampled_from(["application/json", "text/plain; charset=utf-7", "gzip", "a" * 64]),
)
HEADERS = st.dictionaries(
    NAMES | st.text(min_size=1, max_size=10), st.lists(VALUES, min_size=1, max_size=3), max_size=6
)


def signed(source: str, body: bytes, timestamp: str | None) -> dict[str, list[str]]:
    """The headers with which a source proves itself."""
    source = source.lower()
    token = BY_NAME.get(source) or SECRET[f"{source}_webhook_token"]
    headers = {f"X-{source}-Token": [token[-1] if isinstance(token, list) else str(token)]}
    if secret := SECRET.get(f"{source}_hmac_secret"):
        stamp = b"" if timestamp is None else timestamp.encode() + b":"
        headers[f"X-{source}-Alerting-Signature"] = [
            hmac.new(str(secret).encode(), stamp + body, hashlib.sha256).hexdigest()
        ]
        if timestamp is not None:
            headers[f"X-{source}-Alerting-Timestamp"] = [timestamp]
    return headers
