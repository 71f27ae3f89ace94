"""What may hold rows back from outside, wired: to add a kind, add a file to `sync` and a line here."""

from dataclasses import replace
from functools import cache

from chalicelib.conditions.policy import Policy
from chalicelib.sync.inhibition import Inhibition
from chalicelib.sync.outside import Outside
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.maintenance import maintenance
from chalicelib.wiring.rules import policy_at_home
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import store


@cache
def outside(stage: Stage) -> Outside:
    """Wire everything that may hold a worker's rows back."""
    policy = policy_at_home(stage)
    inhibition = Inhibition(policy.routing, policy.stale_after, store(stage), CLOCK.now, stage.telemetry)
    return Outside((maintenance(stage), inhibition))


def policy_at_work(stage: Stage) -> Policy:
    """Make a worker's policy, which knows what holds rows back."""
    return replace(policy_at_home(stage), outside=outside(stage))
