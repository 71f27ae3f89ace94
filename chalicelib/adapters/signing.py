"""How a service signs the requests that it sends: as data, which the webhook verifies."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """An HMAC-SHA256 in hexadecimal, in a header; after a prefix, if the service writes one.

    It covers the body or, if the request has the timestamp header, `timestamp:body`. The header may contain
    several signatures, separated by commas, of which one has to match. Header names are in lower case.
    """

    header: str
    prefix: str = ""
    timestamp_header: str | None = None


def as_grafana_does(source: str) -> Signing:
    """Sign as Grafana 12 does (grafana/alerting, http/hmac.go), in headers named after the source."""
    return Signing(header=f"x-{source}-alerting-signature", timestamp_header=f"x-{source}-alerting-timestamp")
