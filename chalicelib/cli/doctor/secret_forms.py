"""The form of the secrets' content: values that cannot work, reported by name and never by value."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from chalicelib.adapters import registry
from chalicelib.cli.doctor.finding import Finding
from chalicelib.webhook import external_alerts, hook_secret, senders
from chalicelib.wiring.stage import Stage

NAME = "secrets' form"
KEY = "github_app_key_base64"
OF_SENDERS = (
    *(f"{source}_{what}" for source in registry.webhooks() for what in ("webhook_token", "hmac_secret")),
    hook_secret.NAME,
    senders.KEY,
)
OF_THE_APP = (
    *("github_app_id", "github_app_client_id", KEY, hook_secret.NAME),
    *("alertmanager_api_token", "grafana_api_token"),
)
PEM = "-----BEGIN"


def forms(stage: Stage) -> Iterator[Finding]:
    """Check that no value has whitespace around it, which nobody sends, and that each key is used."""
    for name, fixed in ((stage.webhook_secret, OF_SENDERS), (stage.app_secret, OF_THE_APP)):
        held = stage.secret(name).read()
        known = (*fixed, *_headers(held)) if fixed is OF_SENDERS else fixed
        found = [*_blanks(name, held), *_strange(name, held, known), *_key(name, held)]
        yield from found or [Finding(NAME, f"{name}: every key is used, none with whitespace around it")]


def _headers(held: Mapping[str, Any]) -> Iterator[str]:
    """Name the keys that are headers, whose tokens are for the earlier pipeline's address."""
    return (key for key in held if external_alerts.is_header(key.lower()))


def _blanks(name: str, held: Mapping[str, Any]) -> Iterator[Finding]:
    """Find values with a newline or space at an end, as `echo` leaves one; harmless in the private key."""
    for key, value in _texts(held):
        for each in value if isinstance(value, list) else [value]:
            if key != KEY and isinstance(each, str) and each != each.strip():
                what = "a newline" if each.strip() + "\n" == each else "whitespace"
                told = f"{key} in {name} has {what} around it, which nobody sends or signs with"
                yield Finding(
                    NAME, told, f"Write {key} again without: `printf %s`, where `echo` adds a newline."
                )
                break


def _texts(held: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Return every value by its key, and those of the senders by their number."""
    listed = held.get(senders.KEY)
    for number, entry in enumerate(listed if isinstance(listed, list) else (), 1):
        for key, value in entry.items() if isinstance(entry, dict) else ():
            inner = {"hmac.secret": value.get("secret")} if isinstance(value, dict) else {key: value}
            yield from ((f"{name} of {senders.KEY}, number {number},", each) for name, each in inner.items())
    yield from held.items()


def _strange(name: str, held: Mapping[str, Any], known: tuple[str, ...]) -> Iterator[Finding]:
    for key in sorted(set(held) - set(known)):
        meant = get_close_matches(key.lower(), known, 1)
        rename = f"Rename it to {meant[0]}" if meant else f"Name it as one of {', '.join(known)}"
        yield Finding(NAME, f"{key} in {name} is not used", f"{rename}, or remove it.")


def _key(name: str, held: Mapping[str, Any]) -> Iterator[Finding]:
    """Report a key that is a PEM, but not written as it must be."""
    text = held.get(KEY)
    if not isinstance(text, str):
        return
    if PEM in text:
        told = f"{KEY} in {name} is the PEM itself, not base64 of it"
        yield Finding(NAME, told, f"Write {KEY} again: `base64 -w0 key.pem` gives its value.")
    elif PEM in (decoded := _decoded(text)) and "\\n" in decoded:
        told = f"{KEY} in {name} is a PEM whose newlines are written as \\n"
        yield Finding(
            NAME, told, f"Write {KEY} again, from the file as GitHub gave it: `base64 -w0 key.pem`."
        )


def _decoded(text: str) -> str:
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("ascii", errors="replace")
    except (binascii.Error, ValueError):
        return ""
