"""The commands of a stage whose effect is outside the row: a new one is a file in `sync`, and a line here."""

from chalicelib.conditions.commands import SEV
from chalicelib.sync.on_call import OnCall
from chalicelib.sync.sev import Sev
from chalicelib.wiring import on_call
from chalicelib.wiring.incidents import incidents
from chalicelib.wiring.rules import policy
from chalicelib.wiring.stage import Stage


def commands(stage: Stage) -> dict[str, Sev | OnCall]:
    """Wire them, for issues and for boards."""
    return {SEV: Sev(incidents(stage), policy(stage.settings).routing), **on_call.commands(stage)}
