"""Incidents, wired: what `/sev` records, by which template."""

from pathlib import Path

from chalicelib.sync.incidents import Incidents
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import census, store

TEMPLATES = Path(__file__).parents[1] / "incidents"


def template(team: str, folder: Path = TEMPLATES) -> str:
    """Read a team's template, or else the one for all teams."""
    own = folder / f"{team}.md"
    path = own if own.is_file() else folder / "default.md"
    return path.read_text(encoding="utf-8")


def incidents(stage: Stage) -> Incidents:
    """Wire what is recorded of them."""
    return Incidents(store(stage), census(stage), template, CLOCK.now, stage.telemetry)
