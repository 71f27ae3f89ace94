"""`list`: what fires, what has an open issue, and what is due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.live import Live

from chalicelib.alert import Priority
from chalicelib.cli import options, rows, screen, words
from chalicelib.cli.trouble import Trouble
from chalicelib.conditions.plan import plan
from chalicelib.conditions.row import AlertState
from chalicelib.wiring import checkout
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.rules import policy
from chalicelib.wiring.stage import Stage

COLUMNS = ("priority", "team", "title", "condition", "next", "issue")

Due = Annotated[bool, typer.Option("--due", help="Only rows that are due: GitHub may be behind.")]
Open = Annotated[bool, typer.Option("--open", help="Only rows with an open issue.")]
Muted = Annotated[bool, typer.Option("--muted", help="Only rows whose issue has the label alert:muted.")]
Team = Annotated[str | None, typer.Option("--team", help="Only this team's.")]
OfPriority = Annotated[
    Priority | None, typer.Option("--priority", help="Only of this priority.", case_sensitive=False)
]
Watch = Annotated[bool, typer.Option("--watch", help="Show it anew every two seconds, until Ctrl-C.")]
Limit = Annotated[int, typer.Option(min=1, max=5000, help="At most so many rows of each priority.")]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows are asked for."""

    due: bool
    open: bool
    muted: bool
    team: str | None
    priority: Priority | None

    def matches(self, row: AlertState, now: datetime) -> bool:
        """Whether a row is one of them."""
        issue = row.status.issue
        return (
            (not self.due or (row.due_at is not None and row.due_at <= now))
            and (not self.open or (issue is not None and issue.open))
            and (not self.muted or (issue is not None and issue.muted))
            and (self.team is None or self.team in rows.teams(row))
            and self.priority in (None, row.priority)
        )


def list_rows(
    stage: options.Stage = "local",
    region: options.Region = None,
    due: Due = False,
    open_: Open = False,
    muted: Muted = False,
    team: Team = None,
    priority: OfPriority = None,
    watch: Watch = False,
    limit: Limit = 200,
    as_json: options.AsJson = False,
) -> None:
    """What has an open issue, or is due for a step on GitHub; the most urgent first.

    The last column names the issue or, where there is none yet, the fingerprint: `show` takes both.
    `next` is the step that the pipeline takes next, or why it takes none; `show` says it in words.

    Examples:
    - `list --stage prod`
    - `list --due --priority P0`
    - `list --team ci-runners --watch`
    - `list --json | jq -r '.[].issue'`
    """
    found, wanted = checkout.find(stage, region), Wanted(due, open_, muted, team, priority)

    def look() -> tuple[list[AlertState], datetime]:
        now = CLOCK.now()
        return [row for row in rows.living(found, now, limit) if wanted.matches(row, now)], now

    if watch and as_json:
        raise Trouble("--watch is for a person, --json for a script: use one of them.")
    if watch:
        _watch(lambda: screen.table(COLUMNS, _cells(found, *look())))
    elif as_json:
        screen.as_json([_data(found, row, now) for listed, now in [look()] for row in listed])
    else:
        _show(found, *look())


def _show(stage: Stage, listed: list[AlertState], now: datetime) -> None:
    if not listed:
        screen.say(f"Nothing of that kind on {stage.name}.")
        return
    screen.show(screen.table(COLUMNS, _cells(stage, listed, now)))
    screen.say(f"{len(listed)} in all. `show` tells more of one: name it as the last column does.")


def _cells(stage: Stage, listed: list[AlertState], now: datetime) -> list[tuple[object, ...]]:
    return [
        (
            row.priority,
            ", ".join(rows.teams(row)),
            rows.title(row),
            rows.briefly(row, now),
            words.short(plan(row, now, policy(stage.settings))),
            rows.issue(row) or row.fingerprint[: rows.KEY],
        )
        for row in listed
    ]


def _data(stage: Stage, row: AlertState, now: datetime) -> dict[str, Any]:
    issue = row.status.issue
    return {
        "fingerprint": row.fingerprint,
        "title": rows.title(row),
        "priority": row.priority,
        "teams": rows.teams(row),
        "condition": row.spec.condition,
        "since": row.spec.episode,
        "reported": row.spec.count,
        "issue": issue.url if issue else None,
        "open": issue.open if issue else False,
        "muted": issue.muted if issue else False,
        "due_at": row.due_at,
        "next": words.step(plan(row, now, policy(stage.settings))),
    }


def _watch(look: Callable[[], Any]) -> None:
    with Live(look(), console=screen.console(), auto_refresh=False, screen=False) as live:
        try:
            while True:
                CLOCK.sleep(2)
                live.update(look(), refresh=True)
        except KeyboardInterrupt:
            return
