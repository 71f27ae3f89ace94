"""Prometheus Alertmanager, through its webhook receiver, version 4."""

from dataclasses import replace

from chalicelib.adapters import group
from chalicelib.adapters.source import Example, Payload


def _looks_like(content: object) -> bool:
    return group.looks_like(content) and group.from_alertmanager(content)


def _template(of: Example) -> Payload:
    alert = {"generatorURL": "https://prometheus.example.org/graph?g0.expr=queue"}
    return group.template(of, **alert) | {"version": "4", "externalURL": "https://alertmanager.example.org"}


SOURCE = replace(
    group.source(
        "alertmanager",
        "Alertmanager",
        looks_like=_looks_like,
        known_by="`alerts` and `version` 4, without Grafana's `orgId`",
        template=_template,
    ),
    ids_per_sender=True,
)
