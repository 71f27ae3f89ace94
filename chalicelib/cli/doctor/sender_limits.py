"""Limits of senders: repositories that a sender may use, though the routing puts no issue there."""

from collections.abc import Iterator

from chalicelib.cli.doctor.finding import Finding
from chalicelib.quantities import counted
from chalicelib.webhook import senders
from chalicelib.wiring.rules import policy
from chalicelib.wiring.stage import Stage

NAME = "senders"


def limits(stage: Stage) -> Iterator[Finding]:
    """Check that every repository of a limited sender is named in the routing."""
    routed = {repository.lower() for repository in policy(stage.settings).routing.repositories}
    entries = senders.read(stage.secret(stage.webhook_secret).read()).entries
    limited = [entry.sender for entry in entries if entry.sender.limited]
    yield Finding(NAME, f"{counted(len(entries), 'sender')} by name, {len(limited)} of them limited")
    for sender in limited:
        strange = [each for each in sender.repositories if each.lower() not in routed]
        if strange:
            told = f"{sender.name} may send alerts for {', '.join(strange)}, where the routing puts no issue"
            where = f"`repositories` of {sender.name} in the secret {stage.webhook_secret}"
            fix = f"Correct {where}, or the routing."
            yield Finding(NAME, told, fix)
