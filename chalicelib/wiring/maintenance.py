"""Maintenance windows, wired: those in the package's `maintenance.toml`, and those in the table."""

import pkgutil
from functools import cache

from chalicelib.conditions.windows import Rule
from chalicelib.sync.maintenance import Maintenance
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.rules import policy_at_home
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import store


@cache
def rules() -> tuple[Rule, ...]:
    """Read the file of windows, if there is one; raises ConfigurationError."""
    try:
        text = pkgutil.get_data("chalicelib", "maintenance.toml") or b""
    except FileNotFoundError:
        return ()
    from chalicelib.conditions.maintenance_file import load

    return load(text.decode())


@cache
def maintenance(stage: Stage) -> Maintenance:
    """Wire a worker's maintenance windows."""
    routing = policy_at_home(stage).routing
    return Maintenance(rules(), store(stage), routing, CLOCK.now, stage.telemetry)
