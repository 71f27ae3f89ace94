"""A real Alertmanager, with the documented receiver."""

import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from tests.local.patience import HTTP_SECONDS
from tests.local.stack.ports import free_port
from tests.senders import documented
from tests.senders.program import Program

ALONE = ("--cluster.listen-address=",)
CLUSTER = (
    # The second of a cluster waits this long for the first to send.
    "--cluster.peer-timeout=2s",
    # Ten of these, three times: nothing is sent before the cluster has settled.
    "--cluster.gossip-interval=50ms",
    "--cluster.pushpull-interval=1s",
    "--cluster.reconnect-interval=1s",
)


class Alertmanager(Program):
    """An Alertmanager that sends to an API with the token of a file; alone unless options say otherwise."""

    def __init__(
        self,
        folder: Path,
        api: str,
        token_file: Path,
        cluster: Sequence[str] = ALONE,
        receiver: Callable[[str, Path], str] = documented.receiver,
    ) -> None:
        super().__init__("alertmanager", folder, self._arguments)
        self._config, self._data, self._cluster = folder / "alertmanager.yml", folder / "data", cluster
        self._config.write_text(receiver(api, token_file), encoding="utf-8")

    def _arguments(self, address: str) -> list[str]:
        return [
            "prometheus-alertmanager",
            f"--config.file={self._config}",
            f"--storage.path={self._data}",
            f"--web.listen-address={address}",
            f"--web.external-url=http://{address}",
            *self._cluster,
        ]

    def forget(self) -> None:
        """Delete its silences and what it has sent, as a container without a volume does when it ends."""
        shutil.rmtree(self._data)

    def silence(self, pool: str) -> str:
        """Silence a pool for an hour, and return the silence's id."""
        now = datetime.now(UTC)
        silence = {
            "matchers": [{"name": "pool", "value": pool, "isRegex": False, "isEqual": True}],
            "startsAt": now.isoformat(),
            "endsAt": (now + timedelta(hours=1)).isoformat(),
            "createdBy": "mona",
            "comment": "We know",
        }
        answer = httpx.post(
            f"{self.url}/api/v2/silences", json=silence, timeout=HTTP_SECONDS, trust_env=False
        )
        identity: str = answer.raise_for_status().json()["silenceID"]
        return identity

    def unsilence(self, identity: str) -> None:
        """End a silence."""
        url = f"{self.url}/api/v2/silence/{identity}"
        httpx.delete(url, timeout=HTTP_SECONDS, trust_env=False).raise_for_status()

    def state(self, pool: str) -> str | None:
        """Return what it says of the alert: active, suppressed, or None if it has none that fires."""
        answer = httpx.get(
            f"{self.url}/api/v2/alerts", timeout=HTTP_SECONDS, trust_env=False
        ).raise_for_status()
        found = [alert["status"]["state"] for alert in answer.json() if alert["labels"].get("pool") == pool]
        return found[0] if found else None


def peers(folder: Path, api: str, token_file: Path) -> tuple[Alertmanager, Alertmanager]:
    """Return two that are one cluster."""
    first, second = (f"127.0.0.1:{free_port()}" for _ in range(2))
    return (
        Alertmanager(folder / "first", api, token_file, _peer(first, second)),
        Alertmanager(folder / "second", api, token_file, _peer(second, first)),
    )


def _peer(own: str, other: str) -> Sequence[str]:
    return (f"--cluster.listen-address={own}", f"--cluster.peer={other}", *CLUSTER)
