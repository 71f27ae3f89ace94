"""Where the secret is that GitHub signs its events with: with the senders' tokens, or where it used to be.

It used to be in the App's secret, next to the private key, which the function that faces the internet must
not be able to read. A stage whose role still allows it uses that one until somebody has copied the secret.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.errors import ConfigurationError
from chalicelib.webhook.http import SecretReader

NAME = "github_webhook_secret"


@dataclass(frozen=True, slots=True)
class HookSecret:
    """Reads the senders' secret and, if that lacks GitHub's, the App's."""

    senders: SecretReader
    app: SecretReader

    def read(self, *, fresh: bool = False) -> dict[str, Any]:
        """Return GitHub's secret, from memory unless `fresh`; raises ConfigurationError."""
        held = self.senders.read(fresh=fresh)
        if NAME in held:
            return {NAME: held[NAME]}
        try:
            former = self.app.read(fresh=fresh)
        except ConfigurationError:  # as it should be: this function must not read it
            return {}
        return {NAME: former[NAME]} if NAME in former else {}


def misplaced(senders: Mapping[str, Any], app: Mapping[str, Any]) -> bool:
    """Whether GitHub's secret is only where the webhook can no longer read it."""
    return NAME in app and NAME not in senders


def copying(prefix: str, region: str) -> str:
    """The command that copies GitHub's secret to where the webhook reads it, without showing it."""
    senders, app = f"{prefix}-webhook-secrets", f"{prefix}-alerting-app-secrets"
    get, put = (
        f"aws secretsmanager {verb}-secret-value --region {region} --secret-id" for verb in ("get", "put")
    )
    read = "--query SecretString --output text"
    merged = f"jq -cs '.[1] + {{{NAME}: .[0].{NAME}}}'"
    return f"({get} {app} {read} && {get} {senders} {read}) | {merged} | {put} {senders} --secret-string file:///dev/stdin"
