"""The files of docs/senders as a user pastes them: nothing but addresses and intervals is replaced."""

from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs" / "senders"
RULES, RECEIVER, STRAIGHT, OPSGENIE = (
    FOLDER / name
    for name in ("prometheus-rules.yml", "alertmanager.yml", "prometheus.yml", "opsgenie-alertmanager.yml")
)

SOON = {"for: 10m": "for: 0s", "keep_firing_for: 5m": "keep_firing_for: 0s"}
SHORT = {
    "group_wait: 30s": "group_wait: 1s",
    "group_interval: 5m": "group_interval: 1s",
    "repeat_interval: 4h": "repeat_interval: 2s",
}
HOST = "abcdef1234.execute-api.us-east-1.amazonaws.com"
API = f"https://{HOST}/api"
TOKEN_FILE = "/etc/alertmanager/alerting-token"


def rules() -> str:
    """Return the rule, which fires as soon as its expression holds."""
    return _replaced(RULES, SOON)


def receiver(api: str, token_file: Path) -> str:
    """Return Alertmanager's configuration, for an address of this machine and with intervals of seconds."""
    return _replaced(RECEIVER, SHORT | {API: api, TOKEN_FILE: str(token_file)})


def opsgenie(api: str, token_file: Path) -> str:
    """Return Alertmanager's configuration for Opsgenie, for an address of this machine."""
    return _replaced(OPSGENIE, SHORT | {API: api, TOKEN_FILE: str(token_file)})


def straight(api: str, token_file: Path) -> str:
    """Return Prometheus's own alerting, for an address of this machine."""
    scheme, _, target = api.partition("://")
    own = {"scheme: https": f"scheme: {scheme}", "/api/webhooks": "/webhooks", HOST: target}
    return _replaced(STRAIGHT, own | {"/etc/prometheus/alerting-token": str(token_file)})


def _replaced(file: Path, replacements: Mapping[str, str]) -> str:
    text = file.read_text(encoding="utf-8")
    for old, new in replacements.items():
        # Of two of them one would be left as it was.
        assert text.count(f" {old}") == 1, f"{file.name} has not exactly one `{old}`"
        text = text.replace(f" {old}", f" {new}")
    return text
