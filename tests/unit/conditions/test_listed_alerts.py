"""What a list of alerts means for each row: the whole outcome, at each boundary."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.conditions import listed_alerts
from chalicelib.conditions.listed_alerts import MOST_ENDED, Key, Learned, Listing, Memory, Rules, State
from chalicelib.conditions.row import AlertState
from tests.unit.builders import at, firing, resolved, row_of

RULES = Rules("Grafana", timedelta(minutes=10))
KEY: Key = ("grafana.example.org/1", "cpu")
LISTED: Mapping[Key, State] = {KEY: State.SILENCED}
SAID = {"identity": {"account_id": "grafana.example.org/1", "alarm_id": "cpu"}, "source": "grafana"}
GONE = "Grafana no longer lists this alert."
FIRES = row_of(firing(0, raw_provider={"a": 1}, **SAID))
NAME = FIRES.fingerprint
NOW = at(30)


def look(
    row: AlertState,
    alerts: Mapping[Key, State],
    known: dict[str, datetime | None] | None = None,
    *,
    whole: bool = True,
) -> Learned:
    return listed_alerts.learned(Memory(known=known or {}), [row], Listing(alerts, whole), RULES, NOW)


def remembers(known: dict[str, datetime | None], *ended: str) -> Memory:
    return Memory(at=NOW, known=known, ended=ended)


def ended(reason: str = GONE) -> AlertState:
    return row_of(firing(0, **SAID), resolved(5, reason=reason, **SAID))


def test_a_row_is_listed_under_its_account_and_id() -> None:
    assert listed_alerts.key_of(FIRES) == KEY
    assert listed_alerts.key_of(row_of(firing(0, identity={"alarm_id": "cpu"}))) == (None, "cpu")
    assert listed_alerts.key_of(row_of(firing(0, identity={}))) is None
    assert listed_alerts.key_of(row_of(resolved(0, **SAID))) is None


@pytest.mark.parametrize("known", [None, {NAME: None}, {NAME: at(1)}])
def test_one_that_is_listed_is_not_missing(known: dict[str, datetime | None] | None) -> None:
    assert look(FIRES, LISTED, known) == Learned(remembers({NAME: None}), ())
    assert look(FIRES, LISTED, known, whole=False) == Learned(remembers({NAME: None}), ())


def test_one_that_was_never_listed_is_not_remembered() -> None:
    assert look(FIRES, {}) == Learned(remembers({}), ())


@pytest.mark.parametrize(
    ("since", "seen", "missing"),
    [
        (None, 0, NOW),
        (at(25), 25, at(25)),
        (at(25), 25.1, NOW),  # it was reported since
        (at(20.1), 0, at(20.1)),
    ],
)
def test_one_that_is_missing_is_missing_since_the_first_list_that_lacks_it(
    since: datetime | None, seen: float, missing: datetime
) -> None:
    row = replace(FIRES, spec=replace(FIRES.spec, seen_at=at(seen)))
    assert look(row, {}, {NAME: since}) == Learned(remembers({NAME: missing}), ())
    assert look(row, {}, {NAME: since}, whole=False) == Learned(remembers({NAME: None}), ())


@pytest.mark.parametrize(("began", "over"), [(0, at(20)), (25, at(25))])
def test_one_that_was_missing_for_long_enough_has_ended(began: float, over: datetime) -> None:
    row = replace(FIRES, spec=replace(FIRES.spec, at=at(began)))
    alert = row.spec.alert
    assert alert
    end = alert.ended(over, GONE, recovered=True)
    assert look(row, {}, {NAME: at(20)}) == Learned(remembers({NAME: at(20)}, NAME), ((row, end),))


def test_one_that_only_a_list_ended_fires_again_when_it_is_listed_again() -> None:
    row = ended()
    assert look(row, {}) == Learned(remembers({}, row.fingerprint), ())
    again = firing(30, began_anew=True, **SAID)
    assert look(row, LISTED) == Learned(remembers({NAME: None}, NAME), ((row, again),))


@pytest.mark.parametrize("row", [ended("It recovered."), row_of(resolved(5, reason=GONE, **SAID))])
def test_what_its_source_ended_or_never_fired_is_left(row: AlertState) -> None:
    assert look(row, LISTED) == Learned(remembers({}), ())


def test_every_row_of_a_list_counts_and_the_newest_ends_are_remembered() -> None:
    rows = [replace(ended(), fingerprint=str(number)) for number in range(MOST_ENDED + 1)]
    told = listed_alerts.learned(Memory(), [FIRES, *rows], Listing({}, whole=True), RULES, NOW)
    assert told == Learned(remembers({}, *map(str, range(1, MOST_ENDED + 1))), ())


def test_a_repeated_payload_is_not_kept_with_what_a_list_says() -> None:
    spec: Any = replace(ended().spec, alert=FIRES.spec.alert)
    ((_, told),) = look(replace(ended(), spec=spec), LISTED).told
    assert told.raw_provider is None


@pytest.mark.parametrize(("now", "noted"), [(9.9, False), (10, True)])
def test_how_it_is_listed_is_noted_once(now: float, *, noted: bool) -> None:
    known = replace(FIRES.spec, listed="silenced")
    told = listed_alerts.described(known, State.ACTIVE, at(10), at(now))
    assert told == (replace(known, listed="active") if noted else known)
    assert listed_alerts.described(known, State.SILENCED, at(10), at(now)) is known
