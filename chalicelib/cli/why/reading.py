"""What a stage shows: its dead letters, queue, refused requests, alarms and budgets, each read once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.cli import letters, refused_requests
from chalicelib.cli.letters import Letter
from chalicelib.cli.refused_requests import RefusedRequests
from chalicelib.cli.trouble import sentence
from chalicelib.cli.why.case import AlarmNow, QueueDepth, Unknown
from chalicelib.cli.why.subject import Subject
from chalicelib.conditions.alarm_state import LONGEST_NAME, AccountRegion
from chalicelib.conditions.row import AlertState
from chalicelib.errors import AlertingError
from chalicelib.rate_limit.rules import Budget
from chalicelib.settings import Settings
from chalicelib.wiring.alarms import reader
from chalicelib.wiring.github import gate
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import census

LATELY = timedelta(days=1)
"""How far back the webhook's log is searched, the newest lines first."""
QUEUES = "AWS/SQS"
AGE = "ApproximateAgeOfOldestMessage"
DEPTHS = [f"ApproximateNumberOfMessages{kind}" for kind in ("", "Delayed", "NotVisible")]
FAILURES = (AlertingError, BotoCoreError, ClientError)


def deployed(stage: Stage) -> Settings:
    """Read the settings that reconcile runs with; those of the checkout if that may not be read."""
    if stage.local:
        return stage.settings
    try:
        function = stage.client("lambda").get_function_configuration(FunctionName=stage.reconcile)
        variables = function.get("Environment", {}).get("Variables", {})
        return Settings.read({"ALERTING_STAGE": stage.name, **variables})
    except FAILURES:
        return stage.settings


class StageEvidence:
    """Looks at a stage; what may not or cannot be read is returned with the reason."""

    def __init__(self, stage: Stage, now: datetime) -> None:
        self._stage, self._now = stage, now

    @cached_property
    def letters(self) -> Sequence[Letter] | Unknown:
        """The dead letters, which become visible again after reading."""
        try:
            with letters.opened(self._stage) as dead:
                return list(dead.letters)
        except FAILURES as error:
            return Unknown(sentence(error))

    @cached_property
    def queue(self) -> QueueDepth | Unknown:
        """How much is in the queue; on AWS, CloudWatch also knows the age of the oldest message."""
        client, url = self._stage.client("sqs"), self._stage.queue_url(self._stage.queue)
        try:
            told = client.get_queue_attributes(QueueUrl=url, AttributeNames=DEPTHS)["Attributes"]
            waiting, delayed, in_work = (int(told[name]) for name in DEPTHS)
            return QueueDepth(waiting + delayed, in_work, self._oldest() if waiting + in_work else None)
        except FAILURES as error:
            return Unknown(sentence(error))

    @cached_property
    def refused(self) -> Sequence[RefusedRequests] | Unknown:
        """What the webhook's log says it refused in the last day."""
        group = self._stage.log_groups[0]
        try:
            return refused_requests.read(self._stage.client("logs"), group, self._now - LATELY, self._now)
        except FAILURES as error:
            absent = isinstance(error, ClientError) and "ResourceNotFound" in error.response["Error"]["Code"]
            return Unknown(f"there is no log group {group}" if absent else sentence(error))

    def alarm(self, subject: Subject) -> AlarmNow | Unknown | None:
        """Ask CloudWatch for the alarm that a subject names, in its own place."""
        if not subject.named or not 0 < len(subject.words) <= LONGEST_NAME:
            return None
        _, _, _, region, account_id, *_ = (subject.arn or self._stage.arn("cloudwatch", "")).split(":")
        alarms = reader(self._stage, AccountRegion(account_id, region))
        if alarms is None:
            return Unknown(f"no role for the account {account_id} or the region {region}")
        try:
            found = alarms.described(subject.words)
            return AlarmNow(found, bool(alarms.muted(subject.words))) if found else None
        except FAILURES as error:
            return Unknown(sentence(error))

    def budget(self, owner: str) -> Budget:
        """Read an owner's budget."""
        return gate(self._stage).look(owner)

    def ahead(self, row: AlertState) -> int:
        """Count the rows that come first: of higher priorities, or waiting for longer."""
        return census(self._stage).ahead(row.priority, row.spec.began_by_our_clock or self._now)

    def _oldest(self) -> timedelta | None:
        if self._stage.local:
            return None
        answer = self._stage.client("cloudwatch").get_metric_statistics(
            Namespace=QUEUES,
            MetricName=AGE,
            Dimensions=[{"Name": "QueueName", "Value": self._stage.queue}],
            StartTime=self._now - timedelta(minutes=5),
            EndTime=self._now,
            Period=60,
            Statistics=["Maximum"],
        )
        points = sorted(answer["Datapoints"], key=lambda point: point["Timestamp"])
        return timedelta(seconds=points[-1]["Maximum"]) if points else None
