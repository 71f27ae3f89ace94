"""What the runs covered: nothing that there is may have been left out."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import get_args

from chalicelib.conditions.nothing import Quiet
from chalicelib.conditions.record import Reason
from chalicelib.conditions.steps import Work
from tests.simulation import declaring, faults, incidents, maintenance, named, storms
from tests.simulation.histories import OFF
from tests.simulation.outside import POINTS
from tests.simulation.people import ACTIONS
from tests.simulation.providers import alertmanager, cloudwatch, emitters, grafana, jobs, newsroom
from tests.simulation.weather import STATES

STEPS = [step.__name__ for step in get_args(Work)]

UNSEEN = {Quiet.DISABLED, Quiet.IN_PROGRESS}
"""Reasons that no run can show: GitHub is never disabled here, and what is in progress is not reported."""


PROVIDERS = {
    "alertmanager": alertmanager.SEEN,
    "grafana": grafana.SEEN,
    "cloudwatch": cloudwatch.SEEN,
    "normalized": emitters.SEEN,
    newsroom.NAME: newsroom.SEEN,
    "jobs": jobs.SEEN,
    **dict.fromkeys(emitters.OTHERS, ("a message",)),
}


def expected() -> dict[str, list[str]]:
    """Everything that must be covered, by kind; each is the name of a count."""
    points = [f"{service}.{name}" for service, names in POINTS.items() for name in names]
    services = {point.partition(".")[0]: faults.of(point) for point in points}
    services["github"] = faults.LISTS
    return {
        "reasons of record": [f"reason: {reason}" for reason in Reason],
        "reasons to do nothing": [f"action: SKIP {quiet}" for quiet in Quiet if quiet not in UNSEEN],
        "steps": [f"step: {step}" for step in STEPS],
        "faults": [f"fault {service}: {fault}" for service, found in services.items() for fault in found],
        "states": [f"state: {state}" for state in STATES],
        "crash points": [f"crash {when} {point}" for point in points for when in ("before", "after")],
        "actions of people": [f"person: {action}" for action in (*ACTIONS, *declaring.ACTIONS)],
        "behaviours of providers": [
            f"{source}: {behaviour}"
            for source, behaviours in PROVIDERS.items()
            for behaviour in behaviours
            if not OFF
        ],
        "escalations": ["tier called"],
        "people on call": ["on call: named", "on call: nobody named"],
        "maintenance": [*maintenance.COUNTS],
        "what issues say of others": [named.COUNT],
        "storms": [*storms.COUNTS],
        "incidents": [*incidents.COUNTS],
        "endings": [f"ended: {ending}" for ending in ("returned", "crashed", "timed out")],
    }


def missing(counts: Mapping[str, int]) -> list[str]:
    """What was not covered."""
    return [name for names in expected().values() for name in names if not counts.get(name)]


def table(counts: Counter[str]) -> Iterator[str]:
    """The counts, a paragraph for each kind."""
    for kind, names in expected().items():
        yield f"{kind}:"
        yield from _lines(
            [f"{name.partition(': ')[2] or name.removeprefix('crash ')} {counts[name]:,}" for name in names]
        )


def _lines(words: list[str], width: int = 110) -> Iterator[str]:
    line = "   "
    for word in words:
        if len(line) + len(word) + 3 > width:
            yield line
            line = "   "
        line += f" {word} ·"
    yield line.removesuffix(" ·")
