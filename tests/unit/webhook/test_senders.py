"""Senders by name: what they must present, what they may not do, and what can be wrong with an entry."""

import hashlib
import hmac
import itertools
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters import envelope
from chalicelib.adapters.sender import MOST_LIMITS, Sender
from chalicelib.webhook import refusals, senders
from chalicelib.webhook.alerts import AlertWebhook
from chalicelib.webhook.external_alerts import ExternalAlerts
from chalicelib.webhook.http import HttpAnswer, Posted
from chalicelib.webhook.refusals import Refusals
from tests.twins.clock import START, ManualClock
from tests.twins.telemetry import Recorder
from tests.unit.webhook.test_alerts import ALERT, JSON, MemorySecret, MemoryTopic

EAST = {"name": "east", "source": "alertmanager", "token": "token-of-east"}
WEST = {"name": "west", "source": "alertmanager", "token": ["old-token-of-west", "token-of-west"]}
CHECKER = {
    "name": "queue-checker",
    "source": "normalized",
    "token": "token-of-the-checker",
    "header": "X-Queue-Checker-Signature",
    "teams": ["gpu", "dev-infra"],
    "repositories": ["example-org/alerts"],
}
SIGNING_SECRETS = ["secret-of-the-signer", "next-secret-of-the-signer"]
SIGNER = {
    "name": "signer",
    "source": "normalized",
    "hmac": {
        "secret": SIGNING_SECRETS,
        "header": "X-Signer",
        "prefix": "sha256=",
        "timestamp_header": "X-Signer-Time",
    },
}
TODAY = {"alertmanager_webhook_token": "token-of-all", "x-grafana-token": "token-of-a-header"}
GROUP = {"receiver": "r", "version": "4", "alerts": [ALERT]}
CANONICAL = {"schema_version": 1, "source": "queue-checker", "state": "FIRING", "team": "gpu"}
HELD = TODAY | {"senders": [EAST, WEST, CHECKER, SIGNER]}
NOW = int(START.timestamp())


class Edge:
    """Both addresses on working twins."""

    def __init__(self, secret: dict[str, Any] = HELD) -> None:
        self.topic, self.telemetry, self.clock = MemoryTopic(), Recorder(), ManualClock()
        self.secret = MemorySecret(secret, secret)
        self._alerts = AlertWebhook(
            self.topic, self.secret, self.clock.now, self.telemetry, Refusals(self.telemetry)
        )

    def post(self, source: str, body: object, headers: dict[str, str]) -> HttpAnswer:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        edge = ExternalAlerts(self._alerts) if source == "external" else self._alerts
        return edge.accept(Posted(source, headers, content, "request-1", self.clock.now()))

    @property
    def stamped(self) -> list[Sender | None]:
        """Who has sent each message, as the collector reads it."""
        records = [
            {
                "messageId": "m",
                "receiptHandle": "r",
                "body": json.dumps(body),
                "attributes": {"SentTimestamp": "1"},
                "messageAttributes": {name: {"stringValue": value} for name, value in attributes.items()},
            }
            for body, attributes in self.topic.published
        ]
        return [envelope.read(record).sender for record in records]

    def event(self, name: str) -> list[dict[str, Any]]:
        return [keys for event, keys in self.telemetry.events if event == name]


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def signed(secret: str, body: bytes, time: int) -> dict[str, str]:
    digest = hmac.new(secret.encode(), f"{time}:".encode() + body, hashlib.sha256).hexdigest()
    return {"x-signer": f"sha256={digest}", "x-signer-time": str(time)}


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        (bearer("token-of-east"), "east"),
        ({"x-alertmanager-token": "token-of-east"}, "east"),
        (bearer("old-token-of-west"), "west"),
        (bearer("token-of-west"), "west"),
        (bearer("token-of-all"), None),
    ],
)
def test_a_token_says_who_sent_an_alert_and_the_log_has_the_name(headers: dict[str, str], name: str) -> None:
    edge = Edge()
    assert edge.post("alertmanager", GROUP, headers).status == 202
    assert [sender and sender.name for sender in edge.stamped] == [name]
    (accepted,) = edge.event("WEBHOOK_ACCEPTED")
    assert accepted.get("sender") == name


def test_one_sender_is_revoked_alone() -> None:
    edge = Edge()
    edge.secret.current = HELD | {"senders": [WEST, CHECKER, SIGNER]}
    edge.secret.kept = edge.secret.current
    assert edge.post("alertmanager", GROUP, bearer("token-of-east")).status == 401
    assert edge.post("alertmanager", GROUP, bearer("token-of-west")).status == 202
    assert edge.post("alertmanager", GROUP, bearer("token-of-all")).status == 202


def test_a_sender_added_a_moment_ago_is_let_in_at_once() -> None:
    edge = Edge(TODAY)
    edge.secret.current = HELD
    assert edge.post("alertmanager", GROUP, bearer("token-of-east")).status == 202


def test_a_senders_token_opens_its_own_source_alone() -> None:
    edge = Edge()
    assert edge.post("grafana", GROUP, bearer("token-of-east")).status == 401
    assert edge.post("normalized", CANONICAL, bearer("token-of-east")).status == 401


def test_a_sender_may_have_a_header_of_its_own_for_its_token() -> None:
    edge = Edge()
    own = {"x-queue-checker-signature": "token-of-the-checker"}
    assert edge.post("normalized", CANONICAL, own).status == 202
    assert edge.post("external", CANONICAL, own).status == 200
    assert edge.post("normalized", CANONICAL, {"x-other": "token-of-the-checker"}).status == 401
    limits = Sender("queue-checker", ("gpu", "dev-infra"), ("example-org/alerts",))
    assert edge.stamped == [limits, limits]


def test_a_sender_signs_in_headers_of_its_own_with_any_of_its_secrets() -> None:
    edge, body = Edge(), json.dumps(CANONICAL).encode()
    for secret in SIGNING_SECRETS:
        assert edge.post("normalized", body, signed(secret, body, NOW)).status == 202
    assert edge.post("normalized", body, signed("another", body, NOW)).status == 401
    assert edge.post("normalized", body, signed("secret-of-the-signer", body, NOW - 301)).status == 401
    assert edge.post("normalized", body + b" ", signed("secret-of-the-signer", body, NOW)).status == 401
    assert [sender and sender.name for sender in edge.stamped] == ["signer", "signer"]


def test_where_a_sender_has_a_token_and_a_secret_it_must_present_both() -> None:
    body = json.dumps(CANONICAL).encode()
    edge = Edge({"senders": [SIGNER | {"token": "token-of-the-signer"}]})
    proof = signed("secret-of-the-signer", body, NOW)
    assert edge.post("normalized", body, proof).status == 401
    assert edge.post("normalized", body, bearer("token-of-the-signer")).status == 401
    assert edge.post("normalized", body, proof | bearer("token-of-the-signer")).status == 202


def test_without_headers_of_its_own_a_sender_signs_as_its_source_does() -> None:
    body = json.dumps(GROUP).encode()
    edge = Edge({"senders": [{"name": "east", "source": "alertmanager", "hmac": {"secret": "s"}}]})
    digest = hmac.new(b"s", body, hashlib.sha256).hexdigest()
    assert edge.post("alertmanager", body, {"x-alertmanager-alerting-signature": digest}).status == 202


def test_a_sender_outweighs_the_key_of_its_source_that_has_the_same_token() -> None:
    edge = Edge({"alertmanager_webhook_token": "one", "senders": [EAST | {"token": "one"}]})
    assert edge.post("alertmanager", GROUP, bearer("one")).status == 202
    assert [sender and sender.name for sender in edge.stamped] == ["east"]


def test_at_the_earlier_address_a_sender_posts_what_its_source_sends_and_nothing_else() -> None:
    edge = Edge()
    answer = edge.post("external", {"receiver": "r", "alerts": [ALERT]}, bearer("token-of-the-checker"))
    assert answer.status == 403
    assert "queue-checker may post alerts of " in answer.body["error"]
    assert edge.topic.published == []
    assert edge.post("external", CANONICAL, {"x-grafana-token": "token-of-a-header"}).status == 200
    assert edge.stamped == [None], "today's keys name nobody"


def test_a_refusal_after_the_token_names_the_sender() -> None:
    edge = Edge()
    assert edge.post("alertmanager", b"{", bearer("token-of-east")).status == 400
    assert edge.post("alertmanager", GROUP, bearer("wrong")).status == 401
    assert [refused.get("sender") for refused in edge.event("WEBHOOK_REFUSED")] == ["east", None]


def test_a_sender_that_runs_wild_is_held_off_and_no_other() -> None:
    edge = Edge({"senders": [EAST | {"requests_per_minute": 2}, WEST]})
    east, west = bearer("token-of-east"), bearer("token-of-west")
    assert [edge.post("alertmanager", GROUP, east).status for _ in range(2)] == [202, 202]
    edge.clock.pass_(seconds=15)
    answer = edge.post("alertmanager", GROUP, east)
    assert (answer.status, answer.headers) == (429, {"Retry-After": "45"})
    assert answer.body == {"error": "east may make 2 requests a minute; send this again in 45 s"}
    assert edge.post("alertmanager", GROUP, west).status == 202
    (refused,) = edge.event("WEBHOOK_REFUSED")
    assert (refused["sender"], refused["reason"]) == ("east", "TOO_MANY_REQUESTS")
    assert ("AlertsNotTaken", 1, {}) in edge.telemetry.counts, "an alarm tells people"
    edge.clock.pass_(seconds=45)
    assert edge.post("alertmanager", GROUP, east).status == 202


def test_the_limit_is_the_same_at_the_earlier_address() -> None:
    edge = Edge({"senders": [CHECKER | {"requests_per_minute": 1}]})
    own = {"x-queue-checker-signature": "token-of-the-checker"}
    assert edge.post("external", CANONICAL, own).status == 200
    assert edge.post("normalized", CANONICAL, own).status == 429
    assert edge.post("external", CANONICAL, own).status == 429


def test_a_sender_whose_requests_are_refused_leaves_room_in_the_log_for_others() -> None:
    edge = Edge()
    for _ in range(2 * refusals.MOST):
        edge.post("alertmanager", b"{", bearer("token-of-east"))
    edge.post("alertmanager", b"{", bearer("token-of-west"))
    logged = [refused["sender"] for refused in edge.event("WEBHOOK_REFUSED")]
    assert logged == ["east"] * refusals.MOST + ["west"]


def test_an_entry_that_cannot_be_used_lets_in_nobody_and_shuts_out_nobody_else() -> None:
    edge = Edge(TODAY | {"senders": [EAST | {"teams": "gpu"}, WEST]})
    assert edge.post("alertmanager", GROUP, bearer("token-of-west")).status == 202
    assert edge.post("alertmanager", GROUP, bearer("token-of-all")).status == 202
    assert edge.post("alertmanager", GROUP, bearer("token-of-east")).status == 503
    ((name, error),) = edge.telemetry.problems
    assert name == "WEBHOOK_NOT_CONFIGURED"
    assert "senders, number 1: teams must be a list of teams" in str(error)


SECRETS = ("token-of-", "secret-of-")
FAULTY: list[tuple[object, str]] = [
    ("east", "must be an object"),
    (EAST | {"name": "East"}, "name must be lower-case letters"),
    (EAST | {"name": "e" * 46}, "name must be"),
    (EAST | {"name": "east\n"}, "name must be"),
    ({"source": "alertmanager", "token": "token-of-east"}, "name must be"),
    (EAST | {"source": "nagios"}, "source must be one of grafana"),
    (EAST | {"source": []}, "source must be one of"),
    (EAST | {"token": ""}, "token must be a string that is not empty"),
    (EAST | {"token": ["token-of-east", 7]}, "token must be a string"),
    (EAST | {"token": None}, "needs `token`"),
    (EAST | {"tokens": "token-of-east"}, "tokens is not one of name, source"),
    (EAST | {"header": "Authorization"}, "header must be the name of a header that begins with X-"),
    (EAST | {"hmac": "secret-of-east"}, "hmac must be an object"),
    (EAST | {"hmac": ""}, "hmac must be an object"),
    (EAST | {"hmac": {}}, "needs `token`, or `hmac` with a `secret`"),
    (EAST | {"hmac": {"secret": ""}}, "hmac.secret must be a string that is not empty"),
    (EAST | {"hmac": {"secret": "secret-of-east", "header": "Signature"}}, "hmac.header must be the name"),
    (EAST | {"hmac": {"secret": "secret-of-east", "prefix": "v1="}}, "hmac needs `header`"),
    (EAST | {"hmac": {"secret": "secret-of-east", "algorithm": "md5"}}, "hmac.algorithm is not one of"),
    (EAST | {"hmac": {"secret": "s", "header": "X-S", "prefix": "a b"}}, "hmac.prefix must be at most 20"),
    (EAST | {"hmac": {"secret": "s", "header": "X-S", "timestamp_header": 1}}, "hmac.timestamp_header must"),
    (EAST | {"teams": []}, "teams must be a list"),
    (EAST | {"teams": ["Dev Infra"]}, "teams must be a list of teams, each a slug"),
    (EAST | {"repositories": ["alerts"]}, "repositories must be a list of repositories as owner/name"),
    (EAST | {"teams": ["a" * 45] * (MOST_LIMITS // 45 + 1)}, "may have 400 characters in total"),
    (EAST | {"requests_per_minute": 0}, "requests_per_minute must be a whole number above zero"),
    (EAST | {"requests_per_minute": True}, "requests_per_minute must be"),
    (EAST | {"keeps_identity": "yes"}, "keeps_identity must be true or false"),
]


@pytest.mark.parametrize(("entry", "said"), FAULTY)
def test_a_fault_says_where_it_is_and_what_is_wanted_and_holds_no_value(entry: object, said: str) -> None:
    read = senders.read({"senders": [WEST, entry]})
    assert [known.sender.name for known in read.entries] == ["west"]
    assert any(fault.startswith("senders, number 2: ") and said in fault for fault in read.faults), (
        read.faults
    )
    assert not any(secret in fault for secret in SECRETS for fault in read.faults)


def test_every_fault_is_told_at_once() -> None:
    read = senders.read({"senders": [{"name": "East", "source": "x", "hmac": {"header": "S"}}, 7]})
    assert len(read.faults) == 5
    assert senders.read({"senders": {"east": "token-of-east"}}).faults == (
        "senders must be a list of objects",
    )


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (WEST | {"name": "east"}, "east is the name of an earlier one"),
        (WEST | {"token": "token-of-east"}, "west has a token or secret of east"),
    ],
)
def test_two_senders_that_nobody_could_tell_apart_are_a_fault(second: dict[str, Any], said: str) -> None:
    read = senders.read({"senders": [EAST, second]})
    assert [known.sender.name for known in read.entries] == ["east"]
    assert read.faults == (f"senders, number 2: {said}",)
    other_source = senders.read({"senders": [EAST, second | {"source": "grafana", "name": "other"}]})
    assert other_source.faults == ()


def test_the_limits_of_a_sender_fit_into_what_a_queues_attribute_holds() -> None:
    most = ("a" * 45,) * (MOST_LIMITS // 45)
    (entry,) = senders.read({"senders": [EAST | {"name": "e" * 45, "teams": list(most)}]}).entries
    assert len(replace(entry.sender, keeps_identity=True).written()) <= 500


@given(told=JSON | st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(CHECKER, JSON))))
def test_whatever_stands_there_nobody_is_let_in_by_it_and_it_does_not_crash(told: object) -> None:
    edge = Edge({"senders": told})
    answer = edge.post("normalized", CANONICAL, {"x-normalized-token": "", **bearer("guess-7f3a")})
    assert answer.status in (401, 503)


def test_the_guides_example_is_read_and_its_table_has_every_field() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "senders" / "tokens.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.+?)```", guide, re.DOTALL)
    tokens = itertools.count()
    read = senders.read(json.loads(re.sub(r'"\.\.\."', lambda _: f'"token-{next(tokens)}"', example)))
    assert (len(read.entries), read.faults) == (3, ())
    described = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.+?) \|", guide, re.MULTILINE))))
    (fault,) = senders.read({"senders": [EAST | {"strange": 1}]}).faults
    assert described == {*fault.rpartition("one of ")[2].split(", ")}
