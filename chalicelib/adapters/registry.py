"""Which adapter reads which source."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from chalicelib.adapters import alertmanager, canary, cloudwatch, grafana, normalized
from chalicelib.adapters.fields import Ownership, Parsed, quoted
from chalicelib.errors import Rejected

Parse = Callable[[Mapping[str, Any], Ownership | None], list[Parsed]]

SOURCES: Mapping[str, Parse] = MappingProxyType(
    {
        "cloudwatch": cloudwatch.parse,
        "grafana": grafana.parse,
        "alertmanager": alertmanager.parse,
        "normalized": normalized.parse,
    }
)


def parse(source: str, payload: Mapping[str, Any], missing: Ownership | None) -> list[Parsed]:
    """Read the alerts of a message; `missing` is taken where a firing one names no owner. Raises Rejected."""
    if source == canary.SOURCE:
        return canary.parse(payload)
    if source not in SOURCES:
        raise Rejected(
            "UNKNOWN_SOURCE",
            f"the message names a source that nothing reads: {quoted(source)}",
            f"Set the attribute `source` to one of {', '.join(SOURCES)}, or none for CloudWatch.",
        )
    return canary.keep_team(SOURCES[source](payload, missing))
