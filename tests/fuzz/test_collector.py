"""Whatever stands in the queue is recorded, ignored or rejected, and acknowledged; nothing raises."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.adapters import registry
from tests.fuzz import EACH, SEEN, SHARE
from tests.fuzz.hostile import TEXTS, variants
from tests.fuzz.rig import Rig
from tests.unit.messages import record

NAMED = st.sampled_from([*registry.SOURCES, "github"])
STAMPS = NAMED | st.text(min_size=1, max_size=20)
SENDERS = st.text(min_size=1) | st.sampled_from(
    ['{"name":"east"}', '{"name":"e","teams":["gpu"]}', '{"name":7}', '{"name":"<b>"}', '{"name":""}']
)
ATTRIBUTES = st.fixed_dictionaries(
    {}, optional={"source": STAMPS, "correlation_id": st.text(min_size=1), "sender": SENDERS}
)
pytestmark = [
    pytest.mark.no_cover,  # other tests measure that; here it would take much of the time
    pytest.mark.filterwarnings("ignore:Generating overly large repr"),  # a long input is no fault of its own
]
FUZZ = settings(max_examples=SHARE, deadline=None, database=None, suppress_health_check=list(HealthCheck))


@FUZZ
@given(TEXTS, ATTRIBUTES, st.integers(0, 2**32))
def test_every_message_is_recorded_ignored_or_rejected_with_a_reason(
    text: str, attributes: dict[str, str], seed: int
) -> None:
    """SQS hands over no lone surrogates, and stamps are texts."""
    bodies = [each.encode("utf-8", "replace").decode() for each in variants(text, random.Random(seed), EACH)]
    rig = Rig()
    rig.collect([record(body, **attributes) for body in bodies])
    assert len(rig.queue.deleted) == len(bodies)
    assert all(why["reason"] and why["fix"] for _, why in rig.queue.rejected)
    assert '"level":"ERROR"' not in rig.log.getvalue()
    SEEN.update({"inputs": EACH, "rejected by the collector": len(rig.queue.rejected)})
