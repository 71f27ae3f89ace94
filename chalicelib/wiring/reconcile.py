"""Reconcile, wired: with what a stage has switched on."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from chalicelib.reconcile.canary import Canary
from chalicelib.reconcile.drift import Drift
from chalicelib.reconcile.gauges import Gauges
from chalicelib.reconcile.reconcile import Reconcile
from chalicelib.reconcile.silent_sources import SilentSources
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.github import gate, issues, sync
from chalicelib.wiring.rules import limits, policy
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import census, store

Work = Callable[[datetime], None]


def reconcile(stage: Stage) -> Reconcile:
    """Wire reconcile."""
    settings, on_github = stage.settings, stage.settings.github_enabled
    return Reconcile(
        rows=store(stage),
        sync=sync(stage).advance,
        drift=_drift(stage) if on_github else _nothing,
        now=CLOCK.now,
        telemetry=stage.telemetry,
        board=_board(stage) if on_github and settings.board_interval else None,
        palette=_palette(stage) if on_github else None,
        chores=(
            ("GAUGES_FAILED", _gauges(stage)),
            ("UNHEARD_FAILED", _unheard(stage) if on_github else _nothing),
            ("CANARY_FAILED", _canary(stage) if settings.canary_repository else _nothing),
            ("ALARMS_FAILED", _alarms(stage) if settings.alarms_interval else _nothing),
            ("LISTINGS_FAILED", _listings(stage) if settings.listed else _nothing),
        ),
    )


def _nothing(until: datetime) -> None:
    """What is switched off: no canary without its repository, no drift where GitHub is disabled."""


def _drift(stage: Stage) -> Work:
    return Drift(
        rows=store(stage),
        lists=partial(issues, stage),
        sync=sync(stage),
        permits=gate(stage),
        census=census(stage),
        repositories=policy(stage.settings).routing.repositories,
        now=CLOCK.now,
        changes_every=stage.settings.drift_changes,
        everything_every=stage.settings.drift_everything,
    ).check


def _board(stage: Stage) -> Work:
    from chalicelib.reconcile.board import BoardUpkeep

    return BoardUpkeep(
        rows=store(stage),
        census=census(stage),
        tracker=partial(issues, stage),
        permits=gate(stage),
        routing=policy(stage.settings).routing,
        now=CLOCK.now,
        telemetry=stage.telemetry,
        every=stage.settings.board_interval,
    ).update


def _palette(stage: Stage) -> Work:
    from chalicelib.reconcile.label_styles import LabelStyles

    return LabelStyles(
        store(stage),
        partial(issues, stage),
        gate(stage),
        policy(stage.settings).routing,
        CLOCK.now,
        stage.telemetry,
    ).apply


def _gauges(stage: Stage) -> Work:
    return Gauges(
        census=census(stage),
        budgets=gate(stage),
        limits=limits(stage.settings),
        owners=policy(stage.settings).routing.accounts,
        on_github=stage.settings.github_enabled,
        now=CLOCK.now,
        telemetry=stage.telemetry,
    ).measure


def _unheard(stage: Stage) -> Work:
    return SilentSources(census(stage), store(stage), stage.settings.stale_after, CLOCK.now).check


def _canary(stage: Stage) -> Work:
    return Canary(store(stage), stage.publisher, stage.settings.stage, CLOCK.now, stage.telemetry).check


def _listings(stage: Stage) -> Work:
    from chalicelib.wiring.lookups import listings

    return listings(stage).check


def _alarms(stage: Stage) -> Work:
    from chalicelib.wiring.alarms import alarms

    return alarms(stage).check
