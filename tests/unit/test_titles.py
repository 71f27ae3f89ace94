"""Two conditions of one repository have different titles, unless even their labels are equal.

Of each source: all samples, and alerts as it may send them, alone and in groups, one after another.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import render
from chalicelib.adapters.titles import MAX_NAME
from chalicelib.alert import AlertEvent, Condition, Kind
from chalicelib.conditions import outcome
from chalicelib.conditions.issue import Draft
from chalicelib.conditions.record import record
from chalicelib.conditions.row import Lease
from chalicelib.conditions.steps import OpenIssue, UpdateIssue
from chalicelib.render import board as boards
from chalicelib.routing import Home, Routing
from chalicelib.sync import intents
from chalicelib.sync.execute import Executor
from tests.local.senders import GrafanaAlert, grafana_group
from tests.twins.tracker import MemoryTracker
from tests.unit import up_to
from tests.unit.adapters.test_adapters import SAMPLES, read
from tests.unit.builders import at, firing, row_of
from tests.unit.messages import FALLBACK, deliver
from tests.unit.rows import routing

PRIORITY = len("[P1] ")
ACCOUNTS = ("123456789012", "210987654321", "111122223333")
TEAM = {"team": "infra", "priority": "P1"}


def alerts(source: str, payloads: Iterable[object]) -> list[AlertEvent]:
    told = [one for each in payloads for one in deliver(source, each, FALLBACK)]
    return [one for one in told if isinstance(one, AlertEvent)]


def _labels(alert: AlertEvent) -> Mapping[str, str]:
    """What a source itself calls labels; what identifies an alarm is its ARN."""
    if alert.source == "cloudwatch":
        return {"arn": str(alert.identity.alarm_id)}
    sent = (alert.raw_provider or {}).get("labels")
    return sent if isinstance(sent, dict) else {**alert.labels, "id": str(alert.identity.alarm_id)}


def clashes(shown: Iterable[AlertEvent], where: Routing) -> Iterator[tuple[str, AlertEvent, AlertEvent]]:
    known: dict[str, AlertEvent] = {}
    for alert in shown:
        title = render.title(alert, where)[PRIORITY:]
        other = known.setdefault(title, alert)
        if other.fingerprint != alert.fingerprint and _labels(other) != _labels(alert):
            yield title, other, alert


def head(title: str) -> str:
    return title[PRIORITY:].partition(" [")[0].replace("\u200b", "")


@pytest.mark.parametrize("team", ["infra", "private"])
def test_in_all_samples(team: str) -> None:
    shown = [
        alert.model_copy(update={"teams": (team,)})
        for path in SAMPLES
        for alert in alerts(path.parent.name, [read(path)["payload"]])
    ]
    assert len(shown) > 100
    assert list(clashes(shown, routing())) == []
    assert all(len(head(render.title(alert, routing()))) <= MAX_NAME for alert in shown)


WORDS = st.sampled_from(
    ["web-1", "web-2", "/var", "10.0.0.5:9100", "a", "b", "1", "kube-state-metrics", "ci arm64"]
)
NAMES = st.sampled_from(
    ["instance", "pod", "job", "namespace", "mountpoint", "severity", "prometheus", "queue", "team_name"]
)
RULES = st.sampled_from(["Disk full", "r" * 78 + " one", "r" * 78 + " two", "A [b]"])
PLACE = st.tuples(st.sampled_from(["us-east-1", "eu-west-1"]), st.sampled_from(ACCOUNTS))


def member(number: int, labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "status": "firing",
        "labels": dict(labels),
        "annotations": TEAM,
        "startsAt": "2026-07-30T13:24:10Z",
        "fingerprint": f"{number:016x}",
    }


@up_to(300)
@given(
    names=st.lists(NAMES, min_size=1, max_size=6, unique=True),
    source=st.sampled_from(["alertmanager", "grafana"]),
    named=st.booleans(),
    data=st.data(),
)
def test_of_groups(names: list[str], source: str, *, named: bool, data: st.DataObject) -> None:
    """Groups of one route differ in what they group by; each alert is first received with those before it."""
    own = {"alertname": RULES} if named else {}
    own |= {"grafana_folder": st.sampled_from(["CI", "Storage", "CI/Runners"])} if source == "grafana" else {}
    by = data.draw(st.sets(st.sampled_from([*names, *own])))
    each = st.fixed_dictionaries({**dict.fromkeys(names, WORDS), **own})
    groups: dict[str, list[tuple[int, dict[str, str]]]] = {}
    first: list[AlertEvent] = []
    for number, labels in enumerate(data.draw(st.lists(each, min_size=1, max_size=6))):
        shared = {name: labels[name] for name in sorted(by)}
        members = groups.setdefault(json.dumps(shared), [])
        members.append((number, labels))
        group: dict[str, Any] = {
            "groupKey": "{}",
            "groupLabels": shared,
            "alerts": [member(*one) for one in members],
        }
        group |= {"version": "4"} if source == "alertmanager" else {"version": "1", "orgId": 1}
        first.append(alerts(source, [group])[-1])
    assert list(clashes(first, routing())) == []
    assert all(len(head(render.title(alert, routing()))) <= MAX_NAME for alert in first)


@up_to(100)
@given(
    alarms=st.lists(
        st.tuples(PLACE, RULES | st.sampled_from([f"alarm-{each}-cpu" for each in ACCOUNTS])), max_size=6
    ),
    home=st.none() | st.builds(Home, st.sampled_from(ACCOUNTS), st.just("eu-west-1")),
    event=st.booleans(),
)
def test_of_alarms(alarms: list[tuple[tuple[str, str], str]], home: Home | None, *, event: bool) -> None:
    """Alarms have their name to themselves within their account and region."""
    sample = "eventbridge-metric-math" if event else "metric-math"
    (path,) = (each for each in SAMPLES if each.stem == sample)
    sent = []
    for (region, account), name in alarms:
        arn = f"arn:aws:cloudwatch:{region}:{account}:alarm:{name}"
        payload = json.loads(json.dumps(read(path)["payload"]))
        if event:
            payload |= {"resources": [arn], "account": account}
            payload["detail"]["alarmName"] = name
        else:
            payload |= {"AlarmName": name, "AlarmArn": arn, "AWSAccountId": account}
        sent.append(payload)
    told = alerts("cloudwatch", sent)
    assert len(told) == len(alarms)
    where = Routing(routing().default, routing().teams, routing().fallback, home)
    assert list(clashes(told, where)) == []
    assert all(len(head(render.title(alert, where))) <= MAX_NAME for alert in told)
    assert not any(account in render.title(alert, where) for alert in told for account in ACCOUNTS)


@up_to(100)
@given(
    monitors=st.lists(
        st.tuples(
            RULES,
            st.sets(st.sampled_from(["host:web-1", "host:web-2", "env:prod", "disk:/var"])),
            st.sets(st.sampled_from(["service:api", "service:web", "region:eu", "tier:1"])),
        ),
        max_size=6,
    )
)
def test_of_monitors(monitors: list[tuple[str, set[str], set[str]]]) -> None:
    told = alerts(
        "datadog",
        [
            {
                "alert_id": str(number),
                "alert_transition": "Triggered",
                "alert_scope": ",".join(sorted(scope)) or "*",
                "title": f"[Triggered on {{{','.join(sorted(scope))}}}] {name}",
                "date": "1795403404733",
                "tags": ",".join(["team:infra", "priority:P2", *sorted(scope | tags)]),
            }
            for number, (name, scope, tags) in enumerate(monitors)
        ],
    )
    assert len(told) == len(monitors)
    same = [(each.title, tuple(sorted(each.labels.items()))) for each in told]
    assert len({title for title, _ in same}) == len({*same})


@up_to(100)
@given(incidents=st.lists(st.tuples(RULES, WORDS), max_size=6))
def test_of_incidents(incidents: list[tuple[str, str]]) -> None:
    """One that recurs is another incident, with the same title and service."""
    told = alerts(
        "pagerduty",
        [
            {
                "event": {
                    "event_type": "incident.triggered",
                    "occurred_at": "2026-07-30T13:24:10Z",
                    "data": {
                        "id": f"Q{number}",
                        "type": "incident",
                        "status": "triggered",
                        "title": title,
                        "number": number,
                        "service": {"summary": service},
                    },
                }
            }
            for number, (title, service) in enumerate(incidents)
        ],
    )
    assert len({each.title for each in told}) == len(told) == len(incidents)


@up_to(100)
@given(
    emitted=st.lists(
        st.fixed_dictionaries(
            {
                "title": RULES,
                "identity": st.fixed_dictionaries(
                    {},
                    optional={
                        "alarm_id": st.sampled_from(
                            ["nightly-db", "nightly-files", "disk/full/7", "queue/7"]
                        ),
                        "region": st.sampled_from(["eu", "us"]),
                        "account_id": st.sampled_from([*ACCOUNTS[:2], "bors.example.org"]),
                    },
                ),
            },
            optional={"labels": st.dictionaries(NAMES, WORDS, max_size=3)},
        ),
        max_size=5,
    )
)
def test_of_your_own_emitters(emitted: list[dict[str, Any]]) -> None:
    """Where an emitter names no id, its title is its id."""
    common = {"source": "backups", "state": "FIRING", "priority": "P2", "teams": ["infra"]}
    sent = [
        {"schema_version": 1, "occurred_at": "2026-07-30T13:24:10Z", **common, **each} for each in emitted
    ]
    told = alerts("normalized", sent)
    assert len(told) == len(emitted)
    known: dict[str, AlertEvent] = {}
    for alert in told:
        other = known.setdefault(render.title(alert, routing()), alert)
        assert other.fingerprint == alert.fingerprint
        assert len(head(render.title(alert, routing()))) <= MAX_NAME


def test_with_details_none_a_title_holds_the_rules_name_alone() -> None:
    """Then siblings have one title: a label that is not to be public is not in it either."""
    for path in SAMPLES:
        for alert in alerts(path.parent.name, [read(path)["payload"]]):
            terse = alert.model_copy(update={"teams": ("terse",)})
            name = render.title(terse.model_copy(update={"title": "x [y]", "labels": {}}), routing())
            assert render.title(terse, routing()) == name


def test_an_account_is_named_by_its_last_digits_or_where_everything_is_shown_by_its_id() -> None:
    (path,) = (each for each in SAMPLES if each.stem == "account-in-name")
    (alert,) = alerts("cloudwatch", [read(path)["payload"]])
    called = "…3333"
    told = {
        team: render.title(alert.model_copy(update={"teams": (team,)}), routing())
        for team in ("infra", "private", "terse")
    }
    assert told == {
        "infra": f"[P1] app_({called})_prod-errors [eu-west-1, account {called}]",
        "private": "[P1] app_111122223333_prod-errors [eu-west-1, account 111122223333]",
        "terse": f"[P1] app_({called})_prod-errors",
    }


def shortened(name: str) -> str:
    """A name as the version before wrote it in a group's title."""
    return name if len(name) <= MAX_NAME else f"{name[:40]}…{name[-39:]}"


LONG = "a name of more than eighty characters, which the version before has shortened in its middle"


@pytest.mark.parametrize("tail", ["", " [web-1]"])
def test_an_alert_that_fires_during_the_deployment_keeps_its_title(tail: str) -> None:
    """An earlier version recorded it without its name; each notification has a title of its own."""
    for path in SAMPLES:
        for sent in alerts(path.parent.name, [read(path)["payload"]]):
            for name in (sent.name or "", LONG):
                fires = {"state": Condition.FIRING, "kind": Kind.CONDITION}
                alert = sent.model_copy(update={**fires, "name": name})
                before = alert.model_copy(update={"title": f"{shortened(name)}{tail}", "name": None})
                row = record(None, before, alert.occurred_at).row
                later = alert.model_copy(update={"occurred_at": alert.occurred_at + timedelta(hours=5)})
                kept = record(row, later, later.occurred_at).row.spec.alert
                assert kept
                assert (kept.title, kept.name) == (before.title, None)


@pytest.mark.parametrize(
    ("title", "team", "before", "after"),
    [
        ("Disk full [web-1]", "infra", "Disk full [web-1]", "Disk full [web-1]"),
        ("Disk full [web-1]", "private", "Disk full [web-1]", "Disk full [web-1]"),
        ("Disk full [web-1]", "terse", "Disk full [web-1]", "Disk full"),
        ("errors-123456789012", "infra", "errors-(account)", "errors-(…9012)"),
        ("errors-123456789012", "private", "errors-(account)", "errors-123456789012"),
        ("errors-123456789012", "terse", "errors-(account)", "errors-(…9012)"),
    ],
)
def test_an_open_issue_is_retitled_once_where_it_hid_an_account_or_is_to_hide_its_labels(
    title: str, team: str, before: str, after: str
) -> None:
    """And only together with its text, when there is something else to write."""
    alert = firing(0, title=title, teams=(team,), name=None)
    row = row_of(alert)
    where = routing()
    repository = where.route(alert.teams).repository
    tracker = MemoryTracker(lambda: at(2))
    seen = tracker.open(repository, Draft(title=f"[P1] {before}", body="", labels=()), at(99))
    begun = intents.intent(row, OpenIssue(), where, at(1))
    assert begun
    begun = replace(begun, title=f"[P1] {before}")
    row = replace(row, status=outcome.opened(row, begun, seen, at(1)), lease=Lease("w", at(99)))
    execute = Executor(lambda: tracker, where, lambda: at(2))
    for _ in range(2):
        row = execute.execute(row, UpdateIssue(seen.ref))
        assert tracker.threads[seen.ref].seen.title == f"[P1] {after}"
        assert row.status.issue
        assert row.status.issue.title == f"[P1] {after}"


SECRET = "quiet-falcon-7"


@pytest.mark.parametrize("source", ["alertmanager", "grafana"])
def test_with_details_none_no_label_is_public(source: str) -> None:
    """Not in titles, tables, links made of labels, or the values of a series; only in what a rule writes."""
    labels = {"alertname": "Disk full", "host": SECRET, "team": "terse", "grafana_folder": "CI"}
    series = f"[ var='B0' labels={{disk={SECRET}}} value=1 ], [ var='B1' labels={{disk=b}} value=2 ]"
    alert = member(1, labels) | {
        "annotations": TEAM | {"team": "terse", "summary": "A disk is full", "note": SECRET},
        "valueString": series,
        "silenceURL": f"https://grafana.example.org/silence/new?matcher=host%3D{SECRET}",
        "panelURL": f"https://grafana.example.org/d/a?var-host={SECRET}",
        "generatorURL": "https://grafana.example.org/rule",
        "imageURL": "https://grafana.example.org/panel.png",
    }
    group: dict[str, Any] = {
        "groupKey": "{}",
        "externalURL": "https://am.example.org",
        "groupLabels": {"host": SECRET},
    }
    group |= {"version": "4"} if source == "alertmanager" else {"version": "1", "orgId": 1}
    (fires,) = alerts(source, [group | {"alerts": [alert]}])
    assert SECRET in fires.title
    row = record(None, fires, fires.occurred_at).row
    ended = fires.model_copy(update={"state": Condition.RESOLVED, "occurred_at": later(fires)})
    over = record(row, ended, later(fires)).row
    said = [render.title(fires, routing())]
    said += [render.body(each, routing(), later(fires)) for each in (row, over)]
    said.append(render.comment(row, routing(), "repeat-1", later(fires)))
    said.append(boards.page(boards.Board(open=[row], closed=[over]), routing(), later(fires)))
    assert [text for text in said if SECRET in text] == []
    assert "Silence it (no link: its address holds labels)" in said[1]
    assert "panel.png" not in said[1]
    public = record(None, fires.model_copy(update={"teams": ("infra",)}), fires.occurred_at).row
    assert ("panel.png" in render.body(public, routing(), later(fires))) is (source == "grafana")


def later(alert: AlertEvent) -> datetime:
    return alert.occurred_at + timedelta(minutes=9)


@pytest.mark.parametrize("labels", [{}, {"host": "h1"}], ids=["no-label", "a-label"])
def test_the_local_grafana_knows_how_the_issue_of_its_alert_is_called(labels: dict[str, str]) -> None:
    """The demo and the benchmark find issues by this name."""
    sent = GrafanaAlert("Disk almost full", "P3", "storage", "It is full", labels)
    (alert,) = deliver("grafana", grafana_group([sent.payload(at(0))]), FALLBACK)

    assert alert.title == sent.title
