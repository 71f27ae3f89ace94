"""A real Prometheus: reads one exporter, evaluates the documented rule, sends to some Alertmanagers."""

from collections.abc import Sequence
from pathlib import Path

import httpx
import yaml

from tests.local.patience import HTTP_SECONDS
from tests.senders import documented
from tests.senders.program import Program

RESEND = "3s"
"""An alert that is not sent again for four times this is over: Prometheus says so in its `endsAt`."""


class Prometheus(Program):
    """A Prometheus that reads and evaluates every second.

    `alerting` is how it sends otherwise, and `rules` what it evaluates in place of the documented rule; YAML.
    """

    def __init__(
        self,
        folder: Path,
        exporter: str,
        alertmanagers: Sequence[str],
        alerting: str = "",
        rules: str = "",
    ) -> None:
        super().__init__("prometheus", folder, self._arguments)
        file, self._config = folder / "rules.yml", folder / "prometheus.yml"
        file.write_text(rules or documented.rules(), encoding="utf-8")
        settings = {
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(file)],
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": list(alertmanagers)}]}]},
            **(yaml.safe_load(alerting) if alerting else {}),
            "scrape_configs": [{"job_name": "runners", "static_configs": [{"targets": [exporter]}]}],
        }
        self._config.write_text(yaml.safe_dump(settings), encoding="utf-8")

    def _arguments(self, address: str) -> list[str]:
        return [
            "prometheus",
            f"--config.file={self._config}",
            f"--storage.tsdb.path={self.folder / 'data'}",
            f"--web.listen-address={address}",
            f"--rules.alert.resend-delay={RESEND}",
        ]

    def state(self, pool: str) -> str | None:
        """Return what it says of the alert: pending, firing, or None if it has no such alert."""
        answer = httpx.get(
            f"{self.url}/api/v1/alerts", timeout=HTTP_SECONDS, trust_env=False
        ).raise_for_status()
        alerts = answer.json()["data"]["alerts"]
        return next((alert["state"] for alert in alerts if alert["labels"].get("pool") == pool), None)
