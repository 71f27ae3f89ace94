"""The truth: what providers have said last of each condition, read from the scenario alone."""

from chalicelib.alert import Condition
from tests.simulation.provider import Says, Told
from tests.simulation.scenario import START, Scenario

FAR_AHEAD = 600.0
"""From so many seconds on, a clock that is ahead is not believed."""

NAMES = {"normalized": "ci-watcher"}
"""As whose their alerts are known, where that is not the webhook's source."""


def said(scenario: Scenario) -> dict[tuple[str, str], Condition]:
    """Give the last word on each condition, by source and title; without those whose clock is far ahead.

    At equal times the resolution counts.
    """
    words: dict[tuple[str, str], list[tuple[float, Condition]]] = {}
    unbelieved: set[tuple[str, str]] = set()
    for says in (stimulus for stimulus in scenario.stimuli if isinstance(stimulus, Says)):
        for told in says.told if says.source != "cloudwatch" else says.told[:1]:
            key = NAMES.get(says.source, says.source), f"Condition {told.condition}"
            word = _word(told)
            if word and word[0] > START + says.at + FAR_AHEAD:
                unbelieved.add(key)
            if word:
                words.setdefault(key, []).append(word)
    return {key: max(each)[1] for key, each in words.items() if key not in unbelieved}


def _word(told: Told) -> tuple[float, Condition] | None:
    """Read when it was so and what; of no data nothing is said. By their names, RESOLVED is after FIRING."""
    if told.state == "firing":
        return told.began, Condition.FIRING
    return (told.ended, Condition.RESOLVED) if told.state == "resolved" else None
