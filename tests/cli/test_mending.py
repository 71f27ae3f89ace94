"""A message gets the team or priority that it lacks where its source has it, and stays else as it came."""

import json
import re
from typing import Any

import pytest

from chalicelib.adapters.registry import SOURCES
from chalicelib.adapters.source import Example
from chalicelib.alert import Priority
from chalicelib.cli import payloads
from chalicelib.cli.payloads import mend
from chalicelib.cli.trouble import Trouble
from tests.cli.prompt import run
from tests.local import senders
from tests.unit.builders import at
from tests.unit.messages import REQUEST

OWNER = re.compile(r"\b(team|priority)[:=][^,|\n]*", re.IGNORECASE)


def unowned(value: Any) -> Any:
    """The value without members named after a team or priority, and without those words in its texts."""
    if isinstance(value, dict):
        names = [name for name in value if name.casefold() not in {"team", "teams", "priority"}]
        return {name: unowned(value[name]) for name in names}
    if isinstance(value, list):
        return [unowned(each) for each in value if not names_owner(each)]
    return OWNER.sub("", value) if isinstance(value, str) else value


def names_owner(pair: object) -> bool:
    """Whether it is a pair that names a team or a priority, as Sentry has them."""
    return isinstance(pair, dict) and pair.get("name") in {"team", "priority"}


def message(source: str, **more: Any) -> dict[str, Any]:
    """What the queue gets of the source's template."""
    template = SOURCES[source].template(Example(at(0), **more))
    if not SOURCES[source].posts:
        return dict(template)
    (payload,) = SOURCES[source].payloads(template, REQUEST)
    return payload


def without_owner(source: str) -> dict[str, Any]:
    """The source's template, without team and priority."""
    return dict(unowned(message(source)))


def explained(source: str, body: str) -> dict[str, Any]:
    (answer,) = run(f"explain --json --source {source} -", stdin=body).json
    return dict(answer)


def owner(source: str, body: str) -> tuple[list[str], str]:
    alert = explained(source, body)["alert"]
    return alert["teams"], alert["priority"]


@pytest.mark.parametrize("source", SOURCES)
def test_what_a_message_lacks_is_put_where_its_source_has_it(source: str) -> None:
    body = json.dumps(without_owner(source))
    assert explained(source, body)["outcome"] == "rejected"
    assert owner(source, mend(source, body, "storage", Priority.P2)) == (["storage"], "P2")


@pytest.mark.parametrize("source", SOURCES)
def test_the_condition_stays_the_same(source: str) -> None:
    body = json.dumps(message(source))
    mended = mend(source, body, "elsewhere", Priority.P0)
    assert owner(source, mended) == (["elsewhere"], "P0")
    assert explained(source, mended)["fingerprint"] == explained(source, body)["fingerprint"]


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_not_put_in_stays_as_it_is(source: str) -> None:
    body = json.dumps(message(source, team="storage", priority=Priority.P2))
    assert owner(source, mend(source, body, "elsewhere", None)) == (["elsewhere"], "P2")
    assert owner(source, mend(source, body, None, Priority.P0)) == (["storage"], "P0")


def test_an_alarm_that_eventbridge_forwarded_is_mended_in_its_configuration() -> None:
    body = json.dumps(senders.eventbridge("Queue", "For people.", at(0)))
    mended = mend("cloudwatch", body, "storage", Priority.P1)
    assert owner("cloudwatch", mended) == (["storage"], "P1")
    assert explained("cloudwatch", mended)["alert"]["description"] == "For people."


def test_an_event_alone_is_put_where_a_rule_can_say_whose_it_is() -> None:
    event = message("aws-batch")["event"]
    mended = mend("aws-batch", json.dumps(event), "storage", Priority.P1)
    assert json.loads(mended) == {"event": event, "team": "storage", "priority": "P1"}
    assert owner("aws-batch", mended) == (["storage"], "P1")


def test_within_an_envelope_of_sns_the_message_is_mended() -> None:
    inner = json.dumps(without_owner("cloudwatch"))
    body = json.dumps({"Type": "Notification", "TopicArn": "arn:aws:sns:x", "Message": inner})
    assert owner("cloudwatch", mend("cloudwatch", body, "storage", Priority.P1)) == (["storage"], "P1")


@pytest.mark.parametrize("enveloped", [False, True])
def test_the_text_of_a_service_is_put_into_an_object_that_has_a_place(*, enveloped: bool) -> None:
    body = SOURCES["aws-budgets"].template(Example(at(0)))["text"]
    if enveloped:
        body = json.dumps({"Type": "Notification", "TopicArn": "arn:aws:sns:x", "Message": body})
    mended = mend("aws-budgets", body, "storage", Priority.P1)
    assert owner("aws-budgets", mended) == (["storage"], "P1")
    assert explained("aws-budgets", mended)["alert"]["title"].startswith("Runner queue too long: actual cost")


def test_annotations_of_another_spelling_do_not_win_over_what_was_put_in() -> None:
    payload = without_owner("grafana")
    payload["alerts"][0]["annotations"] |= {"Teams": "old", "PRIORITY": "P3"}
    mended = mend("grafana", json.dumps(payload), "storage", Priority.P1)
    assert owner("grafana", mended) == (["storage"], "P1")


def test_where_nothing_is_put_in_the_message_stays_to_the_letter() -> None:
    assert mend("grafana", "{ no json", None, None) == "{ no json"


@pytest.mark.parametrize("body", ["A notification of something", "[]", "17"])
def test_what_is_no_object_has_no_place_for_it(body: str) -> None:
    with pytest.raises(Trouble, match="drop it"):
        mend("cloudwatch", body, "storage", None)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("no JSON", "cloudwatch"),
        ("17", "cloudwatch"),
        ("{}", "cloudwatch"),
        ("[" * 10_000, "cloudwatch"),
        ("[{}]", "normalized"),
        ('[{"labels": {}, "teams": []}]', "normalized"),
        ('[{"labels": {}}]', "prometheus"),
        ('[{"labels": {}}, {}]', "cloudwatch"),
        ('{"teams": []}', "normalized"),
        ('{"ruleId": 1}', "grafana"),
        ('{"alerts": [], "version": "4"}', "alertmanager"),
        ('{"alerts": [], "version": "4", "orgId": 1}', "grafana"),
    ],
)
def test_whose_a_payload_is_is_told_by_its_look(text: str, source: str) -> None:
    assert payloads.recognised(text).source == source


def test_the_team_of_a_datadog_payload_gives_way_to_the_one_put_in() -> None:
    body = json.dumps(SOURCES["datadog"].template(Example(at(0))) | {"team": "nobody"})
    assert owner("datadog", mend("datadog", body, "storage", None))[0] == ["storage"]
