"""`make demo`, which is the first thing a newcomer runs: each of its checks holds."""

import sys
from pathlib import Path

from tests.local.patience import finished

ROOT = Path(__file__).parents[2]


def test_the_demo_ends_with_every_check_right() -> None:
    demo = finished([sys.executable, "-m", "tests.local.demo"], cwd=ROOT)
    assert demo.returncode == 0, demo.stdout[-6000:] + demo.stderr[-2000:]
