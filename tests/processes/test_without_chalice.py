"""The application without Chalice: its own tests pass with plain handlers in place of `app.py`."""

import difflib
import os
import sys
from pathlib import Path

from tests.local.patience import finished

ROOT = Path(__file__).parents[2]
WITHOUT = """
import sys
import pytest

sys.modules["chalice"] = None  # so that importing it fails
sys.exit(pytest.main(["-q", "-n", "0", "tests/app"]))
"""


def test_the_applications_own_tests_pass_without_chalice() -> None:
    command = [sys.executable, "-c", WITHOUT]
    ended = finished(command, cwd=ROOT, env=os.environ | {"WITHOUT_CHALICE": "1"})
    assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-1000:]


def test_leaving_chalice_changes_at_most_150_lines() -> None:
    before, after = ((ROOT / name).read_text().splitlines() for name in ("app.py", "tests/app/plain_app.py"))
    changed = [line for line in difflib.unified_diff(before, after, n=0) if line[0] in "+-"][2:]
    assert len(changed) <= 150
