"""Listed: what a provider's list of alerts says about rows. Pure.

A list shows what fires, including what is silenced or inhibited; it leaves out what has ended, whether or not
the end was reported.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from chalicelib.alert import AlertEvent, Condition
from chalicelib.conditions.clocks import LONG_AGO
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.spec import Spec

Key = tuple[str | None, str]
"""An alert's account, and its id there, as in its identity."""

MOST_ENDED = 200


class State(StrEnum):
    """The state of a listed alert; it fires in any case."""

    ACTIVE = "active"
    SILENCED = "silenced"
    INHIBITED = "inhibited"


@dataclass(frozen=True, slots=True)
class Listing:
    """The alerts that a provider lists; unless `whole`, an alert missing from it proves nothing."""

    alerts: Mapping[Key, State]
    whole: bool


class Memory(BaseModel):
    """What lists have shown so far: for firing rows that were once listed, since when they are missing.

    `ended` are rows that ended only according to a list.
    """

    model_config = ConfigDict(frozen=True)

    at: datetime = LONG_AGO
    known: dict[str, datetime | None] = {}
    ended: tuple[str, ...] = ()


def key_of(row: AlertState) -> Key | None:
    """Return the key under which a row's alert is listed."""
    identity = row.spec.alert.identity if row.spec.alert else None
    return (identity.account_id, identity.alarm_id) if identity and identity.alarm_id else None


@dataclass(frozen=True, slots=True)
class Rules:
    """Who lists, and how long an alert must be missing from lists to have ended."""

    provider: str
    apart: timedelta

    @property
    def reason(self) -> str:
        """How an end that only the lists show is explained."""
        return f"{self.provider} no longer lists this alert."


@dataclass(frozen=True, slots=True)
class Learned:
    """What is remembered after a list, and what it means: each row with what its provider would report."""

    memory: Memory
    told: tuple[tuple[AlertState, AlertEvent], ...]


def learned(
    memory: Memory, rows: Iterable[AlertState], listing: Listing, rules: Rules, now: datetime
) -> Learned:
    """Compare a list with rows that fire, and with those that an earlier list ended."""
    known: dict[str, datetime | None] = {}
    ended: list[str] = []
    told: list[tuple[AlertState, AlertEvent]] = []
    for row in rows:
        present = key_of(row) in listing.alerts
        if row.spec.firing:
            if not present and row.fingerprint not in memory.known:
                continue  # it was never listed, and may be another provider's
            since = None if present else _missing_since(memory, row, listing, now)
            known[row.fingerprint] = since
            if since and now - since >= rules.apart and row.spec.alert:
                end = row.spec.alert.ended(max(since, row.spec.at), rules.reason, recovered=True)
                told.append((row, end))
                ended.append(row.fingerprint)
        elif _only_lists_say_so(row, rules) and row.spec.alert:
            ended.append(row.fingerprint)
            if present:
                known[row.fingerprint] = None
                told.append((row, _fires(row.spec.alert, now)))
    newer = Memory(at=now, known=known, ended=tuple(ended[-MOST_ENDED:]))
    return Learned(newer, tuple(told))


def _missing_since(memory: Memory, row: AlertState, listing: Listing, now: datetime) -> datetime | None:
    """Return since when all lists lack it; starts again if it was reported, or a list was not whole."""
    since = memory.known[row.fingerprint]
    if not listing.whole:
        return None
    return now if since is None or row.spec.seen_at > since else since


def _fires(alert: AlertEvent, now: datetime) -> AlertEvent:
    return alert.model_copy(update={"occurred_at": now, "began_anew": True, "raw_provider": None})


def _only_lists_say_so(row: AlertState, rules: Rules) -> bool:
    """Whether only a list said that it has ended, and its source has reported nothing since."""
    resolution = row.spec.resolution
    resolved = row.spec.condition is Condition.RESOLVED
    return resolved and resolution is not None and resolution.reason == rules.reason


def described(spec: Spec, state: State | None, unheard_at: datetime | None, now: datetime) -> Spec:
    """Note how an alert is listed, once its source has been silent for so long that people will ask."""
    matters = state is not None and unheard_at is not None and now >= unheard_at
    return replace(spec, listed=str(state)) if matters and spec.listed != state else spec
