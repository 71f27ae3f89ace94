"""The rules that follow from a stage's settings: when GitHub is updated, and how often it is called."""

import pkgutil
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib import routing
from chalicelib.conditions.policy import Policy
from chalicelib.errors import ConfigurationError
from chalicelib.rate_limit.rules import Limits
from chalicelib.reconcile import canary
from chalicelib.routing import Home, Routing
from chalicelib.routing.route import ON_CALL
from chalicelib.settings import Settings
from chalicelib.sync.sync import Timing

if TYPE_CHECKING:  # commands that need no AWS use the rules too, and must not load its libraries
    from chalicelib.conditions.on_call_file import OnCallFile
    from chalicelib.wiring.stage import Stage

ROUTING = Path(__file__).parents[1] / "routing.toml"


@cache
def on_call_file() -> "OnCallFile | None":
    """Read who is on call, if there is such a file; raises ConfigurationError."""
    try:
        text = pkgutil.get_data("chalicelib", "on_call.toml") or b""
    except FileNotFoundError:
        return None
    from chalicelib.conditions.on_call_file import load

    return load(text.decode())


def routing_of(text: str, *, on_call: bool) -> Routing:
    """Read the routing; raises ConfigurationError, also if it needs an `on_call.toml` that is missing."""
    table = routing.load(text)
    if table.on_call and not on_call:
        raise ConfigurationError(ROUTING.name, [f"{ON_CALL} needs chalicelib/on_call.toml, which says who"])
    return table


def policy_at_home(stage: "Stage") -> Policy:
    """Make the policy of a stage that knows which account and region it is in."""
    return policy(stage.settings, Home(stage.place.account_id, stage.place.region))


@cache
def policy(stage: Settings, home: Home | None = None) -> Policy:
    """Make the policy of a stage: its routing, and how often GitHub is updated."""
    table = routing_of(ROUTING.read_text(encoding="utf-8"), on_call=on_call_file() is not None)
    table = replace(table, home=home)
    repository = stage.canary_repository
    return Policy(
        routing=canary.routed(table, repository) if repository else table,
        update_interval=stage.update_interval,
        comment_interval=stage.comment_interval,
        reopen_window=stage.reopen_window,
        not_planned_quiet=stage.not_planned_quiet,
        flapping_quiet=stage.flapping_quiet,
        stale_after=stage.stale_after,
        look_interval=stage.look_interval,
        enabled=stage.github_enabled,
    )


def limits(stage: Settings) -> Limits:
    """Make the limits on a stage's writes to GitHub."""
    return Limits(
        per_minute=stage.writes_per_minute,
        per_hour=stage.writes_per_hour,
        spacing=stage.write_spacing.total_seconds(),
        breaker_first=stage.breaker.total_seconds(),
    )


def timing(stage: Settings) -> Timing:
    """Make the timing of steps: a step begins only while 1.5 times its call's timeout is left."""
    return Timing(stage.lease, stage.github_timeout * 1.5, stage.retry)
