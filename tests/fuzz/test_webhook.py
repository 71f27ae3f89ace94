"""Whatever is posted: an answer that is no 5xx, and no secret in it or in anything that is written down."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.webhook.http import MOST_BYTES
from tests.fuzz import EACH, SEEN, SHARE
from tests.fuzz.hostile import (
    ELSEWHERE,
    HEADERS,
    NOW,
    SENT,
    SOURCES,
    TEXTS,
    TIMESTAMPS,
    encoded,
    signed,
    variants,
)
from tests.fuzz.rig import HIDDEN, Rig
from tests.unit.messages import record

pytestmark = [
    pytest.mark.no_cover,  # other tests measure that; here it would take much of the time
    pytest.mark.filterwarnings("ignore:Generating overly large repr"),  # a long input is no fault of its own
]
FUZZ = settings(max_examples=SHARE, deadline=None, database=None, suppress_health_check=list(HealthCheck))
ANSWERS = {202, 400, 401, 404, 413}
MOST = 20
"""Of the alerts of one body, those that are taken on to the collector."""


@FUZZ
@given(SOURCES | ELSEWHERE, HEADERS, TEXTS, st.integers(0, 2**32))
def test_a_stranger_gets_no_5xx_and_learns_nothing(
    source: str, headers: dict[str, list[str]], text: str, seed: int
) -> None:
    rng = random.Random(seed)
    for each in variants(text, rng, EACH):
        rig = Rig()
        status, answer = rig.post(source, headers, encoded(each, rng))
        SEEN.update(("inputs", f"answered {status}"))
        assert status in ANSWERS
        assert (status == 202) == bool(rig.topic.published)
        assert not [secret for secret in HIDDEN if secret in answer + rig.told]


@FUZZ
@given(SOURCES, st.none() | TIMESTAMPS, HEADERS, SENT, st.integers(0, 2**32))
def test_a_known_sender_sends_anything_and_harms_nobody(
    source: str, timestamp: str | None, headers: dict[str, list[str]], text: str, seed: int
) -> None:
    rng = random.Random(seed)
    for each in variants(text, rng, EACH):
        rig, body = Rig(), encoded(each, rng)
        proof = {name.lower(): values for name, values in signed(source, body, timestamp).items()}
        names = {*proof, f"x-{source.lower()}-alerting-timestamp"}
        others = {name: values for name, values in headers.items() if name.lower() not in names}
        status, answer = rig.post(source, others | proof, body)
        SEEN.update(("inputs", f"answered {status}"))
        assert status in ANSWERS
        unproven = source == "normalized" and not replayable(timestamp)
        assert (status == 401) == (unproven and len(body) <= MOST_BYTES)
        taken = rig.topic.published[:MOST]
        rig.collect([record(body, **attributes) for body, attributes in taken])
        assert len(rig.queue.deleted) == len(taken)
        dead = {why["reason"] for _, why in rig.queue.rejected}
        assert "NOT_JSON" not in dead, "the webhook took what the collector can never read"
        assert not [secret for secret in HIDDEN if secret in answer + rig.told]
        assert '"level":"ERROR"' not in rig.log.getvalue()


def replayable(timestamp: str | None) -> bool:
    """Say whether the time is near enough, or not given at all."""
    if timestamp is None:
        return True
    digits = timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 16
    return digits and abs(int(timestamp) - NOW) <= 300
