"""What Lambda does around our functions: the queue's event source mapping, and the schedule of reconcile.

A batch whose function returns is deleted whole, whatever it returned (no ReportBatchItemFailures: Chalice
cannot ask for it). A batch whose function raises, dies or overruns its time limit stays hidden until its
visibility ends.
"""

import argparse
import json
import os
import sys
import threading
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from tests.local.aws import ACCOUNT, DUMMY_ENVIRONMENT, LocalAws
from tests.local.own_time import OwnTime
from tests.local.processes import run_until_told
from tests.local.worker import Event, Function, FunctionError, Worker

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import DeleteMessageBatchRequestEntryTypeDef, MessageTypeDef

LONG_POLL_SECONDS = 1
STOP_GRACE_SECONDS = 2.0


class EventSourceMapping:
    """Lambda's poller: hands batches of the queue to the collector, and deletes those it returned from."""

    pause = 0.0
    polling = False

    def __init__(self, worker: Worker, aws: LocalAws, batch_size: int) -> None:
        self.worker = worker
        self._aws = aws
        # Now, for the threads share it: boto3 makes clients safely in one thread only.
        self._sqs = aws.sqs
        self._batch_size = batch_size

    def step(self) -> None:
        """Wait for a batch, a second at most, and see it through."""
        if not (batch := self._receive()):
            return
        self.worker.invoke({"Records": [sqs_record(message, self._aws) for message in batch]})
        entries: list[DeleteMessageBatchRequestEntryTypeDef] = [
            {"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]} for n, message in enumerate(batch)
        ]
        answer = self._sqs.delete_message_batch(QueueUrl=self._aws.queue_url, Entries=entries)
        if failed := answer.get("Failed"):
            raise FunctionError(f"the queue refused to delete {failed}")

    def _receive(self) -> "list[MessageTypeDef]":
        self.polling = True
        try:
            return self._sqs.receive_message(
                QueueUrl=self._aws.queue_url,
                MaxNumberOfMessages=self._batch_size,
                WaitTimeSeconds=LONG_POLL_SECONDS,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["All"],
            ).get("Messages", [])
        finally:
            self.polling = False


class Schedule:
    """EventBridge's schedule: invokes reconcile at an interval in seconds, counted from its end."""

    polling = False

    def __init__(self, worker: Worker, pause: float) -> None:
        self.worker = worker
        self.pause = pause

    def step(self) -> None:
        self.worker.invoke(scheduled_event(self.worker.function.name, self.worker.function.region))


def sqs_record(message: "MessageTypeDef", aws: LocalAws) -> Event:
    """Turn what boto3 receives into a record of Lambda's SQS event."""
    attributes = {
        name: {
            "stringValue": attribute["StringValue"],
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": attribute["DataType"],
        }
        for name, attribute in message.get("MessageAttributes", {}).items()
    }
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message["Attributes"]),
        "messageAttributes": attributes,
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": aws.queue_arn,
        "awsRegion": aws.region,
    }


def scheduled_event(rule: str, region: str) -> Event:
    """Return what an EventBridge schedule sends."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": [f"arn:aws:events:{region}:{ACCOUNT}:rule/{rule}"],
        "detail": {},
    }


def repeat(trigger: EventSourceMapping | Schedule, stopping: threading.Event) -> threading.Thread:
    """Take the trigger's step again and again in a thread; a failed one is logged in one line."""
    function = trigger.worker.function.name

    def loop() -> None:
        while not stopping.wait(trigger.pause):
            try:
                trigger.step()
            except FunctionError as failure:
                if not stopping.is_set():
                    log("functions.invocation_failed", function=function, error=str(failure))
            except (BotoCoreError, ClientError) as error:
                log("functions.queue_unreachable", function=function, error=str(error))
                stopping.wait(1)

    thread = threading.Thread(target=loop, name=function, daemon=True)
    thread.start()
    return thread


def log(event: str, **fields: object) -> None:
    print(json.dumps({"message": event, **fields}), flush=True)


def stage_environment(config: Mapping[str, Any], stage: str) -> dict[str, str]:
    """Merge the variables as Chalice does: the stage's over everyone's."""
    stages = config.get("stages", {})
    if stage not in stages:
        raise SystemExit(f"the configuration has no stage {stage!r}; it has {', '.join(stages) or 'none'}")
    merged: dict[str, str] = config.get("environment_variables", {}) | stages[stage].get(
        "environment_variables", {}
    )
    return merged


def set_environment(variables: Mapping[str, str]) -> None:
    """Set the functions' variables, free of the AWS settings of whoever runs this."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update({"PYTHONUNBUFFERED": "1", **DUMMY_ENVIRONMENT, **variables})
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    if urlsplit(endpoint).hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise SystemExit(f"AWS_ENDPOINT_URL is {endpoint!r}: set it to the stand-in's address, on loopback")


def setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE")
    return name, value


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Run the functions of app.py as Lambda would.")
    parser.add_argument("--environment-from", type=Path, default=Path(".chalice/config.json"))
    parser.add_argument("--stage", default="local")
    parser.add_argument(
        "--set", action="append", default=[], type=setting, metavar="KEY=VALUE", help="overrides the stage's"
    )
    parser.add_argument("--project", type=Path, default=Path(), help="the directory of app.py")
    parser.add_argument("--reconcile-every", type=float, default=2.0, help="seconds; 0 for never")
    parser.add_argument("--time-limit", type=float, default=60.0, help="seconds an invocation may take")
    parser.add_argument("--batch-size", type=int, default=10, choices=range(1, 11), metavar="1-10")
    parser.add_argument("--concurrency", type=int, default=1, help="collectors, each a process")
    parser.add_argument("--log", type=Path, help="where output goes instead of stdout")
    return parser.parse_args()


def triggers(options: argparse.Namespace) -> list[EventSourceMapping | Schedule]:
    region = os.environ["AWS_DEFAULT_REGION"]
    aws = LocalAws(os.environ["AWS_ENDPOINT_URL"], f"alerting-{options.stage}", region)

    def worker(attribute: str) -> Worker:
        return Worker(Function(attribute, aws.prefix, region, options.time_limit))

    collectors = [
        EventSourceMapping(worker("collector"), aws, options.batch_size) for _ in range(options.concurrency)
    ]
    schedules = [Schedule(worker("reconcile"), options.reconcile_every)] if options.reconcile_every else []
    return [*collectors, *schedules]


def run(running: list[EventSourceMapping | Schedule]) -> None:
    """Start the workers, pull the triggers until told to stop, and leave no process behind."""
    with ThreadPoolExecutor() as starting:
        list(starting.map(lambda trigger: trigger.worker.start(), running))
    stopping = threading.Event()
    threads = [repeat(trigger, stopping) for trigger in running]
    log("functions.ready", functions=[trigger.worker.function.name for trigger in running])
    run_until_told(stopping)
    stopping.set()
    # A long poll must end by itself: broken off, it could take messages along. An invocation may.
    own, left = OwnTime(), STOP_GRACE_SECONDS
    for trigger, thread in zip(running, threads, strict=True):
        while thread.is_alive() and (trigger.polling or left > 0):
            thread.join(0.05)
            left -= own.passed()
    for trigger in running:
        trigger.worker.kill()


def main() -> None:
    options = arguments()
    if options.log:
        os.dup2(os.open(options.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644), 1)
        os.dup2(1, 2)
    if not options.environment_from.is_file():
        raise SystemExit(f"{options.environment_from} is missing: name Chalice's config.json")
    config = json.loads(options.environment_from.read_text())
    set_environment(stage_environment(config, options.stage) | dict(options.set))
    sys.path.insert(0, str(options.project.resolve()))
    try:
        run(triggers(options))
    except FunctionError as failure:
        raise SystemExit(str(failure)) from failure


if __name__ == "__main__":
    main()
