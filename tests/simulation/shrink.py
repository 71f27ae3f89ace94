"""A failing scenario, reduced to what matters: stimuli are left out as long as the same promise breaks."""

from collections.abc import Iterator
from dataclasses import replace

from tests.simulation.run import Run, run
from tests.simulation.scenario import START, Scenario, Setting

MOST_TRIES = 400


def shrink(failed: Run) -> Run:
    """Find a small scenario that breaks the same promise; the same every time."""
    promise, smallest, tries = failed.broken[0][0], failed, 0
    changed = True
    while changed and tries < MOST_TRIES:
        changed = False
        for scenario in _smaller(smallest.scenario):
            tries += 1
            result = run(scenario)
            if result.broken and result.broken[0][0] == promise:
                smallest, changed = result, True
                break
            if tries >= MOST_TRIES:
                break
    return smallest


def _smaller(scenario: Scenario) -> Iterator[Scenario]:
    """Halves of the stimuli left out, then quarters, at last one by one; then what need not be special."""
    stimuli, size = scenario.stimuli, len(scenario.stimuli) // 2
    while size:
        for start in range(0, len(stimuli), size):
            yield replace(scenario, stimuli=stimuli[:start] + stimuli[start + size :])
        size //= 2
    if not scenario.even:
        yield replace(scenario, even=True)
    setting = scenario.setting
    plain = Setting(others=setting.others, cast=setting.cast)
    for simpler in (plain, replace(setting, hostile=False), replace(setting, github_ahead=0.0)):
        if setting != simpler:
            yield replace(scenario, setting=simpler)
    for index, stimulus in enumerate(stimuli):
        if (getattr(stimulus, "times", None) or 1) > 1:
            once = replace(stimulus, times=1)  # type: ignore[type-var]
            yield replace(scenario, stimuli=(*stimuli[:index], once, *stimuli[index + 1 :]))


def story(run_: Run) -> str:
    """A run in words: what happened to the world, what the workers called, and what broke."""
    lines = [
        f"seed {run_.scenario.seed}, reduced to {len(run_.scenario.stimuli)} stimuli, {run_.scenario.setting}"
    ]
    lines += [f"  {stimulus}" for stimulus in run_.scenario.stimuli]
    lines += [f"{at - START:10.2f} {who:14} {what}" for at, who, what in run_.trace if _matters(what)]
    lines += [f"BROKEN {promise}: {how}" for promise, how in run_.broken]
    return "\n".join(lines)


def _matters(what: str) -> bool:
    """Whether a line of the history is about more than looking for something to do."""
    return not what.startswith(("table.query_due", "table.load")) and what != "returned"
