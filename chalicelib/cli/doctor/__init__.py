"""`doctor`: checks everything that a stage needs; each line is ok or says what to do."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict

import typer

from chalicelib.cli import options, screen
from chalicelib.cli.doctor import (
    alarms,
    budget,
    dead_letters,
    functions,
    github,
    hook,
    lookups,
    on_call,
    organizations,
    publishers,
    refused,
    repositories,
    resources,
    secret_forms,
    sender_limits,
    steps,
    waiting,
)
from chalicelib.cli.doctor.finding import Check, Finding, findings
from chalicelib.quantities import counted
from chalicelib.wiring import checkout
from chalicelib.wiring.stage import Stage

CHECKS: Mapping[str, Check] = {
    "webhook secret": resources.webhook_secret,
    hook.NAME: hook.secret,
    secret_forms.NAME: secret_forms.forms,
    sender_limits.NAME: sender_limits.limits,
    "topic": resources.topic,
    "queues": resources.queues,
    dead_letters.NAME: dead_letters.by_reason,
    "table": resources.table,
    steps.NAME: steps.ended,
    "GitHub": github.enabled,
    "GitHub App": github.app,
    "repositories": repositories.repositories,
    organizations.NAME: organizations.organizations,
    budget.NAME: budget.budgets,
    waiting.NAME: waiting.put_off,
    refused.NAME: refused.requests,
    "reconcile": github.last_look,
    lookups.NAME: lookups.listings,
    on_call.NAME: on_call.on_call,
    alarms.NAME: alarms.owners,
}
ON_LAMBDA: Mapping[str, Check] = {
    publishers.NAME: publishers.publishers,
    "functions": functions.versions,
    "log level": functions.log_levels,
    "version": functions.version,
    "queue's mapping": functions.mapping,
    "schedule": functions.schedule,
}
"""Checks that the local stack does not need."""


def doctor(
    stage: options.Stage = "local", region: options.Region = None, as_json: options.AsJson = False
) -> None:
    """Check that a stage has everything it needs; each line is ok, or says what to do. Changes nothing.

    It checks identity and clock, secrets and their form, senders' limits, topic, queues, dead letters by
    reason, table, the GitHub App and every routed repository, issue types, fields and projects, the budget,
    what GitHub refused or the budget put off, which requests were refused in the last hour, reconcile,
    look-ups, who is on call, the account's alarms, and on AWS who may publish to the topic, the functions
    with their version and log level, the queue's mapping, the schedule.

    Examples:
    - `doctor --stage prod`
    - `doctor --json | jq '.[] | select(.ok | not)'`
    """
    found = list(_looked_at(checkout.find(stage, region)))
    wrong = sum(not finding.ok for finding in found)
    if as_json:
        screen.as_json([asdict(finding) | {"ok": finding.ok} for finding in found])
    else:
        screen.show(screen.table(("", "what", "found", "to do"), map(_cells, found)))
        screen.say(f"{counted(wrong, 'thing')} to do." if wrong else "All is well.")
    if wrong:
        raise typer.Exit(1)


def _looked_at(stage: Stage) -> Iterator[Finding]:
    """Check everything; if AWS does not answer us at all, that is the only finding."""
    who = list(findings("identity", resources.identity, stage))
    yield from who
    if not all(finding.looked for finding in who):
        return
    told = set[str]()
    for name, check in (CHECKS if stage.local else {**CHECKS, **ON_LAMBDA}).items():
        for finding in findings(name, check, stage):
            # The repository's own check usually finds why its rows were refused.
            if finding.name != waiting.REFUSED or finding.fix not in told:
                yield finding
            told.add(finding.fix)


def _cells(finding: Finding) -> tuple[str, ...]:
    return ("ok" if finding.ok else "WRONG", finding.name, finding.told, finding.fix)
