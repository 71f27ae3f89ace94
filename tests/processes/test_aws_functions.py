"""The functions run as Lambda runs them, and the local stack holds them together with the stand-ins."""

import json
import socket
import sys
import time
from collections.abc import Callable, Hashable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.local.aws import LocalAws, create_resources
from tests.local.patience import StuckError
from tests.local.processes import Process, ProcessError
from tests.local.stack import LocalStack, ports
from tests.local.stack.environment import child_environment
from tests.local.stack.ports import PortOccupiedError, free_port, require_free

ROOT = Path(__file__).parents[2]

# Does what a message's body says, and writes down every invocation.
THROWAWAY_APP = """
import json, os, time
from chalice import Chalice, Rate

app = Chalice(app_name="alerting")

def note(function, event):
    known = {
        "function": function,
        "event": event.to_dict(),
        "pid": os.getpid(),
        "setting": os.environ.get("SETTING"),
        "name": event.context.function_name,
        "arn": event.context.invoked_function_arn,
        "request_id": event.context.aws_request_id,
        "remaining": event.context.get_remaining_time_in_millis(),
    }
    with open(os.environ["INVOCATIONS"], "a") as file:
        file.write(json.dumps(known) + "\\n")

@app.on_sqs_message(queue="any", batch_size=10)
def collector(event):
    note("collector", event)
    for record in event:
        order = json.loads(record.body)
        if int(record.to_dict()["attributes"]["ApproximateReceiveCount"]) > order.get("times", 1000):
            continue
        if order["do"] == "raise":
            raise RuntimeError("told to fail")
        if order["do"] == "hang":
            time.sleep(60)
        if order["do"] == "die":
            os._exit(1)
    return {"batchItemFailures": [{"itemIdentifier": record.to_dict()["messageId"]} for record in event]}

@app.schedule(Rate(1, unit=Rate.MINUTES))
def reconcile(event):
    note("reconcile", event)

@app.route("/health")
def health():
    return {}
"""


class Functions:
    """A functions process with the throwaway app, on resources of its own."""

    def __init__(self, aws: LocalAws, project: Path, *options: str, app: str = THROWAWAY_APP) -> None:
        self.aws = aws
        self.invocations_file = project / "invocations"
        stage = aws.prefix.removeprefix("alerting-")
        write_project(project, stage, {"AWS_ENDPOINT_URL": aws.endpoint_url, "SETTING": "of the stage"}, app)
        command = [sys.executable, "-m", "tests.local.functions", "--stage", stage, "--project", str(project)]
        command += ["--environment-from", str(project / ".chalice/config.json"), *options]
        log = project / "functions.log"
        self.process = Process("functions", command, log=log, env=child_environment(), cwd=ROOT)

    def ready(self) -> None:
        self.process.wait_until(lambda: "functions.ready" in self.process.output())

    def invocations(self, function: str = "collector") -> list[dict[str, Any]]:
        if not self.invocations_file.exists():
            return []
        lines = [json.loads(line) for line in self.invocations_file.read_text().splitlines()]
        return [line for line in lines if line["function"] == function]

    def logged(self, event: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.process.output().splitlines()]
        return [line for line in lines if line["message"] == event]

    def wait_until(self, predicate: Callable[[], bool], what: str) -> None:
        self.process.wait_until(predicate, what, self.progress)

    def progress(self) -> Hashable:
        written = [file.stat().st_size for file in (self.process.log, self.invocations_file) if file.exists()]
        return (*written, *self.aws.queue_depth(), *self.aws.dlq_depth())

    def wait_until_queue_is_empty(self) -> None:
        self.wait_until(lambda: sum(self.aws.queue_depth()) == 0, "an empty queue")


def write_project(project: Path, stage: str, variables: dict[str, str], app: str = THROWAWAY_APP) -> None:
    (project / ".chalice").mkdir(parents=True)
    config = {
        "version": "2.0",
        "app_name": "alerting",
        "environment_variables": {"INVOCATIONS": str(project / "invocations"), "SETTING": "of every stage"},
        "stages": {stage: {"environment_variables": variables}},
    }
    (project / ".chalice/config.json").write_text(json.dumps(config))
    (project / "app.py").write_text(app)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("aws") / "aws.log"
    command = [sys.executable, "-m", "tests.local.aws", "--port", "0"]
    process = Process("aws", command, log=log, env=child_environment(), cwd=ROOT)
    process.wait_until(lambda: "listening on" in process.output())
    yield process.output().split()[-1]
    assert process.stop() == 0


@pytest.fixture
def make_aws(endpoint: str, request: pytest.FixtureRequest) -> Callable[..., LocalAws]:
    """Resources of a stage named after the test."""
    stage = request.node.originalname.removeprefix("test_").replace("_", "-")[:40]

    def make(*, visibility_seconds: int = 360, max_receive_count: int = 20) -> LocalAws:
        return create_resources(
            endpoint,
            f"alerting-{stage}",
            app_secret={},
            webhook_secret={},
            visibility_seconds=visibility_seconds,
            max_receive_count=max_receive_count,
        )

    return make


@pytest.fixture
def aws(make_aws: Callable[..., LocalAws]) -> LocalAws:
    return make_aws()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Functions]]:
    """Start a functions process, stopped when the test ends."""
    started: list[Functions] = []

    def start(aws: LocalAws, *options: str) -> Functions:
        started.append(Functions(aws, tmp_path / "project", *options))
        started[-1].ready()
        return started[-1]

    yield start
    for functions in started:
        functions.process.stop()


def test_collector_gets_lambdas_event_and_context(aws: LocalAws, start: Callable[..., Functions]) -> None:
    before = time.time()
    aws.publish({"do": "nothing"}, {"source": "grafana"})
    functions = start(aws, "--reconcile-every", "0", "--set", "SETTING=overridden")
    functions.wait_until_queue_is_empty()
    (invocation,) = functions.invocations()
    (record,) = invocation["event"]["Records"]
    assert record.keys() == {
        *("messageId", "receiptHandle", "body", "attributes", "messageAttributes"),
        *("md5OfBody", "eventSource", "eventSourceARN", "awsRegion"),
    }
    assert json.loads(record["body"]) == {"do": "nothing"}
    assert record["messageAttributes"] == {
        "source": {
            "stringValue": "grafana",
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": "String",
        }
    }
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert int(before * 1000) <= int(record["attributes"]["SentTimestamp"]) <= time.time() * 1000
    assert {"SenderId", "ApproximateFirstReceiveTimestamp"} <= record["attributes"].keys()
    assert (record["eventSource"], record["awsRegion"]) == ("aws:sqs", "us-west-2")
    assert record["eventSourceARN"] == f"arn:aws:sqs:us-west-2:123456789012:{aws.prefix}-alerts"
    assert invocation["name"] == f"{aws.prefix}-collector"
    assert invocation["arn"] == f"arn:aws:lambda:us-west-2:123456789012:function:{aws.prefix}-collector"
    assert 0 < invocation["remaining"] <= 60_000
    assert invocation["setting"] == "overridden"


def test_batch_is_deleted_whole_when_the_function_returns_whatever_it_returns(
    aws: LocalAws, start: Callable[..., Functions]
) -> None:
    for _ in range(12):
        aws.publish({"do": "nothing"})
    functions = start(aws, "--reconcile-every", "0", "--batch-size", "5")
    functions.wait_until_queue_is_empty()
    assert [len(each["event"]["Records"]) for each in functions.invocations()] == [5, 5, 2]
    assert aws.dlq_depth() == (0, 0)


def test_failed_batch_comes_back_whether_the_function_raised_overran_or_died(
    make_aws: Callable[..., LocalAws], start: Callable[..., Functions]
) -> None:
    aws = make_aws(visibility_seconds=2)
    for deed in ("raise", "hang", "die"):
        aws.publish({"do": deed, "times": 1})
    functions = start(aws, "--reconcile-every", "0", "--time-limit", "5", "--batch-size", "1")
    functions.wait_until_queue_is_empty()
    receives: dict[str, list[str]] = {}
    for invocation in functions.invocations():
        (record,) = invocation["event"]["Records"]
        count = record["attributes"]["ApproximateReceiveCount"]
        receives.setdefault(json.loads(record["body"])["do"], []).append(count)
    assert receives == {"raise": ["1", "2"], "hang": ["1", "2"], "die": ["1", "2"]}
    told = sorted(
        failure["error"].splitlines()[-1] for failure in functions.logged("functions.invocation_failed")
    )
    name = f"{aws.prefix}-collector"
    assert told == [
        "RuntimeError: told to fail",
        f"{name} was abandoned after 5 s",
        f"the process of {name} died",
    ]
    # The first process raised and went on; hanging and dying cost one each.
    assert len({invocation["pid"] for invocation in functions.invocations()}) == 3


def test_failed_batch_stays_hidden_meanwhile(aws: LocalAws, start: Callable[..., Functions]) -> None:
    aws.publish({"do": "raise"})
    functions = start(aws, "--reconcile-every", "0")
    functions.wait_until(lambda: functions.logged("functions.invocation_failed") != [], "a failure")
    assert aws.queue_depth() == (0, 1)


def test_message_received_too_often_ends_in_the_dlq(
    make_aws: Callable[..., LocalAws], start: Callable[..., Functions]
) -> None:
    aws = make_aws(visibility_seconds=1, max_receive_count=2)
    aws.publish({"do": "raise"}, {"source": "grafana"})
    functions = start(aws, "--reconcile-every", "0")
    functions.wait_until(lambda: aws.dlq_depth().visible == 1, "a dead letter")
    (letter,) = aws.dlq_messages()
    assert (json.loads(letter.body), letter.attributes) == ({"do": "raise"}, {"source": "grafana"})
    assert len(functions.invocations()) == 2
    assert aws.queue_depth() == (0, 0)


def test_each_collector_is_a_process_and_they_work_at_once(
    aws: LocalAws, start: Callable[..., Functions]
) -> None:
    for _ in range(2):
        aws.publish({"do": "hang"})
    functions = start(aws, "--reconcile-every", "0", "--concurrency", "2", "--batch-size", "1")
    functions.wait_until(lambda: len(functions.invocations()) == 2, "two invocations")
    assert len({each["pid"] for each in functions.invocations()}) == 2


def test_reconcile_is_called_again_and_again_with_the_schedules_event(
    aws: LocalAws, start: Callable[..., Functions]
) -> None:
    functions = start(aws, "--reconcile-every", "0.05")
    functions.wait_until(lambda: len(functions.invocations("reconcile")) >= 3, "three invocations")
    invocation = functions.invocations("reconcile")[0]
    assert invocation["event"].keys() == {
        *("version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail")
    }
    assert invocation["event"]["detail-type"] == "Scheduled Event"
    assert invocation["name"] == f"{aws.prefix}-reconcile"
    assert functions.process.stop() == 0


def test_app_that_cannot_be_loaded_is_told_and_ends_the_process(aws: LocalAws, tmp_path: Path) -> None:
    functions = Functions(aws, tmp_path / "project", app="import no_such_module\n")
    with pytest.raises(
        ProcessError, match=r"(?s)functions ended with code 1.*No module named 'no_such_module'"
    ):
        functions.ready()


def test_functions_refuse_an_aws_that_is_not_on_loopback(aws: LocalAws, tmp_path: Path) -> None:
    functions = Functions(aws, tmp_path / "project", "--set", "AWS_ENDPOINT_URL=https://sqs.example.com")
    with pytest.raises(ProcessError, match=r"AWS_ENDPOINT_URL is 'https://sqs.example.com'"):
        functions.ready()


# The stack.


def test_stack_runs_both_stand_ins_and_the_functions(tmp_path: Path) -> None:
    write_project(tmp_path / "project", "local", {"AWS_ENDPOINT_URL": "http://127.0.0.1:5566"})
    (tmp_path / "logs").mkdir()
    with LocalStack(
        project=tmp_path / "project",
        log_dir=tmp_path / "logs",
        repositories=["acme/alerts"],
        settings={"SETTING": "of the test"},
    ) as stack:
        assert stack.github.world.repository("acme/alerts")
        secret = stack.aws.secretsmanager.get_secret_value(SecretId="alerting-local-webhook-secrets")
        assert json.loads(secret["SecretString"])["grafana_webhook_token"] == stack.tokens["grafana"]
        stack.stop_functions()
        stack.aws.publish({"do": "nothing"})
        assert not stack.quiet()
        with pytest.raises(StuckError, match="gave up waiting for the moon: 1 messages queued, 0 in flight"):
            stack.wait_until(lambda: False, "the moon", still=0)
        stack.start_functions()
        stack.wait_until(stack.quiet, "an empty queue")
        row = {"fingerprint": {"S": "a"}, "due_priority": {"S": "P1"}, "due_at": {"N": "7"}}
        stack.aws.dynamodb.put_item(TableName=stack.aws.table, Item=row)
        assert (stack.quiet(), stack.quiet(due_by=6)) == (False, True)
    invocations = (tmp_path / "project/invocations").read_text()
    assert '"setting": "of the test"' in invocations


def test_occupied_port_is_named_with_its_remedy() -> None:
    port = free_port()
    told = pytest.raises(PortOccupiedError, match=f"Port {port} .* where the demo listens, .* Stop what")
    with socket.create_server(("127.0.0.1", port)), told:
        require_free(port, "the demo")
    require_free(port, "the demo")


@pytest.mark.parametrize(("lent", "kept"), [("20000 65535", range(10_000, 20_000)), ("1024 65535", None)])
def test_a_free_port_is_none_that_clients_are_given_where_there_are_others(
    lent: str, kept: range | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "range").write_text(lent, encoding="ascii")
    monkeypatch.setattr(ports, "LENT", tmp_path / "range")
    chosen = [ports.free_port() for _ in range(100)]
    assert set(chosen) <= set(kept or range(65_536))
    assert len(set(chosen)) == 100
