"""checkov finds nothing in the Terraform files but what they say, with the reason, is meant."""

import json
import re
from typing import Any

import pytest

from tests.deploy.tools import INFRA, ROOT, absent
from tests.local.patience import finished

CHECKOV = ROOT / "build" / "checkov" / "bin" / "checkov"
OPTIONS = ("--framework", "terraform", "--skip-download", "--compact", "--output", "json")
SUPPRESSION = re.compile(r"checkov:skip=(\w+):?(.*)")


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    if not CHECKOV.is_file():
        absent("checkov is not installed: make build/checkov/installed")
    done = finished([str(CHECKOV), "--directory", str(INFRA), *OPTIONS])
    assert done.returncode in {0, 1}, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_checkov_finds_nothing(report: dict[str, Any]) -> None:
    found = report["results"]["failed_checks"]
    assert not [(each["check_id"], each["check_name"], each["resource"]) for each in found]
    assert not report["summary"]["parsing_errors"]
    assert report["summary"]["passed"] > 0


def test_each_suppression_is_needed_and_has_its_reason(report: dict[str, Any]) -> None:
    written = [
        found for path in INFRA.rglob("*.tf") for found in SUPPRESSION.findall(path.read_text("utf-8"))
    ]
    used = {each["check_id"] for each in report["results"]["skipped_checks"]}
    assert {check for check, _ in written} == used
    assert all(len(reason.split()) > 3 for _, reason in written)
