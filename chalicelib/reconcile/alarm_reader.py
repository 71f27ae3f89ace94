"""The port to CloudWatch's alarms in one place: what can be asked, and what an answer does not mean."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from chalicelib.conditions.alarm_state import Alarm

Described = Mapping[str, Any]
"""An alarm, or a contributor, as AWS describes it."""


class AlarmReader(Protocol):
    """Reads alarms of one place; each method raises AlarmsUnavailable."""

    @property
    def knows_all(self) -> bool:
        """Whether every type of alarm can be read."""

    def read(self, names: list[str]) -> Mapping[str, Alarm]:
        """Read alarms by name; returns them by ARN."""

    def firing(self, token: str) -> tuple[list[Described], str]:
        """List a page of the alarms in ALARM, and the token of the next page."""

    def contributors(self, name: str) -> list[Described] | None:
        """List the series of an alarm that are in ALARM; None if that may not be read."""

    def muted(self, name: str | None = None) -> bool | None:
        """Whether a mute rule is active for an alarm, or for any; None if that may not be read."""

    def tags(self, arns: Sequence[str]) -> Mapping[str, Mapping[str, str]] | None:
        """Read tags by ARN; None if they may not be read."""
