"""The documented files are what the packages' own checks take, as they stand and as the tests run them."""

from pathlib import Path

import yaml

from tests.local.patience import finished
from tests.senders import documented
from tests.senders.documented import OPSGENIE, RECEIVER, RULES, STRAIGHT


def checked(*command: str) -> None:
    done = finished(command)
    assert done.returncode == 0, done.stdout + done.stderr


def test_amtool_takes_the_receiver(tmp_path: Path) -> None:
    checked("amtool", "check-config", str(RECEIVER))
    replaced = tmp_path / "alertmanager.yml"
    replaced.write_text(documented.receiver("http://127.0.0.1:1", tmp_path / "token"), encoding="utf-8")
    checked("amtool", "check-config", str(replaced))


def test_every_alert_is_routed_to_the_receiver() -> None:
    options = (f"--config.file={RECEIVER}", "--verify.receivers=alerting")
    checked("amtool", "config", "routes", "test", *options, "alertname=RunnerQueueTooLong", "team=ci-runners")


def test_amtool_takes_the_receiver_for_opsgenie() -> None:
    checked("amtool", "check-config", str(OPSGENIE))


def test_promtool_takes_the_configuration_of_prometheus_alone() -> None:
    checked("promtool", "check", "config", "--syntax-only", str(STRAIGHT))


def test_promtool_takes_the_rules(tmp_path: Path) -> None:
    checked("promtool", "check", "rules", "--lint=all", "--lint-fatal", str(RULES))
    replaced = tmp_path / "rules.yml"
    replaced.write_text(documented.rules(), encoding="utf-8")
    checked("promtool", "check", "rules", "--lint=all", "--lint-fatal", str(replaced))


def test_the_rule_fires_as_it_is_documented(tmp_path: Path) -> None:
    """Ten minutes above its threshold: pending before, firing then, and still for five minutes afterwards."""
    labels = {"alertname": "RunnerQueueTooLong", "team": "ci-runners", "priority": "P1", "pool": "linux-x64"}
    annotations = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"][0]["rules"][0]["annotations"]
    firing = {
        "exp_labels": {name: value for name, value in labels.items() if name != "alertname"},
        "exp_annotations": annotations
        | {
            "summary": "118 jobs wait for a runner of linux-x64",
            "description": "Jobs wait more than ten minutes for a runner of the pool linux-x64.",
        },
    }
    test = {
        "rule_files": [str(RULES)],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    {"series": 'runner_queue_length{pool="linux-x64"}', "values": "118x15 0x20"}
                ],
                "alert_rule_test": [
                    {"eval_time": minute, "alertname": "RunnerQueueTooLong", "exp_alerts": alerts}
                    for minute, alerts in (("9m", []), ("10m", [firing]), ("19m", [firing]), ("22m", []))
                ],
            }
        ],
    }
    file = tmp_path / "test.yml"
    file.write_text(yaml.safe_dump(test), encoding="utf-8")
    checked("promtool", "test", "rules", str(file))
