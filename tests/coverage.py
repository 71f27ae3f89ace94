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
    "chalicelib/alert_fields.py",
    "chalicelib/alert_values.py",
    "chalicelib/webhook/authentication.py",
    "chalicelib/webhook/sender_entry.py",
    "chalicelib/store/documents.py",
    "chalicelib/store/ports.py",
    "chalicelib/adapters/envelope.py",
    "chalicelib/errors.py",
    "chalicelib/quantities.py",
    "chalicelib/telemetry/log_keys.py",
    "chalicelib/webhook/hints.py",
    "chalicelib/rate_limit/rules.py",
    "chalicelib/github/answers.py",
    "chalicelib/rate_limit/creations.py",
    "chalicelib/github/dates.py",
    "chalicelib/github/drafts.py",
    "chalicelib/rate_limit/forecast.py",
    "chalicelib/rate_limit/health.py",
    "chalicelib/github/newest.py",
    "chalicelib/github/protocol.py",
    "chalicelib/github/ratelimits.py",
    "chalicelib/github/refusals.py",
    "chalicelib/rate_limit/reports.py",
    "chalicelib/github/requests.py",
    "chalicelib/github/transfers.py",
    "chalicelib/sync/intents.py",
    "chalicelib/store/codec.py",
    "chalicelib/store/schema.py",
    "chalicelib/labels.py",
    "chalicelib/conditions/",
    "chalicelib/lookups/calendar_times.py",
    "chalicelib/lookups/icalendar.py",
    "chalicelib/lookups/recurrence.py",
    "chalicelib/mirrors/__init__.py",
    "chalicelib/mirrors/document.py",
    "chalicelib/render/markdown.py",
    "chalicelib/telemetry/masking.py",
    "chalicelib/telemetry/metrics.py",
    "chalicelib/render/",
    "chalicelib/routing/",
    "chalicelib/setting_values.py",
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
