"""Two alerts are about the same thing if their labels name one, and no place tells them apart."""

from typing import Any

import pytest

from chalicelib.adapters import thing
from tests.unit.builders import alert


def shared(one: dict[str, str], other: dict[str, str], **fields: Any) -> str:
    known = {"source": "alertmanager", "identity": {}} | fields
    here, there = alert(labels=one, **known), alert(labels=other, **known)
    return thing.shared(thing.of(here), thing.of(there))


@pytest.mark.parametrize(
    ("one", "other", "label"),
    [
        ({"deployment": "api", "severity": "page"}, {"deployment": "api", "alertname": "Slow"}, "deployment"),
        ({"pod": "api-7"}, {"pod": "api-7", "container": "main"}, "pod"),
        ({"QueueName": "jobs"}, {"queue_name": "jobs"}, "QueueName"),
        ({"ring": "builder-7"}, {"ring": "builder-7"}, "ring"),
        (
            {"instance": "db-1:5432", "mountpoint": "/"},
            {"instance": "db-1:5432", "mountpoint": "/var"},
            "instance",
        ),
        ({"deployment": "api", "namespace": "shop"}, {"deployment": "api"}, "deployment"),
    ],
)
def test_a_label_that_names_a_thing_is_shared(one: dict[str, str], other: dict[str, str], label: str) -> None:
    assert shared(one, other) == label


@pytest.mark.parametrize(
    "labels",
    [
        {"namespace": "shop", "cluster": "eu-1", "region": "eu-west-1"},
        {"severity": "page-1", "job": "node-exporter", "prometheus": "main-0"},
        {"mountpoint": "/var", "fstype": "ext4", "device": "sda1"},
        {"alertname": "Disk-1", "team": "dev-infra", "runbook_url": "https://example.org/1"},
        {"ring": "blue", "percent": "95"},
        {"api_token": "abc-1", "__meta_x": "abc-1", "app": "", "deployment": "<no value>"},
        {"pod": "kube-state-metrics-1", "instance": "10.0.0.1:8080", "job": "kube-state-metrics"},
        {"Metric": "Queue-1", "Namespace": "AWS/SQS", "Condition": "above 1", "Triggered by": "a-1"},
    ],
)
def test_places_parts_reporters_and_bare_words_are_no_thing(labels: dict[str, str]) -> None:
    assert shared(labels, labels) == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"deployment": "api", "namespace": "shop"}, {"deployment": "api", "namespace": "test"}),
        ({"datname": "postgres", "instance": "db-1:5432"}, {"datname": "postgres", "instance": "db-2:5432"}),
        ({"deployment": "api"}, {"deployment": "web"}),
        ({"deployment": "api"}, {"statefulset": "api"}),
        ({"ServiceName": "api", "ClusterName": "blue"}, {"ServiceName": "api", "cluster": "green"}),
    ],
)
def test_what_is_in_two_places_is_two_things(one: dict[str, str], other: dict[str, str]) -> None:
    assert shared(one, other) == ""


def test_the_names_and_places_of_an_alert_are_read_from_its_labels_and_its_identity() -> None:
    labels = {"QueueName": "jobs", "aws_region": "us-east-1", "ClusterName": "blue", "host": "db-1"}
    known = {"account_id": "123456789012", "region": "us-west-2"}
    assert thing.of(alert(source="cloudwatch", labels=labels, identity=known)) == thing.Thing(
        names={"queuename": ("jobs", "QueueName"), "host": ("db-1", "host")},
        places={
            "region": "us-east-1",
            "cluster": "blue",
            "host": "db-1",
            "account of cloudwatch": "123456789012",
        },
    )
    assert thing.of(alert(source="cloudwatch", identity=known)).places == {
        "account of cloudwatch": "123456789012",
        "region": "us-west-2",
    }


def test_where_the_provider_keeps_an_alert_is_a_place() -> None:
    def queue(source: str = "cloudwatch", **identity: str) -> thing.Thing:
        return thing.of(alert(source=source, labels={"QueueName": "jobs"}, identity=identity))

    here = queue(account_id="123456789012", region="us-west-2")
    assert thing.shared(here, queue(account_id="123456789012", region="us-west-2")) == "QueueName"
    assert thing.shared(here, queue(account_id="123456789012", region="us-east-1")) == ""
    assert thing.shared(here, queue(account_id="210987654321", region="us-west-2")) == ""
    assert thing.shared(here, queue("grafana", account_id="grafana.example.org 1")) == "QueueName"
    labelled = thing.of(alert(labels={"queue_name": "jobs", "aws_region": "us-east-1"}, identity={}))
    assert thing.shared(here, labelled) == ""
