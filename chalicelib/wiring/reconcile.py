"""Reconcile, wired: with the parts that a stage has switched on."""

from functools import partial

from chalicelib.reconcile.canary import Canary
from chalicelib.reconcile.drift import Drift
from chalicelib.reconcile.gauges import Gauges
from chalicelib.reconcile.heartbeats import Heartbeats
from chalicelib.reconcile.held_rows import HeldRows
from chalicelib.reconcile.reconcile import Advance, Reconcile, Work
from chalicelib.reconcile.silent_sources import SilentSources
from chalicelib.wiring import github
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.commands import commands
from chalicelib.wiring.function import connect
from chalicelib.wiring.github import gate, issues, sync
from chalicelib.wiring.maintenance import rules
from chalicelib.wiring.on_call import asked, duties, reader
from chalicelib.wiring.outside import outside, policy_at_work
from chalicelib.wiring.pages import incidents, storms, waiting
from chalicelib.wiring.rules import limits, policy, policy_at_home
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import census, store


def prepare() -> None:
    """Make what takes long, while Lambda starts the function."""
    github.prepare()
    connect("secretsmanager", "dynamodb")


def reconcile(stage: Stage) -> Reconcile:
    """Wire reconcile."""
    settings, on_github = stage.settings, stage.settings.github_enabled
    jobs = (
        ("DRIFT_FAILED", on_github, _drift),
        ("BOARD_FAILED", on_github and settings.board_interval, _board),
        ("PALETTE_FAILED", on_github, _palette),
        ("NOISE_REVIEW_FAILED", on_github and policy(settings).routing.reviews_noise, _noise_review),
        ("BOARD_NOT_HEARD", on_github and settings.board_interval, _listener),
        ("PROJECTS_FAILED", on_github and policy(settings).routing.with_projects, _projects),
    )
    chores = (
        ("GAUGES_FAILED", True, _gauges),
        ("UNHEARD_FAILED", on_github, _unheard),
        ("HELD_FAILED", on_github, _held),
        ("CANARY_FAILED", settings.canary_repository, _canary),
        ("ALARMS_FAILED", settings.alarms_interval, _alarms),
        ("LISTINGS_FAILED", settings.listed, _listings),
        ("ON_CALL_FAILED", settings.on_call_interval and asked(), _on_call),
        ("INCIDENTS_FAILED", on_github, incidents),
    )
    first = (("STORM_FAILED", on_github, storms), ("WAITING_FAILED", on_github, waiting))
    return Reconcile(
        rows=store(stage),
        sync=_heartbeats(stage),
        jobs=tuple((name, wire(stage)) for name, wanted, wire in jobs if wanted),
        now=CLOCK.now,
        telemetry=stage.telemetry,
        chores=tuple((name, wire(stage)) for name, wanted, wire in chores if wanted),
        first=tuple((name, wire(stage)) for name, wanted, wire in first if wanted),
    )


def _heartbeats(stage: Stage) -> Advance:
    name, publisher, advance = stage.settings.stage, stage.publisher, sync(stage).advance
    return Heartbeats(store(stage), publisher, name, advance, CLOCK.now, stage.telemetry).advance


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
        routing=policy_at_home(stage).routing,
        now=CLOCK.now,
        telemetry=stage.telemetry,
        every=stage.settings.board_interval,
        rules=rules(),
        duties=partial(duties, stage),
    ).update


def _listener(stage: Stage) -> Work:
    from chalicelib.reconcile.board import BoardListener

    return BoardListener(
        store(stage),
        partial(issues, stage),
        gate(stage),
        policy(stage.settings).routing.boards,
        CLOCK.now,
        stage.telemetry,
        deeds=commands(stage),
    ).listen


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


def _projects(stage: Stage) -> Work:
    from chalicelib.reconcile.projects import Projects

    return Projects(
        store(stage),
        lambda: issues(stage).organizations,
        gate(stage),
        policy(stage.settings).routing,
        CLOCK.now,
        stage.telemetry,
    ).add


def _noise_review(stage: Stage) -> Work:
    from chalicelib.reconcile.noise_review import NoiseReview

    routing = policy(stage.settings).routing
    return NoiseReview(store(stage), census(stage), routing, CLOCK.now, stage.telemetry).check


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


def _held(stage: Stage) -> Work:
    refresh, at_work = outside(stage).refresh, policy_at_work(stage)
    return HeldRows(census(stage), store(stage), refresh, at_work, CLOCK.now).check


def _canary(stage: Stage) -> Work:
    return Canary(store(stage), stage.publisher, stage.settings.stage, CLOCK.now, stage.telemetry).check


def _listings(stage: Stage) -> Work:
    from chalicelib.wiring.lookups import listings

    return listings(stage).check


def _on_call(stage: Stage) -> Work:
    return reader(stage).check


def _alarms(stage: Stage) -> Work:
    from chalicelib.wiring.alarms import alarms

    return alarms(stage).check
