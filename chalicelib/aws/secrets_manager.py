"""Secrets from Secrets Manager, cached for five minutes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters import texts
from chalicelib.errors import ConfigurationError, SecretMissing

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

KEPT = timedelta(minutes=5)
APART = timedelta(seconds=10)
SERVES = timedelta(hours=1)
NOT_THERE = ("ResourceNotFoundException", "AccessDeniedException")
"""A missing secret looks like one that a policy of exact names does not allow us to read."""


class Secret:
    """One secret that contains a JSON object."""

    def __init__(self, client: "SecretsManagerClient", name: str, now: Callable[[], datetime]) -> None:
        self._client, self._name, self._now = client, name, now
        self._kept: tuple[datetime, dict[str, Any]] | None = None
        self._asked_anew = datetime.min.replace(tzinfo=UTC)
        self._missing: tuple[datetime, SecretMissing] | None = None

    def read(self, *, fresh: bool = False) -> dict[str, Any]:
        """Read the secret, from memory if that is recent; `fresh` reads it again, at most every ten seconds.

        While Secrets Manager does not answer, the last copy is used for an hour. A missing secret is not read
        again for ten seconds. Raises ConfigurationError, which never contains a value.
        """
        now = self._now()
        if fresh and now - self._asked_anew >= APART:
            self._asked_anew = now
        elif self._kept and now - self._kept[0] <= KEPT:
            return self._kept[1]
        try:
            self._kept = (now, self._find(now))
        except ConfigurationError:
            if self._kept is None or now - self._kept[0] > SERVES:
                raise
        return self._kept[1]

    def _find(self, now: datetime) -> dict[str, Any]:
        """Read it, unless it was missing a moment ago: many requests must not mean many calls."""
        if self._missing and now - self._missing[0] < APART:
            raise self._missing[1].with_traceback(None)
        try:
            return self._fetch()
        except SecretMissing as error:
            self._missing = (now, error)
            raise

    def _fetch(self) -> dict[str, Any]:
        try:
            text = self._client.get_secret_value(SecretId=self._name)["SecretString"]
        except ClientError as error:
            code = error.response["Error"]["Code"]
            place = f"Secrets Manager, {self._client.meta.region_name}"
            fault = f"{code}: create it in {place}, as docs/deploy.md says, or allow this function to read it"
            kind = SecretMissing if code in NOT_THERE else ConfigurationError
            raise kind(f"secret {self._name}", [fault]) from error
        except (BotoCoreError, KeyError) as error:
            raise ConfigurationError(
                f"secret {self._name}", [f"cannot be read ({type(error).__name__})"]
            ) from error
        value = texts.parsed(text)
        if not isinstance(value, dict):
            raise ConfigurationError(f"secret {self._name}", ["does not hold a JSON object"])
        return value
