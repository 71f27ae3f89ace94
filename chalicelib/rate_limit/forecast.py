"""Forecast: when an opening has its turn, if nothing more urgent comes. Pure; times are epoch seconds."""

from dataclasses import replace

from chalicelib.rate_limit import rules
from chalicelib.rate_limit.rules import Budget, Call, Denied, Limits

FARTHEST = 5000
"""Calls that are looked ahead, as many as the census counts."""


def turn(budget: Budget, call: Call, ahead: int, now: float, limits: Limits) -> float:
    """Say when a call is granted after as many others of its kind and priority."""
    at, current = now, budget
    for _ in range(min(ahead, FARTHEST) + 1):
        answer = rules.ask(current, call, at, limits)
        while isinstance(answer, Denied):
            at = answer.until
            answer = rules.ask(current, call, at, limits)
        at = answer.at
        sent = rules.turn(answer.budget, at, limits)
        current = replace(sent.budget, failures=0)  # as if GitHub answers
    return at
