"""One entry of `senders` in the webhook secret, as somebody wrote it -> a sender and its credentials. Pure.

Parsed by hand, since pydantic would slow the webhook's start. No fault contains a value of the secret.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.adapters import registry
from chalicelib.adapters.sender import MOST_LIMITS, SLUG, Sender
from chalicelib.adapters.signing import Signing
from chalicelib.errors import ConfigurationError
from chalicelib.webhook.authentication import Credentials, tokens_of

_HEADER = re.compile(r"x-[a-z0-9-]{1,100}", re.IGNORECASE)
_PREFIX = re.compile(r"[!-~]{0,20}")
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[\w.-]{1,100}", re.ASCII)
Form = Callable[[str], object]
A_SLUG = "lower-case letters and digits, joined by single hyphens, at most 45 of them"
A_HEADER = "the name of a header that begins with X-"


@dataclass(frozen=True, slots=True)
class Entry:
    """A sender and what it must present: one of its `credentials`, several while they are rotated."""

    sender: Sender
    source: str
    credentials: tuple[Credentials, ...]
    requests_per_minute: int | None = None


def read(told: object) -> tuple[Entry | None, list[str]]:
    """Read an entry; None and every fault if it cannot be used."""
    if not isinstance(told, dict):
        return None, ["must be an object"]
    hmac = told.get("hmac")
    fields, signed = _Fields(told), _Fields({} if hmac is None else hmac, "hmac.")
    name = fields.text("name", SLUG.fullmatch, A_SLUG, needed=True)
    source = fields.source("source")
    sender = Sender(
        name or "",
        fields.texts("teams", SLUG.fullmatch, "teams, each a slug"),
        fields.texts("repositories", _REPOSITORY.fullmatch, "repositories as owner/name"),
        keeps_identity=fields.switch("keeps_identity"),
    )
    header, rate = fields.text("header", _HEADER.fullmatch, A_HEADER), fields.count("requests_per_minute")
    credentials = _credentials(fields.secrets("token"), header, signed)
    if not credentials or (hmac is not None and not credentials[0].hmac_secret):
        fields.faults.append("needs `token`, or `hmac` with a `secret`, or both")
    if len("".join(sender.teams + sender.repositories)) > MOST_LIMITS:
        fields.faults.append(f"teams and repositories may have {MOST_LIMITS} characters in total")
    faults = [*fields.finished("hmac"), *signed.finished()]
    return None if faults else Entry(sender, source, credentials, rate), faults


def _credentials(tokens: tuple[str, ...], header: str | None, signed: "_Fields") -> tuple[Credentials, ...]:
    """Return one for each secret that it may sign with, or one for the tokens alone."""
    keys = signed.secrets("secret")
    own = signed.text("header", _HEADER.fullmatch, A_HEADER)
    prefix = signed.text("prefix", _PREFIX.fullmatch, "at most 20 characters, without spaces")
    timestamp = signed.text("timestamp_header", _HEADER.fullmatch, A_HEADER)
    if (prefix or timestamp) and not own:
        signed.faults.append("hmac needs `header` as well as `prefix` or `timestamp_header`")
    signing = None
    if own:
        signing = Signing(
            header=own.lower(), prefix=prefix or "", timestamp_header=timestamp and timestamp.lower()
        )
    header = header and header.lower()
    each: tuple[str | None, ...] = keys or ((None,) if tokens else ())
    return tuple(Credentials(tokens, key, header, signing) for key in each)


@dataclass(slots=True)
class _Fields:
    """The fields of an object: each is read once, by name, and faults are collected."""

    fields: Any
    within: str = ""
    faults: list[str] = field(default_factory=list)
    _read: list[str] = field(default_factory=list)

    def finished(self, *others: str) -> list[str]:
        """Return every fault, including fields that nothing reads."""
        if not isinstance(self.fields, Mapping):
            return [f"{self.within.rstrip('.')} must be an object"]
        known = (*self._read, *others)
        strange = [f"{self.within}{name}" for name in self.fields if name not in known]
        return [*self.faults, *(f"{name} is not one of {', '.join(known)}" for name in strange)]

    def text(self, name: str, form: Form, wanted: str, *, needed: bool = False) -> str | None:
        value = self._value(name)
        if value is None and not needed:
            return None
        fits = isinstance(value, str) and bool(form(value))
        return value if self._is(name, wanted, fits=fits) else None

    def source(self, name: str) -> str:
        """Read the name of a webhook; all sources are loaded only if it is wrong."""
        value = self._value(name)
        if isinstance(value, str) and registry.webhook(value):
            return value
        self._is(name, f"one of {', '.join(registry.webhooks())}", fits=False)
        return ""

    def texts(self, name: str, form: Form, wanted: str) -> tuple[str, ...]:
        value = self._value(name)
        if value is None:
            return ()
        fits = isinstance(value, list) and bool(value)
        fits = fits and all(isinstance(each, str) and form(each) for each in value)
        return tuple(value) if self._is(name, f"a list of {wanted}", fits=fits) else ()

    def count(self, name: str) -> int | None:
        value = self._value(name)
        if value is None:
            return None
        fits = isinstance(value, int) and not isinstance(value, bool) and value > 0
        return value if self._is(name, "a whole number above zero", fits=fits) else None

    def switch(self, name: str) -> bool:
        value = self._value(name)
        return self._is(name, "true or false", fits=value is None or isinstance(value, bool)) and bool(value)

    def secrets(self, name: str) -> tuple[str, ...]:
        try:
            return tokens_of(f"{self.within}{name}", self._value(name))
        except ConfigurationError as error:
            self.faults += error.faults
            return ()

    def _value(self, name: str) -> Any:
        self._read.append(name)
        return self.fields.get(name) if isinstance(self.fields, Mapping) else None

    def _is(self, name: str, wanted: str, *, fits: bool) -> bool:
        if not fits:
            self.faults.append(f"{self.within}{name} must be {wanted}")
        return fits
