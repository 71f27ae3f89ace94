"""Reconcile, wired: with what a stage has switched on."""

from collections.abc import Callable
from datetime import datetime

from chalicelib.canary import Canary
from chalicelib.config import Arn
from chalicelib.drift import Drift
from chalicelib.gauges import Gauges
from chalicelib.reconcile import Reconcile
from chalicelib.unheard import Unheard
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.github import gate, issues, sync
from chalicelib.wiring.rules import limits_of, policy
from chalicelib.wiring.stage import settings, telemetry, topic
from chalicelib.wiring.table import census, store

Work = Callable[[datetime], None]


def reconcile(function_arn: str) -> Reconcile:
    """Wire the reconcile of a function's account and region."""
    place, on_github = Arn.parse(function_arn), settings().github_enabled
    return Reconcile(
        rows=store(),
        sync=sync(),
        drift=_drift() if on_github else _nothing,
        now=CLOCK.now,
        telemetry=telemetry(),
        board=_board() if on_github and settings().board_interval else None,
        palette=_palette() if on_github else None,
        chores=(
            ("GAUGES_FAILED", _gauges()),
            ("UNHEARD_FAILED", _unheard() if on_github else _nothing),
            ("CANARY_FAILED", _canary(place) if settings().canary_repository else _nothing),
            ("ALARMS_FAILED", _alarms(place) if settings().alarms_interval else _nothing),
            ("LISTINGS_FAILED", _listings() if settings().listed else _nothing),
        ),
    )


def _nothing(until: datetime) -> None:
    """What is switched off: no canary without its repository, no drift where GitHub is disabled."""


def _drift() -> Work:
    return Drift(
        rows=store(),
        lists=issues,
        sync=sync(),
        permits=gate(),
        census=census(),
        repositories=policy().routing.repositories,
        now=CLOCK.now,
        changes_every=settings().drift_changes,
        everything_every=settings().drift_everything,
    )


def _board() -> Work:
    from chalicelib.board import Board

    return Board(
        rows=store(),
        census=census(),
        tracker=issues,
        permits=gate(),
        routing=policy().routing,
        now=CLOCK.now,
        telemetry=telemetry(),
        every=settings().board_interval,
    )


def _palette() -> Work:
    from chalicelib.palette import Palette

    return Palette(store(), issues, gate(), policy().routing, CLOCK.now, telemetry())


def _gauges() -> Work:
    return Gauges(
        census=census(),
        budgets=gate(),
        limits=limits_of(settings()),
        owners=policy().routing.accounts,
        on_github=settings().github_enabled,
        now=CLOCK.now,
        telemetry=telemetry(),
    )


def _unheard() -> Work:
    return Unheard(census(), store(), settings().stale_after, CLOCK.now)


def _canary(beside: Arn) -> Work:
    return Canary(store(), topic(beside), settings().stage, CLOCK.now, telemetry())


def _listings() -> Work:
    from chalicelib.wiring.lookups import listings

    return listings()


def _alarms(beside: Arn) -> Work:
    from chalicelib.wiring.alarms import alarms

    return alarms(beside)
