"""A verdict: the one cause that applies, in a sentence, with its evidence and the next command. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from chalicelib.adapters import texts


class Kind(IntEnum):
    """Who has to act, if anybody; the value is the exit code (1 and 2 are as for every command)."""

    WELL = 0
    COMING = 3
    WANTED = 4
    SENDER = 5
    GITHUB = 6
    OURS = 7
    UNSEEN = 8


MEANINGS = {
    Kind.WELL: "it has an open issue, or is not firing",
    Kind.COMING: "its issue opens by itself; the sentence says when",
    Kind.WANTED: "a person or a setting asked for it",
    Kind.SENDER: "the sender has to change something",
    Kind.GITHUB: "GitHub refuses it: change the App, the repository or the routing",
    Kind.OURS: "Alerting itself is stuck; see its log",
    Kind.UNSEEN: "it never reached this stage",
}

_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is true of one subject."""

    cause: "Cause"
    sentence: str
    evidence: tuple[tuple[str, object], ...]
    command: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A verdict and its subject; asked for by `key`, `why` gives the same verdict again."""

    key: str
    title: str
    fingerprint: str | None
    verdict: Verdict

    @property
    def well(self) -> bool:
        """Whether nobody misses an issue."""
        return self.verdict.cause.kind is Kind.WELL


@dataclass(frozen=True, slots=True)
class Summary:
    """What is reported first, and the next commands, if one verdict is not the full answer."""

    headline: str
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cause:
    """A reason why something has no open issue, or the finding that it has one.

    `says` is the sentence with its placeholders in braces, `fix` what to do about it.
    """

    name: str
    kind: Kind
    says: str
    fix: str

    def verdict(
        self, command: str, evidence: Iterable[tuple[str, object]] = (), *, fix: str = "", **words: object
    ) -> Verdict:
        """Fill in the sentence; evidence without a value is left out.

        `fix` says what to do in this particular case.
        """
        said = texts.line(self.says.format_map(words))
        known = tuple((name, value) for name, value in evidence if value not in (None, ""))
        return Verdict(self, said[:1].upper() + said[1:], (*known, ("to do", fix or self.fix)), command)

    @property
    def pattern(self) -> str:
        """Write the sentence for a table, with its placeholders in italics."""
        return _PLACE.sub(lambda found: f"*{found[1].replace('_', ' ')}*", self.says)
