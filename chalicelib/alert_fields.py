"""The fields of an alert, with the checks on them and their JSON Schema."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.config import JsonDict

from chalicelib.alert_values import (
    INTERVAL,
    LONGEST_INTERVAL,
    MAX_LABEL_NAME,
    MAX_LABEL_VALUE,
    SHORTEST_INTERVAL,
    Kind,
    in_utc,
    interval,
)

Text = Annotated[str, StringConstraints(min_length=1)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=45)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"`\\]+$", max_length=2048)]
LabelName = Annotated[str, StringConstraints(max_length=MAX_LABEL_NAME)]
LabelValue = Annotated[str, StringConstraints(max_length=MAX_LABEL_VALUE)]


def _from_iso(value: object) -> object:
    """Accept ISO 8601 and nothing else: pydantic would guess the unit of a number, even in a string."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _interval(value: object) -> timedelta:
    return value if isinstance(value, timedelta) else interval(value)


UtcDatetime = Annotated[AwareDatetime, BeforeValidator(_from_iso), AfterValidator(in_utc)]

Interval = Annotated[
    timedelta,
    BeforeValidator(_interval),
    PlainSerializer(lambda length: round(length.total_seconds()), return_type=int, when_used="json"),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": f"^{INTERVAL}$", "minLength": 2},
                {
                    "type": "integer",
                    "minimum": SHORTEST_INTERVAL.total_seconds(),
                    "maximum": LONGEST_INTERVAL.total_seconds(),
                },
            ]
        }
    ),
]


OF_NOTIFICATIONS = ("collapse_key", "expires_at")
"""Fields that have no meaning for an alert of another kind."""

NEEDS_A_NOTIFICATION: JsonDict = {
    "if": {
        "anyOf": [{"properties": {name: {"type": "string"}}, "required": [name]} for name in OF_NOTIFICATIONS]
    },
    "then": {"properties": {"kind": {"const": Kind.NOTIFICATION.value}}, "required": ["kind"]},
}
