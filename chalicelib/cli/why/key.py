"""A key that no row has: an issue or fingerprint of ours, so no sender is to blame. Pure."""

import re

from chalicelib.cli.why.case import Case
from chalicelib.cli.why.verdict import Cause, Kind, Verdict

NOT_OURS = Cause(
    "NO_SUCH_KEY",
    Kind.UNSEEN,
    "No condition of the stage {stage} has the issue or fingerprint {key}.",
    "Check the number, the repository and the stage. Rows of conditions that ended long ago are deleted.",
)
CAUSES = (NOT_OURS,)
WRITE_OUT = "Name an issue as owner/name#12, or by its address."

_HALF_AN_ISSUE = re.compile(r"[\w./-]{0,140}#\d{1,9}")


def unknown(case: Case) -> Verdict | None:
    """Return that no row has the key that was asked for."""
    half = _HALF_AN_ISSUE.fullmatch(case.subject.words) if case.subject.named else None
    if case.row or (case.subject.named and not half):
        return None
    fix = WRITE_OUT if half else ""
    return NOT_OURS.verdict(case.place.cli("list"), fix=fix, stage=case.place.stage, key=case.subject.words)
