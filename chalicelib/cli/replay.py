"""`dlq replay`: sends rejected messages again, first as a rehearsal.

A message is published first and deleted afterwards: if this stops in between, the message is in the queue
twice rather than lost, and record recognises a repetition.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from chalicelib.adapters import envelope, registry, sender
from chalicelib.adapters.sender import Sender
from chalicelib.alert import Priority
from chalicelib.aws.sns import SnsTopic
from chalicelib.cli import letters, options, payloads, report, screen
from chalicelib.cli.letters import DeadLetters, Letter
from chalicelib.cli.rehearsal import Rehearsal
from chalicelib.cli.report import Answer
from chalicelib.cli.trouble import Trouble
from chalicelib.errors import ConfigurationError, Rejected
from chalicelib.quantities import counted
from chalicelib.routing import Routing
from chalicelib.webhook import senders
from chalicelib.wiring import checkout
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.on_call import called
from chalicelib.wiring.rules import policy_at_home
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import store

Ids = Annotated[
    list[str] | None, typer.Argument(metavar="ID...", help="As `dlq list` shows them, or their beginnings.")
]
All = Annotated[bool, typer.Option("--all", help="Every message.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Every message of this reason.")]
Team = Annotated[str | None, typer.Option("--team", help="Put this team into the messages.")]
OfPriority = Annotated[
    Priority | None,
    typer.Option("--priority", help="Put this priority into the messages.", case_sensitive=False),
]
Yes = Annotated[bool, typer.Option("--yes", help="Send them; without it nothing is sent or deleted.")]


@dataclass(frozen=True, slots=True)
class Planned:
    """A message as it would be sent again, and what would become of it."""

    letter: Letter
    body: str
    attributes: dict[str, str]
    answers: tuple[Answer, ...]

    @property
    def succeeds(self) -> bool:
        """Whether it would not be rejected again."""
        return not any(isinstance(answer.what, Rejected) for answer in self.answers)


def replay(
    names: Ids = None,
    stage: options.Stage = "local",
    region: options.Region = None,
    everything: All = False,
    reason: Reason = None,
    team: Team = None,
    priority: OfPriority = None,
    yes: Yes = False,
    as_json: options.AsJson = False,
) -> None:
    """Send messages again; without `--yes` only show the requests to GitHub that would follow.

    First fix what was wrong: the alarm, the rule, the routing, or the sender's limits. The message itself
    remains incomplete: `--team` and `--priority` add what it lacks. A message that would be rejected again
    stays where it is.

    Examples:
    - `dlq replay 3f2a91cc --team ci-runners --priority P1`
    - `dlq replay --reason MISSING_TEAM --team ci-runners --yes`
    - `dlq replay --all --yes --stage prod`
    """
    found = checkout.find(stage, region)
    with letters.opened(found) as dead:
        rehearsal = Rehearsal(policy_at_home(found), CLOCK.now(), store(found).get, called(found))
        chosen = _chosen(dead, names or [], everything, reason)
        limits = _limits(found) if any(letter.sender for letter in chosen) else {}
        planned = [_plan(letter, stamped(letter, limits), team, priority, rehearsal) for letter in chosen]
        if not as_json:
            _show(planned)
        if yes:
            _send(planned, found.publisher, dead)
    if as_json:
        screen.as_json([_data(each, rehearsal.policy.routing, rehearsal, sent=yes) for each in planned])
    _conclude(planned, sent=yes, quiet=as_json)


def _chosen(dead: DeadLetters, names: list[str], everything: bool, reason: str | None) -> list[Letter]:
    if sum((bool(names), everything, reason is not None)) != 1:
        raise Trouble(
            f"Say which messages: ID..., --all, or --reason REASON. They are shown by `{dead.listing}`."
        )
    if names:
        return dead.named(names)
    return [letter for letter in dead.letters if everything or letter.why("reason") == reason]


def _limits(stage: Stage) -> Mapping[str, Sender]:
    """Return each sender's current limits; if the secret cannot be read here, nobody's limits change."""
    try:
        entries = senders.read(stage.secret(stage.webhook_secret).read()).entries
    except ConfigurationError:
        return {}
    return {entry.sender.name: entry.sender for entry in entries}


def _plan(
    letter: Letter,
    attributes: dict[str, str],
    team: str | None,
    priority: Priority | None,
    rehearsal: Rehearsal,
) -> Planned:
    kept = envelope.read(payloads.record(letter.body, attributes, rehearsal.now))
    body = payloads.mend(kept.source, letter.body, team, priority)
    message = envelope.read(payloads.record(body, attributes, rehearsal.now))
    answers = (Answer(message.source, each) for each in rehearsal.rehearse(message))
    return Planned(letter, body, attributes, tuple(answers))


def stamped(letter: Letter, limits: Mapping[str, Sender]) -> dict[str, str]:
    """Restore the stamped attributes, including the time of receipt; AWS's own messages have no source.

    A message from before that stamp existed counts as received when it arrived here. Its sender's current
    limits in `limits`, by name, apply.
    """
    received_at = {envelope.RECEIVED_AT: envelope.milliseconds(letter.sent_at)}
    known = received_at | {name: value for name, value in letter.attributes.items() if value}
    stamps: tuple[str, ...] = ("correlation_id", envelope.RECEIVED_AT)
    stamps = stamps if registry.published(letter.source) else ("source", sender.ATTRIBUTE, *stamps)
    if today := limits.get(letter.sender or ""):
        known[sender.ATTRIBUTE] = today.written()
    return {name: known[name] for name in stamps if name in known}


def _send(planned: list[Planned], topic: SnsTopic, dead: DeadLetters) -> None:
    for each in planned:
        if each.succeeds:
            topic.publish([each.body], each.attributes)
            dead.delete(each.letter)


def _show(planned: list[Planned]) -> None:
    for each in planned:
        screen.heading(f"{each.letter.id[: letters.SHORT]}  {each.letter.why('reason')}")
        screen.facts(fact for answer in each.answers for fact in report.briefly(answer))
        screen.say()


def _data(each: Planned, routing: Routing, rehearsal: Rehearsal, *, sent: bool) -> dict[str, Any]:
    answers = [report.data(answer, routing, rehearsal.now) for answer in each.answers]
    return {"id": each.letter.id, "sent": sent and each.succeeds, "alerts": answers}


def _conclude(planned: list[Planned], *, sent: bool, quiet: bool) -> None:
    """Report what was done and what stayed; exits with 1 if a message would be rejected again."""
    good = sum(each.succeeds for each in planned)
    done = f"{counted(good, 'message')} {'sent again' if sent else 'would be sent again: add --yes'}"
    stayed = len(planned) - good
    if not quiet:
        screen.say(done + (f"; {stayed} would be rejected again, and stay" if stayed else "") + ".")
    if stayed:
        raise typer.Exit(1)
