"""What must never happen to rows, messages and secrets, watched at each write and each answer."""

from typing import TYPE_CHECKING

from chalicelib.webhook.http import HttpAnswer
from tests.simulation.containers import TOKEN
from tests.twins.dynamodb import Item
from tests.twins.messaging import Queued

if TYPE_CHECKING:
    from tests.simulation.world import World

SECRETS = ("_secret-token-", TOKEN, "the.apps.own")


class Ledger:
    """Sees the table, the queue and the webhook's answers."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.changed_at = world.schedule.time
        self._spoken_at: dict[str, float] = {}
        self._claimed_at: dict[str, float] = {}

    def row_changed(self, before: Item | None, after: Item) -> None:
        """A row or document was written."""
        key, now = after["fingerprint"]["S"], self._world.schedule.time
        if key.startswith("maintenance#"):
            self._world.maintained.written(after)
        if "#" in key:
            return
        self.changed_at = now
        self._world.mirrored.row_changed(before, after)
        self._world.incidents.row_changed(after)
        if before is None or before.get("spec") != after.get("spec"):
            self._spoken_at[key] = now
        if "lease_owner" in after and (before or {}).get("lease_owner") != after["lease_owner"]:
            self._claimed_at[key] = now

    def knew(self, fingerprint: str) -> bool:
        """Whether the last claim of a row was made knowing all that its provider has said."""
        return self._spoken_at.get(fingerprint, 0.0) < self._claimed_at.get(fingerprint, 0.0)

    def anything_due(self) -> bool:
        """Whether a row is due."""
        return self.due_within(0.0)

    def due_within(self, seconds: float) -> bool:
        """Whether a row will be due before long; one that is held back may be at any time."""
        until, items = self._world.schedule.time + seconds, self._world.table.items.values()
        return any(
            "held" in item or float(item["due_at"]["N"]) <= until for item in items if "due_at" in item
        )

    def acknowledged(self, message: Queued) -> None:
        """A message was deleted from the queue."""
        heard = self._world.telemetry.heard.get(message.id)
        rejected = heard is not None and heard.startswith("REJECTED")
        if heard is None or (rejected and not self._world.is_dead(message)):
            self._world.breaks("4. no message is lost", f"{message.id} was deleted and not recorded")

    def answered(self, answer: HttpAnswer) -> None:
        """The webhook answered."""
        self.no_secret(str(answer.body))

    def no_secret(self, text: str) -> None:
        """Nothing secret is in a text that leaves."""
        if any(secret in text for secret in SECRETS):
            self._world.breaks("7. no secret leaves", text[:200])
