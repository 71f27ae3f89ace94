"""Schema: which version of the code knows what an item of the table means. Pure.

An item names in `schema` the oldest version that reads it as it is meant; one without it is read by all. So
a version that was rolled back to leaves alone what it does not know: its messages stay in the queue, and
nothing is taken for absent or written over. `make rollback-STAGE` asks for `READS` before it goes back.

Version 1 is commit 86bf882. It ignores fields that it does not know, so most of what came later needs no new
version. Raise `READS` where an older version would act wrongly on a row, and name those rows in `needed`.
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.alert import Kind
from chalicelib.conditions import heartbeats
from chalicelib.conditions.row import AlertState
from chalicelib.errors import Contended

READS = 2
"""The newest that this version of the code reads."""

NEEDS = {Kind.CONDITION: 1, Kind.NOTIFICATION: 2, Kind.HEARTBEAT: 2}
"""Version 1 takes a notification for a condition that has ended, and closes its issue; it rejects signs of
life, so that a heartbeat's issue would stay open for ever."""


class WrittenByNewer(Contended):
    """A newer version wrote this item, and what it means is not known here."""


def needed(row: AlertState) -> int:
    """Say which version it takes to read a row."""
    told = row.spec.alert or heartbeats.newest(row.spec)
    return NEEDS[told.kind] if told else 1


def written(row: AlertState) -> dict[str, Any]:
    """Write it down; a row that every version reads does without."""
    version = needed(row)
    return {"schema": {"N": str(version)} if version > 1 else None}


def known(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give an item that this version knows; raises WrittenByNewer for another."""
    version = int(item["schema"]["N"]) if "schema" in item else 1
    if version > READS:
        raise WrittenByNewer(
            f"a newer version of Alerting wrote {item['fingerprint']['S']} (schema {version}; this version "
            f"reads up to {READS}), so it is left as it is: deploy the newer version again"
        )
    return item
