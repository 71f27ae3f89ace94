"""Wiring: the one place where real clocks, clients and settings are chosen, and everyone meets everyone.

What a function needs is made at its first call and kept by the container. The webhook's parts are imported
above; the collector's, whose libraries take long to load, where they are needed.
"""

import gc
import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from chalicelib import __version__
from chalicelib.config import Arn, Settings
from chalicelib.hooks import Hooks
from chalicelib.ingest import Answer, Ingest, Posted
from chalicelib.secrets import Secret
from chalicelib.telemetry import Powertools
from chalicelib.topic import SnsTopic

if TYPE_CHECKING:
    from chalicelib.collector import Collector
    from chalicelib.github.budget import Limits
    from chalicelib.lifecycle.plan import Policy
    from chalicelib.reconcile import Reconcile
    from chalicelib.sync import Sync

AWS = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
MARGIN = timedelta(seconds=3)


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """The time in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)

    def unique(self) -> str:
        """A word never used before."""
        return uuid.uuid4().hex


CLOCK = SystemClock()


def health() -> dict[str, str]:
    """Say which version serves which stage, and nothing more."""
    return {"version": __version__, "stage": _settings().stage}


def webhook(source: str, request: Any, context: Any) -> Answer:
    """Take a request to the webhook."""
    return _answer(_ingest, source.lower(), request, context)


def github_events(request: Any, context: Any) -> Answer:
    """Take an event of GitHub."""
    return _answer(_hooks, "github", request, context)


def _answer(
    edge: Callable[[str], Callable[[Posted], Answer]], source: str, request: Any, context: Any
) -> Answer:
    headers = {name.lower(): value for name, value in request.headers.items()}
    posted = Posted(source, headers, request.raw_body, _request_id(context))
    with _telemetry().invocation("webhook", posted.request_id):
        try:
            return edge(_function_arn(context))(posted)
        except Exception as error:  # noqa: BLE001 - whose words, the request's perhaps, Chalice would log
            _telemetry().problem("WEBHOOK_FAILED", error)
            return Answer(500, {"error": "the webhook failed; its log says where"})


def collect(records: Sequence[Mapping[str, Any]], context: Any) -> None:
    """Take a batch of the queue's messages."""
    if records:
        with _telemetry().invocation("collector", _request_id(context)):
            _collector(records[0]["eventSourceARN"])(records, _until(context))


def reconcile(context: Any) -> None:
    """Do what is due."""
    with _telemetry().invocation("reconcile", _request_id(context)):
        _reconcile(_function_arn(context))(_until(context))


def _request_id(context: Any) -> str:
    """Lambda's name of the invocation; `chalice local` has none."""
    return getattr(context, "aws_request_id", None) or CLOCK.unique()


def _until(context: Any) -> datetime:
    return CLOCK.now() + timedelta(milliseconds=context.get_remaining_time_in_millis()) - MARGIN


def _function_arn(context: Any) -> str:
    """Where `chalice local` runs, which has no ARN, the stage names the place."""
    settings = _settings()
    local = f"arn:aws:lambda:{settings.region}:{settings.account_id}:function:{settings.prefix}"
    return getattr(context, "invoked_function_arn", "") or local


@contextmanager
def _loading() -> Iterator[None]:
    """Load without looking for garbage on the way, and never look for it in what was loaded.

    Looking through all that has been imported, again and again, is a sixth of the collector's cold start
    (docs.python.org/3/library/gc.html#gc.freeze).
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@cache
def _settings() -> Settings:
    return Settings.read(os.environ)


@cache
def _telemetry() -> Powertools:
    return Powertools(_settings().stage)


@cache
@_loading()
def _ingest(function_arn: str) -> Ingest:
    place = Arn.parse(function_arn)
    return Ingest(_topic(place), _secret(place, "webhook-secrets"), CLOCK.now, _telemetry())


@cache
def _hooks(function_arn: str) -> Hooks:
    place = Arn.parse(function_arn)
    return Hooks(_topic(place), _secret(place, "alerting-app-secrets"), _telemetry())


def _secret(beside: Arn, name: str) -> Secret:
    """A secret in the region of a function."""
    client = boto3.client("secretsmanager", region_name=beside.region, config=AWS)
    return Secret(client, f"{_settings().prefix}-{name}", CLOCK.now)


def _topic(beside: Arn) -> SnsTopic:
    """The topic beside a function."""
    name = f"{_settings().prefix}-alerts"
    topic_arn = f"arn:{beside.partition}:sns:{beside.region}:{beside.account_id}:{name}"
    return SnsTopic(boto3.client("sns", region_name=beside.region, config=AWS), topic_arn)


@cache
@_loading()
def _collector(queue_arn: str) -> "Collector":
    from chalicelib.collector import Collector
    from chalicelib.notice import Notice
    from chalicelib.queue import SqsQueue

    place = Arn.parse(queue_arn)
    client = boto3.client("sqs", region_name=place.region, config=AWS)
    queue_url = f"{client.meta.endpoint_url}/{place.account_id}/{place.name}"
    return Collector(
        rows=_store(),
        queue=SqsQueue(client, queue_url, f"{queue_url}-dlq"),
        sync=_sync(),
        policy=_policy(),
        duplicate=_settings().duplicate,
        now=CLOCK.now,
        telemetry=_telemetry(),
        notice=Notice(_store(), CLOCK.now, _telemetry()),
    )


@cache
@_loading()
def _reconcile(function_arn: str) -> "Reconcile":
    from chalicelib.drift import Drift
    from chalicelib.reconcile import Reconcile

    settings, store = _settings(), _store()
    drift = Drift(
        rows=store,
        lists=_issues,
        sync=_sync(),
        permits=_gate(),
        census=_census(),
        repositories=_policy().routing.repositories,
        now=CLOCK.now,
        changes_every=settings.drift_changes,
        everything_every=settings.drift_everything,
    )
    on_github = settings.github_enabled
    return Reconcile(
        rows=store,
        sync=_sync(),
        drift=drift if on_github else _nothing,
        now=CLOCK.now,
        telemetry=_telemetry(),
        board=_board() if on_github and settings.board_interval else None,
        palette=_palette() if on_github else None,
        chores=(
            ("GAUGES_FAILED", _gauges()),
            ("CANARY_FAILED", _canary(Arn.parse(function_arn))),
            ("ALARMS_FAILED", _alarms(Arn.parse(function_arn))),
        ),
    )


def _gauges() -> Callable[[datetime], None]:
    from chalicelib.gauges import Gauges

    return Gauges(
        census=_census(),
        budgets=_gate(),
        limits=_limits(),
        owners=_policy().routing.accounts,
        on_github=_settings().github_enabled,
        now=CLOCK.now,
        telemetry=_telemetry(),
    )


def _board() -> Callable[[datetime], None]:
    from chalicelib.board import Board

    return Board(
        rows=_store(),
        census=_census(),
        tracker=_issues,
        permits=_gate(),
        routing=_policy().routing,
        now=CLOCK.now,
        telemetry=_telemetry(),
        every=_settings().board_interval,
    )


def _palette() -> Callable[[datetime], None]:
    from chalicelib.palette import Palette

    return Palette(_store(), _issues, _gate(), _policy().routing, CLOCK.now, _telemetry())


def _alarms(beside: Arn) -> Callable[[datetime], None]:
    from chalicelib.alarms import Alarms

    if not _settings().alarms_interval:
        return _nothing
    return Alarms(
        census=_census(),
        rows=_store(),
        readers=lambda place: _alarm_reader(beside, place.account_id, place.region),
        now=CLOCK.now,
        telemetry=_telemetry(),
        every=_settings().alarms_interval,
    )


def _alarm_reader(beside: Arn, account_id: str, region: str) -> Any:
    """Read alarms of this account and region, or where a role of that account may be taken; else None."""
    from chalicelib.cloudwatch import CloudWatchAlarms

    roles = {Arn.parse(role).account_id: role for role in _settings().alarm_reader_role_arns}
    if (account_id, region) == (beside.account_id, beside.region):
        return CloudWatchAlarms(lambda: boto3.client("cloudwatch", region_name=region, config=AWS))
    if account_id in roles:
        return CloudWatchAlarms(lambda: _taking(roles[account_id]).client("cloudwatch", region, config=AWS))
    return None


def _taking(role: str) -> boto3.Session:
    """Take another account's role, for an hour."""
    taken = boto3.client("sts", config=AWS).assume_role(RoleArn=role, RoleSessionName="alerting-alarms")
    given = taken["Credentials"]
    return boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def _canary(beside: Arn) -> Callable[[datetime], None]:
    from chalicelib.canary import Canary

    settings = _settings()
    if not settings.canary_repository:
        return _nothing
    return Canary(_store(), _topic(beside), settings.stage, CLOCK.now, _telemetry())


def _nothing(until: datetime) -> None:
    """What is switched off: no canary without its repository, no drift where GitHub is disabled."""


@cache
def _policy() -> "Policy":
    return policy_of(_settings())


def policy_of(settings: Settings) -> "Policy":
    """Make the policy of a stage: its routing, and how often GitHub is told."""
    from chalicelib import canary, routing
    from chalicelib.lifecycle.plan import Policy

    table = routing.load((Path(__file__).parent / "routing.toml").read_text(encoding="utf-8"))
    repository = settings.canary_repository
    return Policy(
        routing=canary.routed(table, repository) if repository else table,
        update_interval=settings.update_interval,
        comment_interval=settings.comment_interval,
        reopen_window=settings.reopen_window,
        not_planned_quiet=settings.not_planned_quiet,
        flapping_quiet=settings.flapping_quiet,
        stale_after=settings.stale_after,
        look_interval=settings.look_interval,
        enabled=settings.github_enabled,
    )


@cache
def _store() -> Any:
    from chalicelib.store import DynamoStore

    return DynamoStore(boto3.client("dynamodb", config=AWS), _table())


@cache
def _census() -> Any:
    from chalicelib.census import DynamoCensus

    return DynamoCensus(boto3.client("dynamodb", config=AWS), _table())


def _table() -> str:
    return f"{_settings().prefix}-alerts-state"


def _limits() -> "Limits":
    return limits_of(_settings())


def limits_of(settings: Settings) -> "Limits":
    """Make the limits of a stage's writes to GitHub."""
    from chalicelib.github.budget import Limits

    return Limits(
        per_minute=settings.writes_per_minute,
        per_hour=settings.writes_per_hour,
        spacing=settings.write_spacing.total_seconds(),
        breaker_first=settings.breaker.total_seconds(),
    )


@cache
def _gate() -> Any:
    from chalicelib.github.gate import Gate

    return Gate(_store(), _limits(), CLOCK.now, _telemetry())


@cache
@_loading()
def _issues() -> Any:
    import httpx

    from chalicelib.github.auth import App
    from chalicelib.github.client import GitHubClient
    from chalicelib.github.issues import GitHubIssues
    from chalicelib.github.transport import BoundedTransport

    settings = _settings()
    secret = Secret(
        boto3.client("secretsmanager", config=AWS), f"{settings.prefix}-alerting-app-secrets", CLOCK.now
    )
    http = httpx.Client(base_url=settings.github_api_url, transport=BoundedTransport(time.monotonic))
    client = GitHubClient(http, App.from_secret(secret.read()), _gate(), CLOCK, settings.github_timeout)
    return GitHubIssues(client)


@cache
def _sync() -> "Sync":
    from chalicelib.act import Act
    from chalicelib.sync import Sync, Timing

    settings, policy = _settings(), _policy()
    return Sync(
        rows=_store(),
        permits=_gate(),
        act=Act(_issues, policy.routing, CLOCK.now),
        clock=CLOCK,
        policy=policy,
        timing=Timing(settings.lease, settings.github_timeout * 1.5, settings.retry),
        telemetry=_telemetry(),
    )
