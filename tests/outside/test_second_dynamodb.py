"""What the table promises holds on somebody else's DynamoDB too, not only on moto."""

import os
import re
import sys
from pathlib import Path

import pytest

from tests.local.patience import finished
from tests.outside.second_dynamodb import MODULE, dynalite

ROOT = Path(__file__).parents[2]
ON_A_TABLE = 90
"""The tests that need a table; a suite that shrinks would prove less."""


@pytest.mark.skipif(not MODULE.exists(), reason="npm is not installed, so there is no dynalite")
def test_the_contract_of_the_table_holds_on_a_second_dynamodb() -> None:
    chosen = ["-k", "not memory and not twin", "tests/contract/test_store.py"]
    with dynalite() as url:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *chosen]
        run = finished(command, cwd=ROOT, env=os.environ | {"DYNAMODB_URL": url})
    passed = re.search(r"(\d+) passed", run.stdout)
    assert run.returncode == 0, run.stdout[-4000:]
    assert passed
    assert int(passed[1]) >= ON_A_TABLE
