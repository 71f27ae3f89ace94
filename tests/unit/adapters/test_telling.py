"""Titles: each tells its alert apart from its siblings, and still does as these come and go."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from chalicelib import render
from chalicelib.adapters import telling
from chalicelib.adapters.titles import MAX_WHOLE, head, shortened, written
from chalicelib.alert import AlertEvent
from chalicelib.conditions.record import record
from chalicelib.conditions.row import AlertState
from tests.unit.builders import at, firing, resolved, row_of
from tests.unit.messages import FALLBACK, deliver
from tests.unit.rows import routing

OF_KUBE_STATE_METRICS = {
    "alertname": "KubeDeploymentReplicasMismatch",
    "container": "kube-state-metrics",
    "endpoint": "http",
    "instance": "10.42.1.28:8080",
    "job": "kube-state-metrics",
    "pod": "kube-prometheus-stack-kube-state-metrics-6f664bc8c4-5lwq6",
    "service": "kube-prometheus-stack-kube-state-metrics",
    "severity": "warning",
}
OF_NODE_EXPORTER = {
    "alertname": "NodeFilesystemAlmostOutOfSpace",
    "device": "/dev/sda5",
    "instance": "demo-worker-1",
    "job": "node-exporter",
}


def group(labels: Sequence[Mapping[str, str]], by: Mapping[str, str] | None = None) -> dict[str, Any]:
    """An Alertmanager group with one alert for each of these labels."""
    alerts = [
        {
            "status": "firing",
            "labels": dict(each),
            "annotations": {"team": "dev-infra", "priority": "P1"},
            "startsAt": "2026-07-30T13:24:10Z",
            "fingerprint": f"{number:016x}",
        }
        for number, each in enumerate(labels)
    ]
    return {"version": "4", "groupKey": "{}", "groupLabels": dict(by or {}), "alerts": alerts}


def titles(payload: object, source: str = "alertmanager") -> list[str]:
    return [told.title for told in deliver(source, payload, FALLBACK) if isinstance(told, AlertEvent)]


def deployments(*named: tuple[str, str]) -> list[dict[str, str]]:
    return [OF_KUBE_STATE_METRICS | {"deployment": name, "namespace": place} for name, place in named]


def test_three_deployments_are_three_titles_that_name_no_exporter() -> None:
    three = deployments(
        ("fints-importer", "firefly-iii"),
        ("cert-manager-webhook", "cert-manager"),
        ("metrics-server", "kube"),
    )
    expected = [
        "KubeDeploymentReplicasMismatch [fints-importer, firefly-iii]",
        "KubeDeploymentReplicasMismatch [cert-manager-webhook, cert-manager]",
        "KubeDeploymentReplicasMismatch [metrics-server, namespace kube]",
    ]
    assert titles(group(three)) == expected
    assert [title for one in three for title in titles(group([one]))] == expected, "alone too"


def test_two_mountpoints_of_a_host_are_two_titles_that_name_the_host() -> None:
    both = [OF_NODE_EXPORTER | {"mountpoint": place} for place in ("/var", "/home")]
    assert titles(group(both)) == [
        "NodeFilesystemAlmostOutOfSpace [/dev/sda5, /var, demo-worker-1]",
        "NodeFilesystemAlmostOutOfSpace [/dev/sda5, /home, demo-worker-1]",
    ]


def test_without_an_alertname_the_groups_name_and_the_labels_are_the_title_never_a_hash() -> None:
    assert titles(group([{"thing": "value"}], {"alertname": "FoobarIsBroken"})) == [
        "FoobarIsBroken [thing value]"
    ]
    assert titles(group([{"thing": "value"}])) == ["An alert without a name [thing value]"]


@pytest.mark.parametrize(
    ("labels", "title"),
    [
        ({"queue": "ci-arm64", "region": "eu-west-1", "job": "yace"}, "A [ci-arm64, eu-west-1]"),
        ({"job": "api", "namespace": "shop"}, "A [namespace shop, job api]"),
        ({"instance": "kafka-exporter:9308", "topic": "orders"}, "A [topic orders, kafka-exporter:9308]"),
        ({"instance": "localhost:9106", "topic": "orders"}, "A [topic orders]"),
        ({"pod": "node-exporter-x7", "instance": "10.0.0.5:9100"}, "A [instance 10.0.0.5:9100]"),
        ({"pod": "api-7d9f", "container": "app", "endpoint": "web"}, "A [api-7d9f, container app]"),
        ({"api_token": "hunter-2", "__meta__": "x-1", "empty": " "}, "A"),
        ({"host": "<no value>"}, "A"),
        ({"severity": "critical"}, "A"),
    ],
)
def test_alone_an_alert_names_the_thing_rather_than_who_scraped_it(
    labels: dict[str, str], title: str
) -> None:
    assert titles(group([{"alertname": "A"} | labels])) == [title]


def test_who_scraped_it_is_named_where_nothing_else_differs() -> None:
    two = [{"alertname": "A", "disk": "sda-1", "prometheus": f"k8s-{n}"} for n in (1, 2)]
    assert titles(group(two)) == ["A [sda-1, k8s-1]", "A [sda-1, k8s-2]"]


def test_alerts_of_another_rule_are_no_siblings() -> None:
    others = [{"alertname": "A", "job": "api"}, {"alertname": "B", "job": "web", "disk": "sda-1"}]
    assert titles(group(others)) == ["A [job api]", "B [sda-1]"]


def test_what_people_group_by_is_in_the_title() -> None:
    alerts = [{"alertname": "A", "disk": "sda-1", "job": "api"}]
    assert titles(group(alerts, {"job": "api"})) == ["A [sda-1, job api]"]


def test_grafanas_folder_ends_every_title() -> None:
    """A rule's name is its own within a folder, and Grafana groups by folders, so no group shows two."""
    alert = {"alertname": "A", "grafana_folder": "CI", "host": "web-1"}
    by = {"alertname": "A", "grafana_folder": "CI"}
    assert titles(group([alert], by), "grafana") == ["A [web-1, folder CI]"]
    assert titles(group([alert]), "grafana") == ["A [web-1, folder CI]"], "whatever they group by"


def test_a_team_is_named_where_the_group_needs_it() -> None:
    two = [{"alertname": "Over budget", "team": name} for name in ("search", "ads")]
    assert titles(group(two)) == ["Over budget [team search]", "Over budget [team ads]"]
    assert titles(group(two[:1])) == ["Over budget"]


def test_a_hash_is_named_only_where_the_group_needs_it() -> None:
    uid = "0f8fad5b-d9cb-469f-a165-70867728950e"
    assert titles(group([{"alertname": "A", "pod": "api-7d9f", "uid": uid}])) == ["A [api-7d9f]"]
    two = [{"alertname": "A", "pod": "api-7d9f", "uid": each} for each in (uid, uid[::-1])]
    assert len({*titles(group(two))}) == len(two)


def test_what_was_queued_without_its_group_is_read() -> None:
    payload = group([{"alertname": "A", "disk": "sda-1"}]) | {"differing": "no list"}
    del payload["groupLabels"]
    assert telling.needed(payload) == frozenset()


def test_what_is_long_loses_its_middle() -> None:
    (title,) = titles(group([{"alertname": "A", "disk": "/" + "d" * 300}]))
    assert title == f"A [/{'d' * 29}…{'d' * 29}]"
    several = [{"alertname": "A"} | {f"l{n}": f"{side}-{'x' * 300}" for n in range(15)} for side in "ab"]
    of_group = titles(group(several))
    assert len({*of_group}) == 2
    assert all(len(title) <= MAX_WHOLE for title in of_group)


def test_a_long_name_goes_on_in_the_tail_from_word_to_word() -> None:
    name = (
        "Replication of the archive in the second data centre is behind by more than an hour for some shards"
    )
    (title,) = titles(group([{"alertname": name, "shard": "a-1"}]))
    start, _, rest = title.partition(" [")
    assert start == "Replication of the archive in the second data centre is behind by more than an…"
    assert rest == "…hour for some shards, a-1]"
    assert titles(group([{"alertname": "n" * 99}])) == [f"{'n' * 79}… […{'n' * 20}]"]


@pytest.mark.parametrize("before", range(10, 90))
def test_nothing_is_cut_within_an_account_id(before: int) -> None:
    """Part of an id would not be recognized as one, and would be shown."""
    text = f"{'q' * before}123456789012{'w' * 200}123456789012{'e' * (before - 10)}"
    shown = [
        render.title(one, routing())
        for labels in ({"alertname": text}, {"alertname": "A", "queue": text})
        for one in deliver("alertmanager", group([labels]), FALLBACK)
        if isinstance(one, AlertEvent)
    ]
    assert len(shown) == 2
    assert not any(re.search(r"\d", title[len("[P1]") :].replace("(…9012)", "")) for title in shown)


def title_of(row: AlertState) -> str:
    return row.spec.alert.title if row.spec.alert else ""


OLD = "KubeDeploymentReplicasMismatch [10.42.1.28:8080]"
NEW = "KubeDeploymentReplicasMismatch [fints-importer, firefly-iii]"


@pytest.mark.parametrize(
    ("before", "after"), [("A [web-1]", "A [web-1, job b]"), ("A", "A [web-1]"), (OLD, NEW)]
)
def test_a_condition_keeps_its_title_while_it_fires_and_for_a_day(before: str, after: str) -> None:
    row = row_of(firing(0, title=before))
    repeated = record(row, firing(60, title=after), at(60)).row
    assert title_of(repeated) == before
    again = record(row_of(firing(0, title=before), resolved(5)), firing(9, title=after), at(9)).row
    assert title_of(again) == before
    later = record(row_of(firing(0, title=before), resolved(5)), firing(2000, title=after), at(2000)).row
    assert title_of(later) == after


def test_another_name_is_news() -> None:
    row = record(row_of(firing(0, title="Disk [a]")), firing(60, title="Disk at 95 %"), at(60)).row
    assert title_of(row) == "Disk at 95 %"


def test_a_sibling_that_came_is_no_news() -> None:
    """Otherwise a redelivery would count as a repeat."""
    row = row_of(firing(0, title="A [web-1]"))
    assert record(row, firing(0, title="A [web-1, job b]"), at(0)).row is row


@pytest.mark.parametrize("before", [0, 60, 90, 100, 110, 118, 200])
def test_shortening_never_leaves_half_a_credential(before: int) -> None:
    token = "ghp_" + "a1B2c3D4e5F6" * 3
    text = "q" * before + " " + token + " " + "w" * 200
    for title in (
        telling.title("X", {"device": text}, {"device"}),
        telling.title("X", {"device": text}, ()),
        telling.title(text, {}, ()),
    ):
        assert not any(token[at : at + 8] in title for at in range(len(token) - 7))


def test_an_alert_that_fires_again_with_other_labels_has_their_title() -> None:
    """As of a classic condition, whose alert is about whatever series fires now; not while it fires."""
    first = firing(0, title="Disk full [web-1]", name="Disk full", labels={"host": "web-1"})
    row = row_of(first)
    other = {"title": "Disk full [web-2]", "name": "Disk full", "labels": {"host": "web-2"}}
    assert title_of(record(row, firing(60, **other), at(60)).row) == "Disk full [web-1]"
    over = record(row, resolved(5), at(5)).row
    assert title_of(record(over, firing(9, **other), at(9)).row) == "Disk full [web-2]"


def test_a_value_of_a_series_may_hold_commas() -> None:
    series = "labels={hosts=a, b, c, mountpoint=/var} value=93"
    payload = group([{"alertname": "Disk full"}])
    payload["alerts"][0] |= {"valueString": f"[ var='B0' metric='fs' {series} ]"}
    assert titles(payload, "grafana") == ["Disk full [hosts a, b, c, /var]"]


@pytest.mark.parametrize(
    ("value", "short"),
    [
        ("1" * 100, "…"),
        ("1" * 60, "1" * 60),
        ("1" * 61, "…"),
        ("a" * 61, f"{'a' * 30}…{'a' * 29}"),
        (f"{'a' * 28}1234{'a' * 29}", f"{'a' * 28}…{'a' * 29}"),
    ],
)
def test_nothing_is_cut_within_a_number(value: str, short: str) -> None:
    assert shortened(value, 60) == short


def halves(letter: str, limit: int) -> str:
    return f"{letter * (limit // 2)}…{letter * ((limit - 1) // 2)}"


@pytest.mark.parametrize(
    ("pieces", "tail"),
    [
        (["a" * 201], "a" * 201),
        (["a" * 202], halves("a", 100)),
        (["a" * 150, "b" * 150], f"{halves('a', 60)}, {halves('b', 60)}"),
        (["a" * 150, "b", "c" * 150, "d" * 60], f"{halves('a', 60)}, b, {halves('c', 60)}, {'d' * 60}"),
        ([letter * 150 for letter in "abcd"], ", ".join(halves(letter, 40) for letter in "abcd")),
        ([letter * 150 for letter in "abcdef"], ", ".join(halves(letter, 20) for letter in "abcdef")),
    ],
)
def test_what_distinguishes_an_alert_is_shortened_equally_until_it_fits(pieces: list[str], tail: str) -> None:
    assert written("N", pieces) == f"N [{tail}]"
    assert len(written("N", [letter * 150 for letter in "abcdefghijkl"])) == MAX_WHOLE
    assert written("N", []) == "N"


@pytest.mark.parametrize(
    ("name", "start", "rest"),
    [
        ("n" * 80, "n" * 80, ""),
        ("n" * 81, f"{'n' * 79}…", "nn"),
        (f"{'n' * 50} {'m' * 50}", f"{'n' * 50}…", "m" * 50),
        (f"{'n' * 49} {'m' * 50}", f"{'n' * 49} {'m' * 29}…", "m" * 21),
        (f"{'n' * 79} {'m' * 50}", f"{'n' * 79}…", "m" * 50),
        (f"{'n' * 80} {'m' * 50}", f"{'n' * 79}…", f"n {'m' * 50}"),
        (f"{'n' * 60}-{'m' * 9}_{'k' * 20}", f"{'n' * 60}-{'m' * 9}…", f"_{'k' * 20}"),
        (f"{'n' * 60}{'1' * 30}", f"{'n' * 60}…", "1" * 30),
    ],
)
def test_a_long_name_is_cut_between_words_or_before_a_number(name: str, start: str, rest: str) -> None:
    assert head(name) == start
    assert written(name, ["web-1"]) == (f"{start} […{rest}, web-1]" if rest else f"{start} [web-1]")


def test_the_series_of_a_classic_condition_are_in_its_title() -> None:
    alert = {"valueString": "[ var='B0' metric='fs' labels={host=web-1, mountpoint=/var} value=93 ]"}
    payload = group([{"alertname": "Disk full", "grafana_folder": "CI"}])
    payload["alerts"][0] |= alert
    assert titles(payload, "grafana") == ["Disk full [/var, web-1, folder CI]"]


@pytest.mark.parametrize(
    ("label", "title"),
    [
        ({"runbook": "https://wiki.example.org/queue"}, "Queue [pool gpu]"),
        ({"Dashboard_URL": "https://grafana.example.org/d/1"}, "Queue [pool gpu]"),
        ({"runbook": "queue"}, "Queue [pool gpu, runbook queue]"),
        ({"target": "https://ci.example.org"}, "Queue [pool gpu, https://ci.example.org]"),
    ],
)
def test_a_title_has_no_address_that_the_issue_shows_as_a_link(label: dict[str, str], title: str) -> None:
    assert titles(group([{"alertname": "Queue", "pool": "gpu"} | label])) == [title]
