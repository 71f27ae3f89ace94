"""The subject: what `why` is asked about, recognised by its form. Pure."""

import re
from dataclasses import dataclass

from chalicelib.conditions.alarm_state import name_of
from chalicelib.conditions.issue import IssueRef

SHORTEST = 6
"""How many digits make a fingerprint."""

PART = 1
"""How well a part of a text fits; a full text fits better."""

_FINGERPRINT = re.compile(rf"[0-9a-f]{{{SHORTEST},64}}")
_ALARM = re.compile(r"arn:[\w-]+:cloudwatch:([\w-]+):([0-9]+):alarm:(.+)")
_PRIORITY = re.compile(r"^\[p[0-3]\]\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked about; `words` is what titles and messages are searched for.

    At most one of the others is known: the issue, the fingerprint or its start, the ARN of an alarm.
    """

    words: str
    issue: IssueRef | None = None
    fingerprint: str = ""
    arn: str = ""

    @property
    def named(self) -> bool:
        """Whether it is a title or a name, not a key that only exists here."""
        return self.issue is None and not self.fingerprint


def read(text: str) -> Subject:
    """Read a title or part of it, an issue, a fingerprint, or an alarm's name or ARN."""
    text = text.strip()
    if issue := IssueRef.read(text):
        return Subject(text, issue=issue)
    if _FINGERPRINT.fullmatch(text):
        return Subject(text, fingerprint=text)
    if _ALARM.fullmatch(text):
        return Subject(name_of(text), arn=text)
    return Subject(_PRIORITY.sub("", text))


def fits(words: str, texts: tuple[str, ...]) -> int:
    """Return how well words fit: 2 for a full text, 1 for a part of one, 0 for neither."""
    asked, known = plain(words), [plain(text) for text in texts if text]
    return PART + 1 if asked in known else PART * (bool(asked) and any(asked in text for text in known))


def plain(text: str) -> str:
    """Normalise a text's case and spaces, and remove a title's priority."""
    return _PRIORITY.sub("", " ".join(text.split())).casefold()
