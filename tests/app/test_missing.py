"""What was never made is named with where to make it, once in the log, and costs no alert."""

import json
from typing import Any

import pytest

from chalicelib.collector.collector import NotRecorded
from tests.app.stage import TOPIC, Stage
from tests.app.test_functions import REPOSITORY, Running, alarm, aws_url, key, running
from tests.app.test_routes import GRAFANA, GROUP, stage

__all__ = ["aws_url", "key", "running", "stage"]


def missing(told: str) -> list[dict[str, Any]]:
    """The lines that say how to go on."""
    lines = [json.loads(line) for line in told.splitlines()]
    return [line for line in lines if line["level"] == "ERROR"]


def test_without_its_table_messages_go_back_to_the_queue(running: Running) -> None:
    running.aws.dynamodb.delete_table(TableName=running.aws.table)
    running.collect(*(alarm(f"Alarm {n}") for n in range(3)))
    assert sum(running.aws.queue_depth()) == 3
    (line,) = missing(running.logs.getvalue())
    assert (
        f"there is no table {running.aws.table}: `terraform apply` in infra-extra creates it"
        in line["exception"][0]
    )


def test_without_the_apps_secret_each_alert_waits_for_it_in_its_row(running: Running) -> None:
    running.aws.secretsmanager.delete_secret(SecretId=running.aws.app_secret, ForceDeleteWithoutRecovery=True)
    running.collect(*(alarm(f"Alarm {n}") for n in range(3)))
    assert len(running.due) == 3
    (line,) = missing(running.logs.getvalue())
    assert running.aws.app_secret in line["exception"][0]
    assert "create it in Secrets Manager, us-west-2" in line["exception"][0]


def test_without_its_repository_each_alert_waits_for_it_in_its_row(running: Running) -> None:
    running.github.world.repositories.clear()
    running.collect(*(alarm(f"Alarm {n}") for n in range(3)))
    assert len(running.due) == 3
    (line,) = missing(running.logs.getvalue())
    assert f"there is no repository {REPOSITORY} on which the App is installed" in line["exception"][0]


def test_without_its_dead_letter_queue_a_message_without_an_owner_stays_in_the_queue(
    running: Running,
) -> None:
    running.aws.sqs.delete_queue(QueueUrl=running.aws.dlq_url)
    with pytest.raises(NotRecorded):
        running.collect("no JSON", "no JSON either")
    assert sum(running.aws.queue_depth()) == 2
    (line,) = missing(running.logs.getvalue())
    assert f"there is no dead-letter queue {running.aws.dlq_url}" in line["exception"][0]


def test_without_its_topic_the_sender_is_told_to_send_again(stage: Stage) -> None:
    stage.client("sns").delete_topic(TopicArn=TOPIC)
    assert stage.post("grafana", GROUP, **GRAFANA).status_code == 503
    (line,) = missing(stage.logs.getvalue())
    assert f"there is no topic {TOPIC}: `terraform apply` in infra-extra creates it" in line["exception"][0]
