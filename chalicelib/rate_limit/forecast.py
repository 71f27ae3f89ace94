"""Forecast: when it is an opening's turn, if nothing more urgent arrives. Pure; times are epoch seconds."""

from chalicelib.rate_limit import reports, rules
from chalicelib.rate_limit.rules import Budget, Call, Denied, Limits

FARTHEST = 5000
"""How many calls are simulated, as many as the census counts."""


def turn(budget: Budget, call: Call, ahead: int, now: float, limits: Limits) -> float:
    """Return when a call is granted, after a number of others of its kind and priority."""
    at, current = now, budget
    for _ in range(min(ahead, FARTHEST) + 1):
        answer = rules.ask(current, call, at, limits)
        while isinstance(answer, Denied):
            at = answer.until
            answer = rules.ask(current, call, at, limits)
        at = answer.at
        sent = rules.turn(answer.budget, at, limits)
        current = reports.answered(sent.budget, at, remaining=None, reset=None)  # as is assumed
    return at
