"""The floor of branch coverage: 100 % of each pure module, 90 % of every other.

`python -m tests.coverage REPORT`.
"""

import json
import sys
from pathlib import Path

PURE = (
    "chalicelib/__init__.py",
    "chalicelib/adapters/",
    "chalicelib/alert.py",
    "chalicelib/alert_values.py",
    "chalicelib/authentication.py",
    "chalicelib/documents.py",
    "chalicelib/envelope.py",
    "chalicelib/errors.py",
    "chalicelib/events.py",
    "chalicelib/feedback.py",
    "chalicelib/github/budget.py",
    "chalicelib/github/answers.py",
    "chalicelib/github/creations.py",
    "chalicelib/github/dates.py",
    "chalicelib/github/drafts.py",
    "chalicelib/github/health.py",
    "chalicelib/github/protocol.py",
    "chalicelib/github/ratelimits.py",
    "chalicelib/github/refusals.py",
    "chalicelib/github/reports.py",
    "chalicelib/github/requests.py",
    "chalicelib/github/transfers.py",
    "chalicelib/intents.py",
    "chalicelib/items.py",
    "chalicelib/labels.py",
    "chalicelib/lifecycle/",
    "chalicelib/markdown.py",
    "chalicelib/masking.py",
    "chalicelib/metrics.py",
    "chalicelib/permits.py",
    "chalicelib/render/",
    "chalicelib/routing/",
    "chalicelib/values.py",
)


def shortfalls(report: dict[str, dict[str, dict[str, dict[str, float]]]]) -> list[str]:
    """Name every module below its floor."""
    found = []
    for path, module in sorted(report["files"].items()):
        floor = 100 if path.startswith(PURE) else 90
        covered = module["summary"]["percent_covered"]
        if covered < floor:
            found.append(
                f"{path}: {covered:.1f} % of lines and branches are covered, {floor} % are asked for"
            )
    return found


if __name__ == "__main__":
    missing = shortfalls(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    sys.exit("\n".join(missing) if missing else 0)
