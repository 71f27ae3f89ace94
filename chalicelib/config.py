"""Settings: read once from the environment into one frozen object; all faults are told together."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from chalicelib.errors import ConfigurationError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a stage may set; the defaults are production's."""

    stage: str
    account_id: str
    region: str
    github_api_url: str
    github_enabled: bool
    github_timeout: timedelta
    duplicate: timedelta
    update_interval: timedelta
    comment_interval: timedelta
    reopen_window: timedelta
    not_planned_quiet: timedelta
    flapping_quiet: timedelta
    stale_after: timedelta | None
    look_interval: timedelta
    lease: timedelta
    retry: timedelta
    breaker: timedelta
    writes_per_minute: int
    writes_per_hour: int
    write_spacing: timedelta
    drift_changes: timedelta
    drift_everything: timedelta
    alarms_interval: timedelta
    alarm_reader_role_arns: tuple[str, ...]
    board_interval: timedelta
    canary_repository: str

    @property
    def prefix(self) -> str:
        """What every name on AWS begins with."""
        return f"alerting-{self.stage}"

    @property
    def table(self) -> str:
        """The table of conditions."""
        return f"{self.prefix}-alerts-state"

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """Read an environment; raises ConfigurationError naming each wrong variable and its value."""
        read = _Reader(environment)
        settings = cls(
            stage=read("ALERTING_STAGE", "local", _word),
            account_id=read("ALERTING_ACCOUNT_ID", "", str),
            region=read("AWS_REGION", environment.get("AWS_DEFAULT_REGION", ""), str),
            github_api_url=read("GITHUB_API_URL", "https://api.github.com", _url),
            github_enabled=read("GITHUB_ENABLED", "true", _boolean),
            github_timeout=read("GITHUB_TIMEOUT_SECONDS", "10", _timeout),
            duplicate=read("DUPLICATE_SECONDS", "60", _seconds),
            update_interval=read("UPDATE_INTERVAL_MINUTES", "10", _minutes),
            comment_interval=read("COMMENT_INTERVAL_MINUTES", "60", _minutes),
            reopen_window=read("REOPEN_WINDOW_MINUTES", "30", _minutes),
            not_planned_quiet=read("NOT_PLANNED_QUIET_DAYS", "7", _days),
            flapping_quiet=read("FLAPPING_QUIET_MINUTES", "60", _minutes),
            stale_after=read("STALE_AFTER_HOURS", "", _hours_if_set),
            look_interval=read("LOOK_INTERVAL_SECONDS", "60", _seconds),
            lease=read("LEASE_SECONDS", "60", _seconds),
            retry=read("RETRY_SECONDS", "30", _seconds),
            breaker=read("BREAKER_SECONDS", "30", _seconds),
            writes_per_minute=read("WRITES_PER_MINUTE", "75", _count),
            writes_per_hour=read("WRITES_PER_HOUR", "480", _count),
            write_spacing=read("WRITE_SPACING_SECONDS", "1", _seconds),
            drift_changes=read("DRIFT_CHANGES_MINUTES", "10", _minutes),
            drift_everything=read("DRIFT_EVERYTHING_MINUTES", "60", _minutes),
            alarms_interval=read("ALARMS_INTERVAL_MINUTES", "10", _minutes),
            alarm_reader_role_arns=read("ALARM_READER_ROLE_ARNS", "", _roles),
            board_interval=read("BOARD_INTERVAL_MINUTES", "5", _minutes),
            canary_repository=read("CANARY_REPO", "", _repository),
        )
        if settings.lease <= settings.github_timeout * 2:
            read.faults.append("LEASE_SECONDS must be more than twice GITHUB_TIMEOUT_SECONDS")
        if read.faults:
            raise ConfigurationError("settings", read.faults)
        return settings


class _Reader:
    """Reads variables one by one, and remembers the faults."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.faults: list[str] = []

    def __call__(self, name: str, default: str, parse: Callable[[str], T]) -> T:
        text = self._environment.get(name, default)
        try:
            return parse(text)
        except ValueError as error:
            self.faults.append(f"{name}={text!r}: {error}")
            return parse(default)


def _word(text: str) -> str:
    if not text.isascii() or not text.isalnum() or text != text.lower():
        raise ValueError("must be a word of lower-case letters and digits")
    return text


def _url(text: str) -> str:
    if not re.fullmatch(r"(https://[\w.-]+|http://(127\.0\.0\.1|localhost))(:\d+)?(/\S*)?", text):
        raise ValueError("must be an https address")
    return text.rstrip("/")


def _repository(text: str) -> str:
    if text and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+", text):
        raise ValueError("must be a repository as owner/name")
    return text


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError("must be true or false")
    return text.lower() == "true"


def _number(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1e6:
        raise ValueError("must be a number from 0 to 1,000,000")
    return value


def _seconds(text: str) -> timedelta:
    return timedelta(seconds=_number(text))


def _timeout(text: str) -> timedelta:
    if not (seconds := _seconds(text)):
        raise ValueError("must be above 0")
    return seconds


def _minutes(text: str) -> timedelta:
    return timedelta(minutes=_number(text))


def _roles(text: str) -> tuple[str, ...]:
    """Read ARNs of roles, separated by commas or blanks."""
    roles = tuple(text.replace(",", " ").split())
    if not all(re.fullmatch(r"arn:[\w-]+:iam::\d{12}:role/\S+", role) for role in roles):
        raise ValueError("must be ARNs of roles")
    return roles


def _hours(text: str) -> timedelta:
    return timedelta(hours=_number(text))


def _hours_if_set(text: str) -> timedelta | None:
    return _hours(text) if text else None


def _days(text: str) -> timedelta:
    return timedelta(days=_number(text))


def _count(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise ValueError("must be a whole number above 0")
    return int(text)


@dataclass(frozen=True, slots=True)
class Arn:
    """The parts of an Amazon resource name that place others beside it."""

    partition: str
    region: str
    account_id: str
    name: str

    @classmethod
    def parse(cls, text: str) -> "Arn":
        """Read an ARN; raises ConfigurationError where it is none."""
        parts = text.split(":", 5)
        if len(parts) != 6 or parts[0] != "arn":
            raise ConfigurationError("Amazon resource name", [f"{text!r} is none"])
        return cls(parts[1], parts[3], parts[4], parts[5])
