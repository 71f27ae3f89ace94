"""Secrets from Secrets Manager, cached five minutes."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import ConfigurationError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

KEPT = timedelta(minutes=5)


class Secret:
    """One secret that holds a JSON object."""

    def __init__(self, client: "SecretsManagerClient", name: str, now: Callable[[], datetime]) -> None:
        self._client, self._name, self._now = client, name, now
        self._kept: tuple[datetime, dict[str, Any]] | None = None

    def read(self, *, fresh: bool = False) -> dict[str, Any]:
        """Read the secret, from memory if that is not too old.

        Raises ConfigurationError, which never holds a value.
        """
        now = self._now()
        if fresh or self._kept is None or now - self._kept[0] > KEPT:
            self._kept = (now, self._fetch())
        return self._kept[1]

    def _fetch(self) -> dict[str, Any]:
        try:
            text = self._client.get_secret_value(SecretId=self._name)["SecretString"]
        except ClientError as error:
            code = error.response["Error"]["Code"]
            fault = (
                f"{code}: create it in Secrets Manager as a JSON object, or allow this function to read it"
            )
            raise ConfigurationError(f"secret {self._name}", [fault]) from error
        except (BotoCoreError, KeyError) as error:
            raise ConfigurationError(
                f"secret {self._name}", [f"not readable ({type(error).__name__})"]
            ) from error
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise ConfigurationError(f"secret {self._name}", ["holds no JSON object"])
        return value
