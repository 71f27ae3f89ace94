"""What to call an alert: its rule, and the labels that distinguish it from its siblings. Pure.

    KubeDeploymentReplicasMismatch [fints-importer, namespace firefly]

The thing comes before the place. Labels that name the scraper are left out, unless they distinguish alerts of
the sender's group: the labels in which alerts of one rule differ, and those that people group by. Few labels
name the scraper, so these are listed; a list of all others would never end.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from chalicelib.adapters import fields, texts, titles
from chalicelib.telemetry.masking import mask

MOST_NAMES = 20

TELLERS = (
    *("job", "prometheus", "prometheus_replica", "monitor", "replica", "endpoint"),
    *("metrics_path", "severity", "ref_id", "datasource_uid"),
)
"""Who reports it, and how: these come last in a title, and only if the group needs them."""

TARGET = ("pod", "instance", "host", "hostname", "node", "container", "service")
"""What Prometheus scraped: the thing itself, or an exporter that reports on other things."""

FOLDER = "grafana_folder"
"""The name of a Grafana rule is unique only within its folder, so every title ends with the folder."""

PLACES = (
    *("namespace", "cluster", "region", "zone", "env", "environment", "stage", "datacenter", "account"),
    FOLDER,
)
"""Places that hold many things."""

OWNERS = frozenset({"team", "teams"})
"""Shown elsewhere, and in a title only if the group needs them."""

KIND, INTERVAL, GRACE = "alerting_kind", "heartbeat_interval", "heartbeat_grace"
"""Labels or annotations that say what an alert is about."""

ELSEWHERE = (
    {KIND, INTERVAL, GRACE}
    | OWNERS
    | frozenset({"alertname", "rulename", "priority", "summary", "description", "runbook_url"})
)
"""Shown elsewhere, or running text."""

LINKED = ("runbook", "dashboard")
"""How the names of labels begin whose addresses are shown as links."""

_EXPORTER = re.compile(r"exporter|state-metrics", re.IGNORECASE)
_OF_OTHER_THINGS = re.compile(r"state-metrics|cloudwatch|stackdriver|yace|^localhost\b|^127\.", re.IGNORECASE)
CREDENTIAL = re.compile(r"pass|pwd|secret|token|key|signature|credential|auth|cookie", re.IGNORECASE)
_HASH = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?:\w{1,20}:)?[0-9a-f]{16,}", re.IGNORECASE)
"""A hash or UUID: nobody recognises a thing by one."""
_WORDS = re.compile(r"\w+")
OWN_NAME = re.compile(r"(?=.*[^\W\d_])(?=.*[\d/:._-])")
"""A value such as `builder-7` or `/var`; a plain word or number means little without its label's name."""


def apart(alerts: Iterable[object]) -> Iterator[tuple[object, list[str]]]:
    """Name for each alert of a group, and with it, the labels in which alerts of its rule differ."""
    labelled = [(alert, fields.strings(fields.mapping(alert).get("labels"))) for alert in alerts]
    values: dict[str | None, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    rules: dict[str | None, int] = defaultdict(int)
    held: dict[tuple[str | None, str], int] = defaultdict(int)
    for _, each in labelled:
        rule = each.get("alertname")
        rules[rule] += 1
        for name, value in each.items():
            values[rule][name].add(value)
            held[rule, name] += 1
    for alert, each in labelled:
        rule = each.get("alertname")
        differing = (name for name in each if len(values[rule][name]) > 1 or held[rule, name] < rules[rule])
        yield alert, sorted(differing, key=lambda name: (*_rank(name), name))[:MOST_NAMES]


def needed(payload: Mapping[str, Any]) -> frozenset[str]:
    """Return which labels an alert's group needs: those that differ, and those that people group by."""
    differing = payload.get("differing")
    names = [name for name in differing if isinstance(name, str)] if isinstance(differing, list) else []
    return frozenset({*names, *fields.strings(payload.get("groupLabels"))})


def title(name: str, labels: Mapping[str, str], of_group: Collection[str]) -> str:
    """Write the name, and in brackets its distinguishing labels; `of_group` are those its group needs."""
    return titles.written(name, pieces(name, labels, of_group))


def pieces(name: str, labels: Mapping[str, str], of_group: Collection[str] = ()) -> list[str]:
    """Write the labels that distinguish an alert from others of its name, unless the name has their value."""
    said: list[str] = []
    for label in _ordered(labels, of_group):
        value = mask(texts.line(labels[label]))
        own = OWN_NAME.match(value)
        if own and label not in of_group and _names(name, value):
            continue
        bare = own and value not in said
        spoken = label.removeprefix("grafana_").replace("_", " ")
        piece = value if bare else f"{spoken} {value}"
        said.append(piece if label in of_group else titles.shortened(piece, titles.MAX_PIECE))
    return said


def by_id(alarm_id: str, said: Iterable[str]) -> list[str]:
    """Name a sender's id for a condition, unless it is a hash, or is already in `said`."""
    named = mask(texts.line(alarm_id))
    known = {word for text in said for word in _WORDS.findall(text.casefold())}
    says_more = not known.issuperset(_WORDS.findall(named.casefold()))
    return [named] if says_more and not _HASH.fullmatch(named) else []


def _ordered(labels: Mapping[str, str], of_group: Collection[str]) -> list[str]:
    """Put the labels that may be in a title in order: the thing, its target, its place, who reports it.

    The order never changes; otherwise a value without its label's name would be ambiguous.
    """
    shown = {
        name: value
        for name, value in labels.items()
        if value.strip()
        and (name.casefold() not in ELSEWHERE or (name in of_group and name.casefold() in OWNERS))
        and not name.startswith("__")
        and not CREDENTIAL.search(name)
        and not (name.casefold().startswith(LINKED) and fields.url(value))
        and value not in fields.TEMPLATE_WITHOUT_VALUE
    }
    chosen = [name for name in shown if name in of_group or not of_the_teller(name, shown)]
    if "job" in shown and all(name in (*PLACES, *TELLERS) for name in chosen):
        chosen = sorted({*chosen, "job"})  # as for `up`, which is about a job
    return sorted(
        chosen,
        key=lambda name: (name in TELLERS, name == FOLDER, *_rank(name), name),
    )


def of_the_teller(name: str, labels: Mapping[str, str]) -> bool:
    """Whether a label names who scraped the thing: an exporter's own pod, or the address of an exporter."""
    if name in TELLERS or _HASH.fullmatch(labels[name].strip()):
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
    """Whether a name contains a value as a word."""
    return f" {value} ".casefold() in f" {name} ".casefold()
