"""The thing that an alert is about, as its labels name it; and what two alerts have in common. Pure.

Two alerts are about the same thing if they agree in a label that names a thing, and differ in no label that
says where it is, such as its host: `datname="postgres"` on two database hosts is two things.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.adapters import fields
from chalicelib.adapters.telling import (
    CREDENTIAL,
    ELSEWHERE,
    OWN_NAME,
    PLACES,
    of_the_teller,
)
from chalicelib.alert import AlertEvent

_NOT_IN_A_KEY = re.compile(r"[\W_]+")


def _key(name: str) -> str:
    """Unify names that differ only in how they are written: `queue_name` and `QueueName`."""
    return _NOT_IN_A_KEY.sub("", name).casefold()


HOSTS = ("instance", "host", "hostname")

NAMED = frozenset(
    {
        *("app", "application", "service", "servicename", "function", "functionname"),
        *("deployment", "statefulset", "daemonset", "replicaset", "cronjob", "jobname", "pod", "node"),
        *("horizontalpodautoscaler", "persistentvolumeclaim", "ingress"),
        *("queue", "queuename", "topic", "topicname", "stream", "streamname", "consumergroup", "pool"),
        *("database", "datname", "dbinstanceidentifier", "dbclusteridentifier", "cacheclusterid", "table"),
        *("tablename", "bucket", "bucketname", "loadbalancer", "targetgroup", "domain", "domainname"),
        *("instanceid", "autoscalinggroupname", "apiname", "repository", "runner", *HOSTS),
    }
)
"""Labels that name a thing whatever their value, as keys; others do if their value is like `builder-7`."""

DETAILS = frozenset(
    {
        *("container", "mountpoint", "device", "disk", "volume", "fstype", "cpu", "core", "port"),
        *("partition", "shard", "replica", "uid", "mode", "method", "handler", "path", "route", "code"),
        *("status", "statuscode", "phase", "reason", "condition", "type", "kind", "state", "unit", "le"),
        *("quantile", "version", "image", "imageid", "release", "chart", "revision", "channel", "receiver"),
        *(
            "owner",
            "squad",
            "group",
            "org",
            "organization",
            "tenant",
            "project",
            "product",
            "tier",
            "category",
        ),
        *("businessunit", "costcenter"),
    }
)
"""Keys of labels that say which part of a thing, in what state, or whose: every host has a `/`."""

OF_THE_ALARM = frozenset({"Metric", "Namespace", "Condition", "Expression", "AlarmRule", "Triggered by"})
"""Labels that we derive from a CloudWatch alarm: what it measures, not where."""

_PLACES = frozenset({*map(_key, PLACES), "clustername", "awsregion", "availabilityzone"})
_ONE_PLACE = {"clustername": "cluster", "awsregion": "region"}


@dataclass(frozen=True, slots=True)
class Thing:
    """What an alert is about: labels that name it, by key with the name as written, and where it is."""

    names: Mapping[str, tuple[str, str]]
    places: Mapping[str, str]


def of(alert: AlertEvent) -> Thing:
    """Read an alert's labels, and where its provider keeps it."""
    names: dict[str, tuple[str, str]] = {}
    places: dict[str, str] = {}
    for name, value in alert.labels.items():
        key = _key(name)
        if _says_nothing(name, key, value) or of_the_teller(name, alert.labels):
            continue
        if key in _PLACES:
            places[_ONE_PLACE.get(key, key)] = value
        elif key in NAMED or OWN_NAME.match(value):
            names[key] = (value, name)
    places |= {host: names[host][0] for host in HOSTS if host in names}
    identity = alert.identity
    if identity.account_id:  # a Grafana's organisation says nothing about an AWS account
        places[f"account of {alert.source}"] = identity.account_id
    if identity.region:
        places.setdefault("region", identity.region)
    return Thing(names, places)


def shared(one: Thing, other: Thing) -> str:
    """Name the first label that shows both to be about the same thing; empty if no label does."""
    here, there = one.places, other.places
    if any(here[place] != there[place] for place in here.keys() & there.keys()):
        return ""
    return next((name for key, (value, name) in one.names.items() if _has(other, key, value)), "")


def _has(thing: Thing, key: str, value: str) -> bool:
    return key in thing.names and thing.names[key][0] == value


def _says_nothing(name: str, key: str, value: str) -> bool:
    return (
        not value.strip()
        or key in DETAILS
        or name in OF_THE_ALARM
        or name.casefold() in ELSEWHERE
        or name.startswith("__")
        or bool(CREDENTIAL.search(name))
        or value in fields.TEMPLATE_WITHOUT_VALUE
    )
