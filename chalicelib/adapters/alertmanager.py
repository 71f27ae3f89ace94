"""Prometheus Alertmanager, by its webhook receiver, version 4."""

from datetime import timedelta

from chalicelib.adapters import group
from chalicelib.adapters.source import Example, Payload, Source, late


def _looks_like(content: object) -> bool:
    return group.looks_like(content) and group.from_alertmanager(content)


def _template(of: Example) -> Payload:
    alert = {"generatorURL": "https://prometheus.example.org/graph?g0.expr=queue"}
    return group.template(of, **alert) | {"version": "4", "externalURL": "https://alertmanager.example.org"}


SOURCE = Source(
    name="alertmanager",
    shown_as="Alertmanager",
    to_route="give its rule the label `team`",
    parse=late("alertmanager_alert"),
    split=group.split,
    cut_off=group.cut_off,
    ended=group.ended,
    identifying=group.IDENTIFYING,
    looks_like=_looks_like,
    template=_template,
    mend=group.mend,
    repeats=timedelta(hours=4),  # prometheus.io/docs/alerting/latest/configuration/#route
)
