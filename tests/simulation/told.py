"""Telemetry's twin of the simulation: counts what was covered, and watches what is reported."""

from collections import Counter
from typing import TYPE_CHECKING

from chalicelib.errors import AlertingError
from chalicelib.telemetry.telemetry import Telemetry

if TYPE_CHECKING:
    from tests.simulation.world import World

COUNTED = ("FIRST_FIRING", "REPEAT", "RECURRED", "RECURRED_UNRESOLVED")
"""Reasons by which a message is counted as a firing."""


class Told(Telemetry):
    """Events, of workers that live, counts being their shadows. `heard` says what became of each message."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.heard: dict[str, str] = {}
        self._counted: Counter[str] = Counter()

    def event(self, name: str, **keys: object) -> None:
        if not self._world.schedule.lives():
            return
        self._world.ledger.no_secret(f"{name} {keys}")
        reason = str(keys.get("reason"))
        match name:
            case "NORMALIZED_ALERT":
                self._hear(str(keys["messageId"]), reason, f"reason: {reason}")
            case "IGNORED" | "REJECTED" | "NOTICED" | "REQUEUED":
                self._hear(str(keys["messageId"]), f"{name} {reason}", f"{name}: {reason}")
            case "STEP":
                self._step(str(keys["action"]), reason, keys)
            case "BUDGET_REFUSED":
                self._step("PUT OFF", reason, keys)

    def problem(self, name: str, error: BaseException, **keys: object) -> None:
        if not self._world.schedule.lives():
            return
        self._world.ledger.no_secret(f"{name} {error} {keys}")
        self._world.count(f"problem: {name}")
        self._tell(f"{name} {type(error).__name__}: {error}")
        if not isinstance(error, AlertingError):
            self._world.breaks("no unforeseen error", f"{name}: {error!r}")

    def _hear(self, message_id: str, heard: str, counted: str) -> None:
        self.heard[message_id] = heard
        self._world.count(counted)
        self._tell(f"{message_id}: {heard}")
        if heard in COUNTED:
            self._counted[message_id] += 1
        if self._counted[message_id] > 1:
            self._world.breaks("4. each message counts once", f"{message_id} was counted twice")

    def _step(self, action: str, reason: str, keys: dict[str, object]) -> None:
        self._world.count(
            f"action: {action} {reason}" if action in ("SKIP", "PUT OFF") else f"action: {action}"
        )
        self._tell(f"{action} {reason} {keys.get('error') or ''} of {str(keys['fingerprint'])[:4]}")

    def _tell(self, what: str) -> None:
        self._world.tell(self._world.schedule.worker().name, f"  {what}")
