"""`make demo`, which is the first thing a newcomer runs: each of its checks holds."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_demo_ends_with_every_check_right() -> None:
    demo = subprocess.run(
        [sys.executable, "-m", "tests.local.demo"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert demo.returncode == 0, demo.stdout[-6000:] + demo.stderr[-2000:]
