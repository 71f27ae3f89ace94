"""zizmor finds nothing in the workflows: no injection, no loose rights, no action that is not pinned."""

from tests.deploy.tools import ROOT, absent
from tests.local.patience import finished

ZIZMOR = ROOT / "build" / "checkov" / "bin" / "zizmor"


def test_zizmor_finds_nothing() -> None:
    if not ZIZMOR.is_file():
        absent("zizmor is not installed: make build/checkov/installed")
    done = finished([str(ZIZMOR), "--offline", "--strict-collection", "--no-progress", ".github"], cwd=ROOT)
    assert done.returncode == 0, done.stdout
    assert "No findings to report" in done.stdout + done.stderr
