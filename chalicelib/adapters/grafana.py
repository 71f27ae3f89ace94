"""Grafana unified alerting, 9 to 13, by the default payload of a webhook contact point."""

from datetime import timedelta

from chalicelib.adapters import group
from chalicelib.adapters.source import Example, Payload, Source, late


def _looks_like(content: object) -> bool:
    return group.looks_like(content) and not group.from_alertmanager(content)


def _template(of: Example) -> Payload:
    address = "https://grafana.example.org/"
    rule = f"{address}alerting/grafana/queue/view?orgId=1"
    written = group.template(of, generatorURL=rule, values={"B": 118}, orgId=1)
    return written | {"version": "1", "orgId": 1, "externalURL": address}


SOURCE = Source(
    name="grafana",
    shown_as="Grafana",
    to_route="give its rule the label `team`",
    parse=late("grafana_alert"),
    split=group.split,
    cut_off=group.cut_off,
    ended=group.ended,
    identifying=group.IDENTIFYING,
    looks_like=_looks_like,
    template=_template,
    mend=group.mend,
    # grafana.com/docs/grafana/latest/alerting/fundamentals/notifications/group-alert-notifications
    repeats=timedelta(hours=4),
)
