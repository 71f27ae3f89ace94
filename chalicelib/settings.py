"""Settings: read once from the environment into one frozen object; all faults are reported together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any, TypeVar

from chalicelib import setting_values
from chalicelib.errors import ConfigurationError
from chalicelib.setting_values import BySender

T = TypeVar("T")


def _setting(variable: str, default: str, parse: Callable[[str], T]) -> T:
    """Describe a setting: its environment variable, its default, and how its text is read."""
    return field(default=parse(default), metadata={"variable": variable, "parse": parse})


@dataclass(frozen=True, slots=True)
class Settings:
    """What a stage may set; the defaults are those for production."""

    stage: str = _setting("ALERTING_STAGE", "local", setting_values.word)
    account_id: str = _setting("ALERTING_ACCOUNT_ID", "", str)
    region: str = _setting("AWS_REGION", "", str)
    github_api_url: str = _setting("GITHUB_API_URL", "https://api.github.com", setting_values.url)
    github_enabled: bool = _setting("GITHUB_ENABLED", "true", setting_values.boolean)
    github_timeout: timedelta = _setting("GITHUB_TIMEOUT_SECONDS", "10", setting_values.timeout)
    duplicate: timedelta = _setting("DUPLICATE_SECONDS", "60", setting_values.seconds)
    update_interval: timedelta = _setting("UPDATE_INTERVAL_MINUTES", "10", setting_values.minutes)
    comment_interval: timedelta = _setting("COMMENT_INTERVAL_MINUTES", "60", setting_values.minutes)
    reopen_window: timedelta = _setting("REOPEN_WINDOW_MINUTES", "30", setting_values.minutes)
    not_planned_quiet: timedelta = _setting("NOT_PLANNED_QUIET_DAYS", "7", setting_values.days)
    flapping_quiet: timedelta = _setting("FLAPPING_QUIET_MINUTES", "60", setting_values.minutes)
    stale_after: timedelta | None = _setting("STALE_AFTER_HOURS", "", setting_values.hours_if_set)
    look_interval: timedelta = _setting("LOOK_INTERVAL_SECONDS", "60", setting_values.seconds)
    lease: timedelta = _setting("LEASE_SECONDS", "60", setting_values.seconds)
    retry: timedelta = _setting("RETRY_SECONDS", "30", setting_values.seconds)
    breaker: timedelta = _setting("BREAKER_SECONDS", "30", setting_values.seconds)
    writes_per_minute: int = _setting("WRITES_PER_MINUTE", "75", setting_values.count)
    writes_per_hour: int = _setting("WRITES_PER_HOUR", "480", setting_values.count)
    write_spacing: timedelta = _setting("WRITE_SPACING_SECONDS", "1", setting_values.seconds)
    drift_changes: timedelta = _setting("DRIFT_CHANGES_MINUTES", "10", setting_values.minutes)
    drift_everything: timedelta = _setting("DRIFT_EVERYTHING_MINUTES", "60", setting_values.minutes)
    alarms_interval: timedelta = _setting("ALARMS_INTERVAL_MINUTES", "10", setting_values.minutes)
    alarm_reader_role_arns: tuple[str, ...] = _setting("ALARM_READER_ROLE_ARNS", "", setting_values.roles)
    alarm_regions: tuple[str, ...] = _setting("ALARM_REGIONS", "", setting_values.regions)
    metric_charts: bool = _setting("METRIC_CHARTS", "true", setting_values.boolean)
    alertmanager_urls: BySender = _setting("ALERTMANAGER_URLS", "", setting_values.addresses_by_sender)
    grafana_url: str = _setting("GRAFANA_URL", "", setting_values.address)
    listings_interval: timedelta = _setting("LISTINGS_INTERVAL_MINUTES", "5", setting_values.minutes)
    on_call_interval: timedelta = _setting("ON_CALL_INTERVAL_MINUTES", "5", setting_values.minutes)
    pagerduty_api_url: str = _setting("PAGERDUTY_API_URL", "https://api.pagerduty.com", setting_values.url)
    board_interval: timedelta = _setting("BOARD_INTERVAL_MINUTES", "5", setting_values.minutes)
    canary_repository: str = _setting("CANARY_REPO", "", setting_values.repository)
    mirror_topic_arn: str = _setting("MIRROR_TOPIC_ARN", "", setting_values.topic)
    standby_of: str = _setting("STANDBY_OF", "", setting_values.word_if_set)

    @property
    def listed(self) -> bool:
        """Whether any provider is asked for its list of alerts."""
        return bool(self.listings_interval and (self.alertmanager_urls or self.grafana_url))

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """Read an environment; raises ConfigurationError naming each wrong variable and its value."""
        given = {"AWS_REGION": environment.get("AWS_DEFAULT_REGION", ""), **environment}
        found: dict[str, Any] = {}
        faults: list[str] = []
        for each in fields(cls):
            variable, parse = each.metadata["variable"], each.metadata["parse"]
            if variable in given:
                try:
                    found[each.name] = parse(given[variable])
                except ValueError as error:
                    faults.append(f"{variable}={given[variable]!r}: {error}")
        settings = cls(**found)
        if settings.lease <= settings.github_timeout * 2:
            faults.append("LEASE_SECONDS must be more than twice GITHUB_TIMEOUT_SECONDS")
        if faults:
            raise ConfigurationError("settings", faults)
        return settings


@dataclass(frozen=True, slots=True)
class AwsArn:
    """The parts of an Amazon resource name that other names are built from."""

    partition: str
    region: str
    account_id: str
    name: str

    @classmethod
    def parse(cls, text: str) -> "AwsArn":
        """Read an ARN; raises ConfigurationError if it is not one."""
        parts = text.split(":", 5)
        if len(parts) != 6 or parts[0] != "arn":
            raise ConfigurationError("Amazon resource name", [f"{text!r} is not one"])
        return cls(parts[1], parts[3], parts[4], parts[5])
