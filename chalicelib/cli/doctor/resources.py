"""Who we are, and the resources of infra-extra: secrets, topic, queues, table."""

import json
from collections.abc import Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from chalicelib.adapters import registry
from chalicelib.alert import Priority
from chalicelib.cli import next_command
from chalicelib.cli.doctor.finding import Finding
from chalicelib.errors import ConfigurationError
from chalicelib.quantities import counted
from chalicelib.render.words import duration
from chalicelib.webhook import senders
from chalicelib.webhook.authentication import Credentials
from chalicelib.webhook.external_alerts import is_header
from chalicelib.wiring.clock import CLOCK, machine
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import census

CLOCKS_APART = timedelta(seconds=60)
LONG_DUE = timedelta(minutes=10)
INDEXES = frozenset({"due", "issues", "open", "resolved", "waiting"})
APPLY = "Apply infra-extra for this stage."


def identity(stage: Stage) -> Iterator[Finding]:
    """Say who asks, where, and whether the clocks agree: signatures and tokens depend on that."""
    answer = stage.client("sts").get_caller_identity()
    yield Finding("identity", f"{answer['Arn']} in {stage.region}")
    theirs = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
    apart = abs(machine() - theirs)
    fix = "Set this machine's clock (NTP)." if apart > CLOCKS_APART else ""
    yield Finding("clock", f"{apart.total_seconds():.0f} s from that of AWS", fix)


def webhook_secret(stage: Stage) -> Iterator[Finding]:
    """Say which sources and senders may send, and through which headers those of the earlier pipeline may."""
    name = stage.webhook_secret
    held, open_to = stage.secret(name).read(), list[str]()
    for source in registry.webhooks():
        try:
            open_to += [source] if Credentials.of(source, held).there else []
        except ConfigurationError as error:
            yield Finding("webhook secret", f"{name} lets in nobody for {source}", str(error))
    open_to += [key for key, token in held.items() if token and is_header(key.lower())]
    named = senders.read(held)
    open_to += [f"{entry.sender.name} ({entry.source})" for entry in named.entries]
    for fault in named.faults:
        told = f"{name} has an entry in `{senders.KEY}` with an error, so it lets nobody in"
        yield Finding("webhook secret", told, f"{fault} (docs/senders/tokens.md)")
    fix = "" if open_to else f"Put `grafana_webhook_token` or another source's into the secret {name}."
    yield Finding("webhook secret", f"{name} lets in: {', '.join(open_to) or 'nobody'}", fix)


def topic(stage: Stage) -> Iterator[Finding]:
    """Check that the queue receives what is published, unchanged."""
    client, arn = stage.client("sns"), stage.arn("sns", stage.topic)
    queue = stage.arn("sqs", stage.queue)
    subscribed = client.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    ours = [each["SubscriptionArn"] for each in subscribed if each["Endpoint"] == queue]
    raw = [_raw(client, each) for each in ours]
    fix = "" if raw == [True] else APPLY
    how = "raw" if raw == [True] else "not as it must be: one, and raw"
    yield Finding("subscription", f"{counted(len(ours), 'subscription')} of the queue, {how}", fix)


def queues(stage: Stage) -> Iterator[Finding]:
    """Check that messages which the collector cannot finish go to the dead-letter queue."""
    client = stage.client("sqs")
    queue = attributes(client, stage.queue_url(stage.queue))
    redrive = json.loads(queue.get("RedrivePolicy", "{}"))
    target = str(redrive.get("deadLetterTargetArn", ""))
    fix = "" if target.endswith(":" + stage.dlq) else APPLY
    yield Finding("queue", f"{waiting(queue)} waiting; failed messages go to {target or 'nowhere'}", fix)


def table(stage: Stage) -> Iterator[Finding]:
    """Check that the table exists with its indexes, and that no row waits too long for GitHub."""
    described = stage.client("dynamodb").describe_table(TableName=stage.table)["Table"]
    lacking = INDEXES - {index["IndexName"] for index in described.get("GlobalSecondaryIndexes", [])}
    fix = APPLY if lacking or described["TableStatus"] not in ("ACTIVE", "UPDATING") else ""
    indexes = f"lacks its index {', '.join(sorted(lacking))}" if lacking else "has all of its indexes"
    yield Finding("table", f"{described['TableStatus']}, {indexes}", fix)
    now = CLOCK.now()
    since = [at for priority in Priority if (at := census(stage).oldest(priority))]
    waited = now - min(since, default=now)
    due = next_command.on(stage, "list", "--due")
    fix = f"See what for, and whether reconcile runs: {due}" if waited > LONG_DUE else ""
    yield Finding("due rows", f"the oldest is due for {duration(waited)}" if since else "none", fix)


def _raw(client: Any, subscription: str) -> bool:
    attributes = client.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
    return bool(attributes.get("RawMessageDelivery") == "true")


def attributes(client: Any, url: str) -> dict[str, str]:
    """Read a queue's attributes."""
    answer = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    return dict(answer["Attributes"])


def waiting(attributes: dict[str, str]) -> int:
    """Count the messages that wait, including those that were sent back and are delayed."""
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed")
    return sum(int(attributes[name]) for name in names)
