"""What to call an alert of a group: its rule, and the labels that set it apart from its siblings. Pure.

    KubeDeploymentReplicasMismatch [fints-importer, namespace firefly]

What sets alerts of the sender's group apart comes first: labels in which alerts of one rule differ, and
those by which people group. The rest follows while there is room, the thing before the place; who scraped it
is left out. Few labels name the scraper, so these are listed; a list of all others would never end.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from chalicelib.adapters import fields, texts
from chalicelib.telemetry.masking import mask

MAX_NAME = 80
"""Code points of a title, apart from labels that its group needs."""

MAX_WHOLE = 240
"""Leaves room for the priority in GitHub's 256."""

LEAST = 20
"""The least that is shown of one label."""

MOST_NAMES = 20

TELLERS = (
    *("job", "grafana_folder", "prometheus", "prometheus_replica", "monitor", "replica", "endpoint"),
    *("metrics_path", "severity", "ref_id", "datasource_uid"),
)
"""Who reports it, and where it is filed: these come last in a title, and only if the group needs them."""

OF_EVERY_ALERT = "grafana_folder"
"""Grafana groups by it by default, and it says next to nothing."""

TARGET = ("pod", "instance", "host", "hostname", "node", "container", "service")
"""What Prometheus scraped: the thing itself, or an exporter that reports on other things."""

PLACES = ("namespace", "cluster", "region", "zone", "env", "environment", "stage", "datacenter", "account")
"""Places that hold many things."""

ELSEWHERE = frozenset(
    {"alertname", "rulename", "team", "teams", "priority", "summary", "description", "runbook_url"}
)
"""Shown elsewhere, or prose."""

_EXPORTER = re.compile(r"exporter|state-metrics", re.IGNORECASE)
_OF_OTHER_THINGS = re.compile(r"state-metrics|cloudwatch|stackdriver|yace|^localhost\b|^127\.", re.IGNORECASE)
CREDENTIAL = re.compile(r"pass|pwd|secret|token|key|signature|credential|auth|cookie", re.IGNORECASE)
OWN_NAME = re.compile(r"(?=.*[^\W\d_])(?=.*[\d/:._-])")
"""A value such as `builder-7` or `/var`; a bare word or number says little without its label's name."""


def apart(alerts: Iterable[object]) -> Iterator[list[str]]:
    """Name for each alert of a group the labels in which those of its rule differ."""
    labels = [fields.strings(alert.get("labels")) if isinstance(alert, Mapping) else {} for alert in alerts]
    values: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    rules: dict[str, int] = defaultdict(int)
    held: dict[tuple[str, str], int] = defaultdict(int)
    for each in labels:
        rule = each.get("alertname", "")
        rules[rule] += 1
        for name, value in each.items():
            values[rule][name].add(value)
            held[rule, name] += 1
    for each in labels:
        rule = each.get("alertname", "")
        differing = (name for name in each if len(values[rule][name]) > 1 or held[rule, name] < rules[rule])
        yield sorted(differing, key=lambda name: (*_rank(name), name))[:MOST_NAMES]


def needed(payload: Mapping[str, Any]) -> frozenset[str]:
    """Read which labels the group of an alert needs: where it differs, and what people group by."""
    differing = payload.get("differing")
    names = [name for name in differing if isinstance(name, str)] if isinstance(differing, list) else []
    by = fields.strings(payload.get("groupLabels")).keys() - {OF_EVERY_ALERT}
    return frozenset({*names, *by})


def title(name: str, labels: Mapping[str, str], of_group: Collection[str]) -> str:
    """Write the name, and in brackets the labels of the group, then others while there is room."""
    name = _shortened(mask(name), MAX_NAME)  # half a credential would not be known as one
    said: list[str] = []
    for label in _ordered(labels, of_group):
        value = mask(texts.line(labels[label]))
        if label in of_group:
            said.append(_said(label, value))
            continue
        longer = [*said, _said(label, value)]
        if not _names(name, value) and longer[-1] not in said and len(_with(name, longer)) <= MAX_NAME:
            said = longer
        elif not said and not _names(name, value):
            said = [_shortened(longer[-1], max(LEAST, MAX_NAME - len(_with(name, [""]))))]
    return _fitted(name, said)


def _ordered(labels: Mapping[str, str], of_group: Collection[str]) -> list[str]:
    """Put the labels that may be in a title in order: of the group, the thing, its target, its place."""
    shown = {
        name: value
        for name, value in labels.items()
        if value.strip()
        and name.casefold() not in ELSEWHERE
        and not name.startswith("__")
        and not CREDENTIAL.search(name)
        and value not in fields.TEMPLATE_WITHOUT_VALUE
    }
    chosen = [name for name in shown if name in of_group or not of_the_teller(name, shown)]
    if "job" in shown and all(name in (*PLACES, *TELLERS) for name in chosen):
        chosen = sorted({*chosen, "job"})  # as of `up`, which is about a job
    return sorted(chosen, key=lambda name: (name in TELLERS, name not in of_group, *_rank(name), name))


def of_the_teller(name: str, labels: Mapping[str, str]) -> bool:
    """Whether a label names who scraped the thing: an exporter's own pod, or the address of an exporter."""
    if name in TELLERS:
        return True
    if name not in TARGET:
        return False
    target = [labels[each] for each in (*TARGET, "job") if each in labels]
    if any(map(_OF_OTHER_THINGS.search, target)):
        return True
    return name != "instance" and bool(_EXPORTER.search(labels[name]))


def _rank(name: str) -> tuple[int, int]:
    for rank, names in enumerate((TARGET, PLACES, TELLERS), start=1):
        if name in names:
            return rank, names.index(name)
    return 0, 0


def _names(name: str, value: str) -> bool:
    """Whether a name has a value among its words."""
    return f" {value} ".casefold() in f" {name} ".casefold()


def _said(label: str, value: str) -> str:
    spoken = label.removeprefix("grafana_").replace("_", " ")
    return value if OWN_NAME.match(value) else f"{spoken} {value}"


def _with(name: str, said: list[str]) -> str:
    return f"{name} [{', '.join(said)}]" if said else name


def _fitted(name: str, said: list[str]) -> str:
    """Shorten every label equally until all fit."""
    for limit in (MAX_WHOLE, 100, 60, 40, 20):
        whole = _with(name, [_shortened(each, limit) for each in said])
        if len(whole) <= MAX_WHOLE:
            return whole
    return _shortened(whole, MAX_WHOLE)


def _shortened(value: str, limit: int) -> str:
    """Leave out the middle, as the beginning and the end are more distinctive."""
    if len(value) <= limit:
        return value
    end = (limit - 1) // 2
    return f"{value[: limit - 1 - end]}…{value[-end:]}"
