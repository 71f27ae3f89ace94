"""Senders: who may post under its own name, from the list `senders` in the webhook secret. Pure.

An entry that cannot be used lets nobody in, and keeps nobody else out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.adapters import registry
from chalicelib.errors import ConfigurationError
from chalicelib.webhook import sender_entry
from chalicelib.webhook.authentication import authentic
from chalicelib.webhook.http import Posted
from chalicelib.webhook.sender_entry import Entry

KEY = "senders"


@dataclass(frozen=True, slots=True)
class Trusted:
    """Who has authenticated: a named sender, or somebody with the source's own token, who has no name."""

    entry: Entry | None = None

    def named(self, posted: Posted) -> Posted:
        """Record in a request who sent it."""
        return replace(posted, sender=self.entry.sender) if self.entry else posted


@dataclass(frozen=True, slots=True)
class Senders:
    """The usable entries, and what is wrong with the others."""

    entries: tuple[Entry, ...]
    faults: tuple[str, ...] = ()

    def find(self, posted: Posted, sources: tuple[str, ...]) -> Entry | None:
        """Return who posts to one of these sources."""
        now = posted.received_at.timestamp()
        # Every entry is compared, so that the time does not reveal which one matched.
        found = [
            entry
            for entry in self.entries
            if entry.source in sources
            for each in entry.credentials
            if authentic(registry.SOURCES[entry.source], posted.headers, posted.body, each, now)
        ]
        return found[0] if found else None


def trusted(
    posted: Posted, sources: tuple[str, ...], nameless: Callable[[], bool], secret: Mapping[str, Any]
) -> Trusted | None:
    """Return who posts to one of these sources: by name, or else by the secret's other keys.

    Raises ConfigurationError if neither matches and an entry cannot be used: it may be that sender's.
    """
    senders = read(secret)
    if entry := senders.find(posted, sources):
        return Trusted(entry)
    if nameless():
        return Trusted()
    if senders.faults:
        raise ConfigurationError("webhook secret", list(senders.faults))
    return None


def read(secret: Mapping[str, Any]) -> Senders:
    """Read the entries of a secret; no fault contains a value of it."""
    listed = secret.get(KEY)
    if listed is None:
        return Senders(())
    if not isinstance(listed, list):
        return Senders((), (f"{KEY} must be a list of objects",))
    entries: list[Entry] = []
    faults: list[str] = []
    owners: dict[tuple[str, str], str] = {}
    for place, told in enumerate(listed, 1):
        entry, wrong = sender_entry.read(told)
        if entry and (taken := _taken(entry, owners)):
            wrong = [taken]
        faults += [f"{KEY}, number {place}: {fault}" for fault in wrong]
        if entry and not wrong:
            entries.append(entry)
            owners |= dict.fromkeys(_own(entry), entry.sender.name)
    return Senders(tuple(entries), tuple(faults))


def _taken(entry: Entry, owners: Mapping[tuple[str, str], str]) -> str:
    """Say what an earlier entry already has: the two could not be told apart."""
    name, *proofs = _own(entry)
    if name in owners:
        return f"{entry.sender.name} is the name of an earlier one"
    owner = next((owners[each] for each in proofs if each in owners), "")
    return f"{entry.sender.name} has a token or secret of {owner}" if owner else ""


def _own(entry: Entry) -> list[tuple[str, str]]:
    """What no other entry may have: its name, and its tokens and secrets for its source."""
    proofs = {proof for each in entry.credentials for proof in (*each.tokens, each.hmac_secret or "")}
    return [("", entry.sender.name), *((entry.source, proof) for proof in proofs if proof)]
