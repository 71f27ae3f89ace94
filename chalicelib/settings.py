"""Settings: read once from the environment into one frozen object; all faults are told together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from chalicelib import setting_values
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
    alarm_regions: tuple[str, ...]
    alertmanager_urls: tuple[str, ...]
    grafana_url: str
    listings_interval: timedelta
    board_interval: timedelta
    canary_repository: str
    mirror_topic_arn: str

    @property
    def listed(self) -> bool:
        """Whether a provider is asked for the list of its alerts."""
        return bool(self.listings_interval and (self.alertmanager_urls or self.grafana_url))

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """Read an environment; raises ConfigurationError naming each wrong variable and its value."""
        reader = _Reader(environment)
        read = reader.read
        settings = cls(
            stage=read("ALERTING_STAGE", "local", setting_values.word),
            account_id=read("ALERTING_ACCOUNT_ID", "", str),
            region=read("AWS_REGION", environment.get("AWS_DEFAULT_REGION", ""), str),
            github_api_url=read("GITHUB_API_URL", "https://api.github.com", setting_values.url),
            github_enabled=read("GITHUB_ENABLED", "true", setting_values.boolean),
            github_timeout=read("GITHUB_TIMEOUT_SECONDS", "10", setting_values.timeout),
            duplicate=read("DUPLICATE_SECONDS", "60", setting_values.seconds),
            update_interval=read("UPDATE_INTERVAL_MINUTES", "10", setting_values.minutes),
            comment_interval=read("COMMENT_INTERVAL_MINUTES", "60", setting_values.minutes),
            reopen_window=read("REOPEN_WINDOW_MINUTES", "30", setting_values.minutes),
            not_planned_quiet=read("NOT_PLANNED_QUIET_DAYS", "7", setting_values.days),
            flapping_quiet=read("FLAPPING_QUIET_MINUTES", "60", setting_values.minutes),
            stale_after=read("STALE_AFTER_HOURS", "", setting_values.hours_if_set),
            look_interval=read("LOOK_INTERVAL_SECONDS", "60", setting_values.seconds),
            lease=read("LEASE_SECONDS", "60", setting_values.seconds),
            retry=read("RETRY_SECONDS", "30", setting_values.seconds),
            breaker=read("BREAKER_SECONDS", "30", setting_values.seconds),
            writes_per_minute=read("WRITES_PER_MINUTE", "75", setting_values.count),
            writes_per_hour=read("WRITES_PER_HOUR", "480", setting_values.count),
            write_spacing=read("WRITE_SPACING_SECONDS", "1", setting_values.seconds),
            drift_changes=read("DRIFT_CHANGES_MINUTES", "10", setting_values.minutes),
            drift_everything=read("DRIFT_EVERYTHING_MINUTES", "60", setting_values.minutes),
            alarms_interval=read("ALARMS_INTERVAL_MINUTES", "10", setting_values.minutes),
            alarm_reader_role_arns=read("ALARM_READER_ROLE_ARNS", "", setting_values.roles),
            alarm_regions=read("ALARM_REGIONS", "", setting_values.regions),
            alertmanager_urls=read("ALERTMANAGER_URLS", "", setting_values.addresses),
            grafana_url=read("GRAFANA_URL", "", setting_values.address),
            listings_interval=read("LISTINGS_INTERVAL_MINUTES", "5", setting_values.minutes),
            board_interval=read("BOARD_INTERVAL_MINUTES", "5", setting_values.minutes),
            canary_repository=read("CANARY_REPO", "", setting_values.repository),
            mirror_topic_arn=read("MIRROR_TOPIC_ARN", "", setting_values.topic),
        )
        if settings.lease <= settings.github_timeout * 2:
            reader.faults.append("LEASE_SECONDS must be more than twice GITHUB_TIMEOUT_SECONDS")
        if reader.faults:
            raise ConfigurationError("settings", reader.faults)
        return settings


class _Reader:
    """Reads variables one by one, and remembers the faults."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.faults: list[str] = []

    def read(self, name: str, default: str, parse: Callable[[str], T]) -> T:
        text = self._environment.get(name, default)
        try:
            return parse(text)
        except ValueError as error:
            self.faults.append(f"{name}={text!r}: {error}")
            return parse(default)


@dataclass(frozen=True, slots=True)
class AwsArn:
    """The parts of an Amazon resource name that place others beside it."""

    partition: str
    region: str
    account_id: str
    name: str

    @classmethod
    def parse(cls, text: str) -> "AwsArn":
        """Read an ARN; raises ConfigurationError where it is none."""
        parts = text.split(":", 5)
        if len(parts) != 6 or parts[0] != "arn":
            raise ConfigurationError("Amazon resource name", [f"{text!r} is none"])
        return cls(parts[1], parts[3], parts[4], parts[5])
