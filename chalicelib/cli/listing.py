"""`list`: what fires, and why it has no open issue if so; what is open, and what is due."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.live import Live

from chalicelib.alert import Priority
from chalicelib.cli import options, rows, screen, words
from chalicelib.cli.reasons import reasons
from chalicelib.cli.selection import Listed, Wanted, nothing
from chalicelib.cli.trouble import Trouble
from chalicelib.conditions.plan import plan
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.unopened import WISHES
from chalicelib.render import unopened
from chalicelib.wiring import checkout
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.rules import policy
from chalicelib.wiring.stage import Stage

MOST = 5000
UNOPENED = ("priority", "team", "title", "condition", "why there is no open issue", "fingerprint")
OTHERS = ("priority", "team", "title", "condition", "next", "issue")

Title = Annotated[str, typer.Argument(metavar="[TITLE]", help="Only titles that contain this.")]
Due = Annotated[
    bool, typer.Option("--due", help="Only what GitHub does not show yet: due, put off, or refused.")
]
Open = Annotated[bool, typer.Option("--open", help="Only conditions with an open issue.")]
Muted = Annotated[
    bool,
    typer.Option("--muted", help="Only what people silenced: muted, snoozed, in maintenance, or closed."),
]
Team = Annotated[str | None, typer.Option("--team", help="Only this team's.")]
OfPriority = Annotated[
    Priority | None, typer.Option("--priority", help="Only of this priority.", case_sensitive=False)
]
Watch = Annotated[bool, typer.Option("--watch", help="Refresh every two seconds, until Ctrl-C.")]
Limit = Annotated[
    int, typer.Option(min=1, max=MOST, help="Maximum rows of each priority and kind that are read.")
]


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the table found: everything, and the part that was asked for."""

    known: Sequence[AlertState]
    listed: Sequence[Listed]
    now: datetime


def list_rows(
    title: Title = "",
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
    """Everything that is firing or is news; first what has no open issue, with the reason.

    Then what has an open issue, or ended and is due for a step. The most urgent come first. The last column
    is a name that `show` takes: the issue or, without one, the fingerprint. `next` is the next step, or why
    there is none.

    Examples:
    - `list --stage prod`
    - `list queue --team ci-runners`
    - `list --due --priority P0`
    - `list --muted --watch`
    - `list --json | jq -r '.[] | select(.reason) | .reason'`
    """
    found, wanted = checkout.find(stage, region), Wanted(title, due, open_, muted, team, priority)

    def look() -> Look:
        now = CLOCK.now()
        known = rows.living(found, now, limit)
        explained = reasons(found, known, now)
        everything = (Listed(row, explained.get(row.fingerprint)) for row in known)
        return Look(known, [each for each in everything if wanted.matches(each, now)], now)

    if watch and as_json:
        raise Trouble("--watch is for a person, --json for a script: use one of them.")
    if watch:
        _watch(lambda: _tables(found, look()))
    elif as_json:
        screen.as_json([_data(found, each, seen.now) for seen in [look()] for each in _ordered(seen.listed)])
    else:
        _show(found, wanted, look(), limit)


def _show(stage: Stage, wanted: Wanted, seen: Look, limit: int) -> None:
    if not seen.listed:
        screen.line(nothing(stage.name, wanted, seen.known))
        return
    screen.console().print(_tables(stage, seen))
    without = sum(each.reason is not None for each in seen.listed)
    more = min(limit * 5, MOST)
    cut = (
        f" There may be more: `--limit {more}` reads more."
        if limit < more and len(seen.known) >= limit
        else ""
    )
    screen.say(
        f"{len(seen.listed)} in all, {without} of them without an open issue.{cut}",
        "For details, run `show` with a name from the last column.",
    )


def _ordered(listed: Sequence[Listed]) -> list[Listed]:
    """Put what waits for us or for GitHub first, then what people silenced, then the rest."""

    def rank(each: Listed) -> int:
        return 2 if each.reason is None else int(isinstance(each.reason.cause, WISHES))

    return sorted(listed, key=rank)


def _tables(stage: Stage, seen: Look) -> RenderableType:
    ordered = _ordered(seen.listed)
    unopened = [_unopened(each, seen.now) for each in ordered if each.reason]
    others = [_other(stage, each.row, seen.now) for each in ordered if each.reason is None]
    shown = ((UNOPENED, unopened), (OTHERS, others))
    return Group(*(screen.table(columns, cells) for columns, cells in shown if cells))


def _unopened(listed: Listed, now: datetime) -> tuple[object, ...]:
    row, why = listed.row, listed.reason.sentence if listed.reason else ""
    return (*_about(row, now), why, row.fingerprint[: rows.KEY])


def _other(stage: Stage, row: AlertState, now: datetime) -> tuple[object, ...]:
    step = words.short(plan(row, now, policy(stage.settings)))
    following = ": ".join(filter(None, (step, unopened.setback(row, now))))
    return (*_about(row, now), following, rows.issue(row) or row.fingerprint[: rows.KEY])


def _about(row: AlertState, now: datetime) -> tuple[object, ...]:
    return row.priority, ", ".join(rows.teams(row)), rows.title(row), rows.briefly(row, now)


def _data(stage: Stage, listed: Listed, now: datetime) -> dict[str, Any]:
    row, reason = listed.row, listed.reason
    issue, refusal = row.status.issue, row.status.refusal
    return {
        "fingerprint": row.fingerprint,
        "title": rows.title(row),
        "priority": row.priority,
        "teams": rows.teams(row),
        "kind": row.spec.alert.kind if row.spec.alert else None,
        "condition": row.spec.condition,
        "since": row.spec.episode,
        "reported": row.spec.count,
        "issue": issue.url if issue else None,
        "open": issue.open if issue else False,
        "muted": issue.muted if issue else False,
        "due_at": row.due_at,
        "next": words.step(plan(row, now, policy(stage.settings))),
        "why": reason.cause.name if reason else None,
        "reason": reason.sentence if reason else None,
        "until": reason.cause.until if reason else None,
        "refusal": str(refusal) if refusal else None,
    }


def _watch(look: Callable[[], Any]) -> None:
    with Live(look(), console=screen.console(), auto_refresh=False, screen=False) as live:
        try:
            while True:
                CLOCK.sleep(2)
                live.update(look(), refresh=True)
        except KeyboardInterrupt:
            return
