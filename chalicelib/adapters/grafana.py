"""Grafana unified alerting, 9 to 13, through the default payload of a webhook contact point."""

from chalicelib.adapters import group
from chalicelib.adapters.source import Example, Payload


def _looks_like(content: object) -> bool:
    return group.looks_like(content) and not group.from_alertmanager(content)


def _template(of: Example) -> Payload:
    address = "https://grafana.example.org/"
    rule = f"{address}alerting/grafana/queue/view?orgId=1"
    written = group.template(of, generatorURL=rule, values={"B": 118}, orgId=1)
    return written | {"version": "1", "orgId": 1, "externalURL": address}


SOURCE = group.source(
    "grafana",
    "Grafana",
    looks_like=_looks_like,
    known_by="`alerts`, without Alertmanager's `version` 4",
    template=_template,
)
