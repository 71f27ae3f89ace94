"""On call: who is on call for each team, and what keeps that from being known."""

from collections.abc import Iterator
from typing import assert_never

from chalicelib.cli.doctor.finding import Finding
from chalicelib.cli.doctor.repositories import PATIENCE, Unreported
from chalicelib.conditions.on_call import Duty, Roster, Rosters, ShiftSource
from chalicelib.conditions.on_call_notes import KEY, OnCallNotes
from chalicelib.github.issues import GitHubIssues
from chalicelib.render.words import moment
from chalicelib.routing import Routing
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.github import client as connect
from chalicelib.wiring.rules import on_call_file, policy
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import store

NAME = "on call"
FILE = "chalicelib/on_call.toml"


def on_call(stage: Stage) -> Iterator[Finding]:
    """Check that somebody is on call for each team, and that calendars and PagerDuty answer."""
    file, routing = on_call_file(), policy(stage.settings).routing
    if file is None:
        yield Finding(NAME, f"there is no {FILE}, so no alert calls whoever is on call")
        return
    yield from _without(file.rosters, routing)
    notes, now = store(stage).load(KEY).parsed(OnCallNotes), CLOCK.now()
    for roster in file.rosters.teams.values():
        duty = roster.duty(notes, now)
        yield _team(duty, roster)
        yield from _answer(roster, notes)
        if stage.settings.github_enabled and not duty.called.fallback:
            yield from _strangers(stage, routing.route((roster.team,)).repository, duty)


def _without(rosters: Rosters, routing: Routing) -> Iterator[Finding]:
    for team in sorted(team for team, route in routing.teams.items() if route.on_call):
        if team not in rosters.teams:
            told = f"{team} has no table in {FILE}, so its alerts call {' '.join(rosters.fallback)}"
            yield Finding(NAME, told, f"Add [team.{team}] to {FILE}.")


def _team(duty: Duty, roster: Roster) -> Finding:
    names = " ".join(duty.called.people)
    if duty.called.fallback:
        told = f"nobody is on call for {roster.team}, so alerts call {names}"
        return Finding(NAME, told, f"Correct its {_source(roster)}.")
    until = f" until {moment(duty.until)}" if duty.until else ""
    then = f", then {' '.join(duty.next) or 'nobody'}" if duty.until else ""
    return Finding(NAME, f"{roster.team}: {names}{until}{then}")


def _answer(roster: Roster, notes: OnCallNotes) -> Iterator[Finding]:
    """Report why a calendar or PagerDuty does not answer, and what in its answer cannot be used."""
    answer = notes.answer(roster.team)
    if not roster.source:
        return
    if answer.why:
        fix = f"Correct {_access(roster.source)}, or wait; until it answers, the last known shifts apply."
        yield Finding(NAME, f"{roster.team}: {answer.why}", fix)
    for fault in answer.faults:
        yield Finding(
            NAME, f"{roster.team}: {fault}", f"Correct its {_source(roster)}, or `people` in {FILE}."
        )


def _strangers(stage: Stage, repository: str, duty: Duty) -> Iterator[Finding]:
    """Report who is on call and cannot be assigned, such as a misspelled login."""
    issues, until = GitHubIssues(connect(stage, Unreported())), CLOCK.now() + PATIENCE
    for login in (each.removeprefix("@") for each in duty.called.people):
        if not issues.assignable(repository, login, until):
            told = f"{login} is on call for {duty.called.team} and cannot be assigned in {repository}"
            yield Finding(NAME, told, f"Give {login} access to {repository}, or correct the login.")


def _source(roster: Roster) -> str:
    match roster.source:
        case None:
            return "rotation"
        case ShiftSource.CALENDAR:
            return "calendar"
        case ShiftSource.PAGERDUTY:
            return "schedules in PagerDuty"
        case _:
            assert_never(roster.source)


def _access(source: ShiftSource) -> str:
    """Name what may be wrong if a source does not answer."""
    match source:
        case ShiftSource.CALENDAR:
            return "its address"
        case ShiftSource.PAGERDUTY:
            return "pagerduty_api_token in the secret"
        case _:
            assert_never(source)
