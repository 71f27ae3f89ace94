"""Telemetry's twin: events, counts and measures as data; one that is not listed is a mistake."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib.telemetry.metrics import BY_NAME
from chalicelib.telemetry.telemetry import Telemetry

Told = tuple[str, float, dict[str, str]]


_EVENTS = """
    ALARMS_FAILED ALARMS_NOT_READ ALARMS_REJECTED ALARM_LEARNED ALERTS_NOT_LISTED ALERTS_NOT_TAKEN
    ALERT_LEARNED BOARD BOARD_FAILED BOARD_NOT_HEARD BREAKER_CLOSED BREAKER_OPENED BUDGET_REFUSED
    CALLS_SCARCE CANARY CANARY_FAILED DRIFT_FAILED ENRICHMENT_FAILED FACT_DROPPED GAUGES_FAILED
    GITHUB_EVENT HANDOFF HEARTBEAT_MISSED IGNORED INCIDENT INCIDENTS_FAILED
    INHIBITORS_UNKNOWN LABEL_NOT_DRESSED LISTINGS_FAILED
    MAINTENANCE MEASURED MIRRORED MIRROR_FAILED MISSING NOISE_REVIEW_FAILED NORMALIZED_ALERT NOTICED
    NOT_ACKNOWLEDGED NOT_ANSWERED NOT_IN_PROJECT NOT_RECORDED NOT_REQUEUED NOT_SYNCED ON_CALL_FAILED
    ON_CALL_UNKNOWN ON_CALL_UNUSABLE OUT_OF_TIME PALETTE_FAILED PROJECTS_FAILED RATE_LIMITED RECONCILED
    REJECTED REQUEUED RETRY STEP STEPS_NEVER_END STORM STORM_FAILED STORM_UNKNOWN SUB_ISSUE_REFUSED
    TOPIC_UNAVAILABLE UNHEARD_FAILED UNKNOWN_SEVERITY WAITING_FAILED WEBHOOK_ACCEPTED WEBHOOK_FAILED
    WEBHOOK_NOT_CONFIGURED WEBHOOK_REFUSED WINDOWS_UNKNOWN
"""
EVENTS = frozenset(_EVENTS.split())
"""What people search the log for."""

KEYS = {
    "NOT_RECORDED": {"messageId"},
    "NOT_REQUEUED": {"messageId"},
    "NOT_SYNCED": {"fingerprint"},
    "MIRROR_FAILED": {"fingerprint"},
    "NOT_ANSWERED": {"repository"},
    "BOARD_FAILED": {"repository"},
    "BOARD_NOT_HEARD": {"repository"},
    "WINDOWS_UNKNOWN": {"repository"},
    "INCIDENTS_FAILED": {"fingerprint"},
    "STORM_FAILED": {"fingerprint"},
    "STORM_UNKNOWN": {"fingerprint"},
    "ON_CALL_UNKNOWN": {"team"},
    "ON_CALL_UNUSABLE": {"team"},
    "SUB_ISSUE_REFUSED": {"fingerprint"},
    "ENRICHMENT_FAILED": {"kind", "fingerprint"},
    "FACT_DROPPED": {"fingerprint", "kind", "issue", "priority", "fact_id"},
}
"""What the line of a problem says besides its error, and what is on all lines; of others nothing."""

OF_ALL = {"BOARD_FAILED", "BOARD_NOT_HEARD", "INCIDENTS_FAILED", "ON_CALL_UNKNOWN", "STORM_FAILED"}
"""They name no repository, team, incident or storm where it failed before it came to one."""


class Recorder(Telemetry):
    """Keeps what was reported; `bound_keys` are on every event."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.problems: list[tuple[str, BaseException]] = []
        self.counts: list[Told] = []
        self.measures: list[Told] = []
        self.bound_keys: dict[str, Any] = {}

    def event(self, name: str, **keys: object) -> None:
        assert name in EVENTS, f"{name} is not in `EVENTS` of tests/twins/telemetry.py"
        self.events.append((name, self.bound_keys | keys))

    def problem(self, name: str, error: BaseException, **keys: object) -> None:
        assert name in EVENTS, f"{name} is not in `EVENTS` of tests/twins/telemetry.py"
        said = {key for key, value in keys.items() if value is not None}
        assert said == KEYS.get(name, set()) or (not said and name in OF_ALL), (
            f"{name} says {said}, not what `KEYS` has for it"
        )
        assert isinstance(error, BaseException)
        assert str(error) not in {"", "None"}, f"{name} does not say what happened"
        self.problems.append((name, error))

    def count(self, name: str, number: float = 1, **dimensions: str) -> None:
        self.counts.append(_listed(name, number, dimensions))

    def measure(self, name: str, value: float, **dimensions: str) -> None:
        self.measures.append(_listed(name, value, dimensions))

    @contextmanager
    def bound(self, **keys: object) -> Iterator[None]:
        before = self.bound_keys
        self.bound_keys = before | keys
        try:
            yield
        finally:
            self.bound_keys = before

    def note(self, **keys: object) -> None:
        self.bound_keys = self.bound_keys | keys

    def named(self, name: str) -> list[dict[str, Any]]:
        return [keys for each, keys in self.events if each == name]


def _listed(name: str, value: float, dimensions: dict[str, str]) -> Told:
    assert set(BY_NAME[name].dimensions) == dimensions.keys(), f"{name} is not by {', '.join(dimensions)}"
    return name, value, dimensions
