"""Schema: which versions of the code understand an item of the table. Pure.

An item names in `schema` the oldest version that reads it correctly; every version reads an item without
it. So a version that was rolled back to does not touch items that it does not understand: their messages
stay in the queue, and nothing is assumed absent or overwritten. `make rollback-STAGE` checks `READS` first.

Version 1 is commit 86bf882. It ignores fields that it does not know, so most additions need no new version.
Raise `READS` if an older version would act wrongly on a row, and name those rows in `needed`.
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.alert import Kind
from chalicelib.conditions import heartbeats
from chalicelib.conditions.row import AlertState
from chalicelib.errors import Contended

READS = 2
"""The newest schema that this version of the code reads."""

OF_A_ROW: tuple[str, ...] = ("fingerprint", "schema", "revision", "spec", "added", "correlation_id")
OF_A_ROW += ("status", "intent", "lease_owner", "lease_until", "lease_unended")
OF_A_ROW += ("look", "due_at", "held", "waiting_priority")
"""The attributes that a row is read from. The others serve the indexes, or say when DynamoDB may delete it;
without them, boto3 takes a third less time to read many rows."""

NEEDS = {Kind.CONDITION: 1, Kind.NOTIFICATION: 2, Kind.HEARTBEAT: 2}
"""Version 1 takes a notification for a condition that has ended, and closes its issue; it rejects heartbeats,
so their issues would stay open for ever."""


class WrittenByNewer(Contended):
    """A newer version wrote this item, and this version does not know what it means."""


def needed(row: AlertState) -> int:
    """Return the version that is needed to read a row."""
    told = row.spec.alert or heartbeats.newest(row.spec)
    return NEEDS[told.kind] if told else 1


def written(row: AlertState) -> dict[str, Any]:
    """Write that version; a row that every version reads needs none."""
    version = needed(row)
    return {"schema": {"N": str(version)} if version > 1 else None}


def known(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an item that this version understands; raises WrittenByNewer for any other."""
    version = int(item["schema"]["N"]) if "schema" in item else 1
    if version > READS:
        raise WrittenByNewer(
            f"a newer version of Alerting wrote {item['fingerprint']['S']} (schema {version}; this version "
            f"reads up to {READS}), so it is left as it is: deploy the newer version again"
        )
    return item
