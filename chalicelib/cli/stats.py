"""`stats`: how many alerts and issues, how soon, and how noisy, in the last days."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from chalicelib.alert import Priority
from chalicelib.cli import options, rows, screen
from chalicelib.cli.figures import SHARES, Figures, Noise, figures, noisiest, percentile, reported
from chalicelib.cli.silence import Count, Silence, by_team
from chalicelib.conditions.row import AlertState
from chalicelib.wiring import checkout
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.rules import policy
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import census

MOST_A_DAY = 2000

Days = Annotated[int, typer.Option(min=1, max=90, help="Number of days; the table's index keeps ninety.")]
Top = Annotated[int, typer.Option(min=1, max=100, help="How many of the noisiest conditions.")]
COLUMNS = (
    "",
    "conditions",
    "episodes",
    "firing",
    "issues",
    "time to open p50 / p95 / p99",
    "time to resolve",
)


def stats(
    stage: options.Stage = "local",
    region: options.Region = None,
    days: Days = 7,
    top: Top = 10,
    as_json: options.AsJson = False,
) -> None:
    """What happened in the last days: episodes and issues, time to open and resolve, the noisiest conditions.

    Also, for each team, how many firing conditions people have silenced; `list --muted` shows them.

    Read from the table, which keeps each condition's last twenty episodes and its newest issue. Times are the
    median, the 95th and the 99th percentile.

    Examples:
    - `stats --stage prod --days 30`
    - `stats --json | jq .noisiest`
    """
    found, now = checkout.find(stage, region), CLOCK.now()
    since = now - timedelta(days=days)
    seen = list(_seen(found, now, days))
    parts = {"all": figures(seen, since)} | {each.value: figures(seen, since, each) for each in Priority}
    noisy, silenced = noisiest(seen, since, top), by_team(seen, now, policy(found.settings))
    if as_json:
        told = {name: _data(part) for name, part in parts.items()}
        lists = {"noisiest": [_noise(each) for each in noisy], "silenced": [_silence(e) for e in silenced]}
        screen.as_json({"since": since, "until": now, **told, **lists})
        return
    screen.heading(f"{found.name}, the last {f'{days} days' if days > 1 else 'day'}")
    screen.show(
        screen.table(COLUMNS, (_cells(name, part) for name, part in parts.items() if part.conditions))
    )
    screen.heading("The noisiest conditions")
    screen.show(
        screen.table(("title", "team", "priority", "episodes", "reported", "issue"), map(_noisy, noisy))
    )
    screen.heading("Firing, and silenced by people")
    if silenced:
        cells = ((each.team, *(each.kinds[kind] for kind in Silence)) for each in silenced)
        screen.show(screen.table(("team", *Silence), cells))
    else:
        screen.say(
            "Nothing: no firing condition is muted, snoozed, in maintenance, inhibited or closed by a person."
        )


def _seen(stage: Stage, now: datetime, days: int) -> Iterator[AlertState]:
    """Read the rows that fire, or whose newest episode ended on one of the days."""
    living = rows.living(stage, now, MOST_A_DAY)
    known = {row.fingerprint for row in living}
    yield from filter(reported, living)
    for back in range(days + 1):
        ended = census(stage).resolved((now - timedelta(days=back)).date(), MOST_A_DAY)
        read = rows.read(stage, [fingerprint for fingerprint in ended if fingerprint not in known])
        yield from filter(reported, read)


def _cells(name: str, part: Figures) -> tuple[object, ...]:
    counts = (part.conditions, part.episodes, part.firing, part.issues)
    return (name, *counts, _shares(part.to_open), _shares(part.to_resolve))


def _shares(values: tuple[timedelta, ...]) -> str:
    return " / ".join(screen.length(percentile(values, share)) for share in SHARES)


def _data(part: Figures) -> dict[str, Any]:
    counts = {"conditions": part.conditions, "episodes": part.episodes, "firing": part.firing}
    return counts | {
        "issues": part.issues,
        "seconds_to_open": _seconds(part.to_open),
        "seconds_to_resolve": _seconds(part.to_resolve),
    }


def _seconds(values: tuple[timedelta, ...]) -> dict[str, float | None]:
    found = {f"p{share * 100:.0f}": percentile(values, share) for share in SHARES}
    return {name: length.total_seconds() if length is not None else None for name, length in found.items()}


def _noise(noise: Noise) -> dict[str, Any]:
    return {
        "fingerprint": noise.row.fingerprint,
        "title": rows.title(noise.row),
        "teams": rows.teams(noise.row),
        "episodes": noise.episodes,
        "reported": noise.reported,
    }


def _silence(count: Count) -> dict[str, Any]:
    return {"team": count.team} | {kind.value: count.kinds[kind] for kind in Silence}


def _noisy(noise: Noise) -> tuple[object, ...]:
    row = noise.row
    team = ", ".join(rows.teams(row))
    return rows.title(row), team, row.priority, noise.episodes, noise.reported, rows.issue(row)
