"""`adopt`: takes over open issues that another bot opened for the same conditions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

import typer

from chalicelib.cli import matching, next_command, options, rows, screen
from chalicelib.cli.matching import Match
from chalicelib.cli.trouble import Trouble
from chalicelib.conditions.issue import Seen
from chalicelib.labels import AREA_LABEL
from chalicelib.quantities import counted
from chalicelib.wiring import checkout, github
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.rules import policy
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import store

AN_HOUR = timedelta(hours=1)
MOST = 1000

Label = Annotated[str, typer.Option("--label", help="Look at open issues with this label.")]
Issue = Annotated[
    str | None, typer.Option("--issue", help="Only this issue, as owner/name#12 or its address.")
]
As = Annotated[
    str | None,
    typer.Option("--fingerprint", help="With --issue: the condition it is about, if its title does not say."),
]
Login = Annotated[
    list[str] | None,
    typer.Option("--login", help="Whose issues to take over, such as `old[bot]`; may be repeated."),
]
Yes = Annotated[bool, typer.Option("--yes", help="Take them over; without it nothing changes.")]


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done to an issue."""

    match: Match
    told: str

    @property
    def clear(self) -> bool:
        """Whether it is clear which condition the issue is about."""
        return self.match.row is not None


def adopt(
    stage: options.Stage = "local",
    region: options.Region = None,
    label: Label = AREA_LABEL,
    login: Login = None,
    issue: Issue = None,
    fingerprint: As = None,
    yes: Yes = False,
    as_json: options.AsJson = False,
) -> None:
    """Take over open issues of another bot, by title and label, so that none is opened twice.

    A condition that fires and has no issue gets the other bot's issue; if it also has a younger issue, it
    keeps the older one, and the younger is closed as its duplicate. The issue's own text stays, below ours.
    Without `--yes` this only shows what it would do, and who opened each issue. With it, `--login` must say
    whose issues are meant, since anybody may open an issue with the same title on a public repository. It
    also works for a stage whose GitHub is disabled.

    Examples:
    - `adopt --stage next`
    - `adopt --stage next --login 'old[bot]' --yes`
    - `adopt --issue example-org/alerts#12 --fingerprint 424df6ca5f81 --login mona --yes`
    """
    logins = frozenset(each.casefold() for each in login or ())
    if yes and not logins:
        raise Trouble("--yes takes over only whose issues you name: add --login, as often as needed.")
    found = checkout.find(stage, region)
    plans = list(_plans(_matches(found, _open_ones(found, label, logins), issue, fingerprint)))
    if yes:
        _take_over(found, plans)
    if as_json:
        screen.as_json([_data(plan, done=yes) for plan in plans])
    else:
        screen.show(
            screen.table(
                ("issue", "title", "by", "is taken over" if yes else "would be taken over"),
                map(_cells, plans),
            )
        )
        screen.say(_summary(plans, done=yes))
    if not all(plan.clear for plan in plans):
        raise typer.Exit(1)


def _matches(stage: Stage, shown: Iterable[Seen], issue: str | None, fingerprint: str | None) -> list[Match]:
    if fingerprint and not issue:
        raise Trouble("--fingerprint says which condition one issue is about: name the issue with --issue.")
    now = CLOCK.now()
    found = list(matching.matches(shown, rows.living(stage, now, MOST)))
    if issue:
        ref = rows.reference(issue)
        found = [match for match in found if match.issue.ref == ref]
        if not found:
            raise Trouble(f"{issue} is not an open issue of another bot with that label and login.")
    if fingerprint:
        row = rows.find(stage, fingerprint, now, MOST)
        if row is None:
            raise Trouble(f"Nothing is known about {fingerprint}. See `{next_command.on(stage, 'list')}`.")
        found = [Match(match.issue, (row,)) for match in found]
    return found


def _open_ones(stage: Stage, label: str, logins: frozenset[str]) -> Iterator[Seen]:
    """List the open issues that one of these logins opened, or all of them if no login is named."""
    until = CLOCK.now() + AN_HOUR
    tracker = github.issues(stage)
    for repository in sorted(policy(stage.settings).routing.repositories):
        for seen in tracker.open_ones(repository, label, until):
            if not logins or seen.author.casefold() in logins:
                yield seen


def _plans(found: list[Match]) -> Iterator[Plan]:
    taken: dict[str, Seen] = {}
    for match in found:
        yield Plan(match, _told(match, taken))
        if match.row:
            taken.setdefault(match.row.fingerprint, match.issue)


def _told(match: Match, taken: dict[str, Seen]) -> str:
    if match.row is None:
        keys = ", ".join(row.fingerprint[: rows.KEY] for row in match.rows)
        if keys:
            return f"no: may be about each of {keys}; say which with --issue and --fingerprint"
        return "no: no condition has that title yet; run this again once its alert has arrived"
    older = matching.doubled(match.row, match.issue)
    before = taken.get(match.row.fingerprint)
    if older or before:
        return f"closed as a duplicate of {older or (before.ref if before else '')}"
    return f"for {rows.title(match.row)}, {match.row.fingerprint[: rows.KEY]}"


def _take_over(stage: Stage, plans: list[Plan]) -> None:
    """Do it under each row's lease and the budget, as the functions do; each row is read again first."""
    sync, until = github.sync(stage), CLOCK.now() + AN_HOUR
    for plan in plans:
        row = plan.match.row and store(stage).get(plan.match.row.fingerprint)
        if row:
            sync.merge(row, plan.match.issue, until)
            _check(stage, row.fingerprint, plan)


def _check(stage: Stage, fingerprint: str, plan: Plan) -> None:
    """Check that the row now has an open issue, whichever is older; raises Trouble if not."""
    row = store(stage).get(fingerprint)
    shown = row.status.issue if row else None
    if shown is None or not shown.open or shown.ref.number > plan.match.issue.ref.number:
        raise Trouble(
            f"{plan.match.issue.ref} was not taken over: GitHub refused, a worker was at it, or another "
            f"condition has it. Run this again, or see `{next_command.on(stage, 'show', fingerprint)}`."
        )


def _data(plan: Plan, *, done: bool) -> dict[str, object]:
    row = plan.match.row
    return {
        "issue": plan.match.issue.url,
        "title": plan.match.issue.title,
        "author": plan.match.issue.author,
        "fingerprint": row.fingerprint if row else None,
        "told": plan.told,
        "done": done and plan.clear,
    }


def _summary(plans: list[Plan], *, done: bool) -> str:
    clear = sum(plan.clear for plan in plans)
    left = f"; {len(plans) - clear} left to people" if clear < len(plans) else ""
    return f"{counted(clear, 'issue')}{left}." + (" Add --yes to do it." if clear and not done else "")


def _cells(plan: Plan) -> tuple[object, ...]:
    return plan.match.issue.ref, plan.match.issue.title, plan.match.issue.author, plan.told
