"""Your own program: sends an alert to Alerting, with nothing but the standard library.

`ALERTING_URL` is the API's address, `ALERTING_TOKEN` the `normalized_webhook_token` of the secret
`alerting-<stage>-webhook-secrets`. docs/alert.schema.json describes the fields.

    python emitter.py FIRING "Nightly backup is late" nightly-backup
    python emitter.py RESOLVED "Nightly backup is late" nightly-backup

With an interval it is a heartbeat: an issue opens when the next one is missing. RESOLVED ends it for good.

    python emitter.py FIRING "Nightly backup" nightly-backup-done 1d
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime

TRIES = 4


def alert(state: str, title: str, alarm_id: str, interval: str | None = None) -> dict[str, object]:
    """Describe a condition; `alarm_id` is what makes a firing and its resolution the same condition."""
    beat = {"kind": "heartbeat", "interval": interval} if interval else {}
    return {
        **beat,
        "source": "backup-script",
        "state": state,
        "title": title,
        "summary": "No backup has finished since 02:00",
        "priority": "P2",
        "teams": ["storage"],
        "occurred_at": datetime.now(UTC).isoformat(),
        "identity": {"alarm_id": alarm_id},
        "links": {"runbook_url": "https://example.org/runbooks/backup"},
    }


def send(body: dict[str, object]) -> None:
    """Post an alert; errors in it (4xx) are raised at once, what may pass (429, 5xx) is retried."""
    request = urllib.request.Request(
        f"{os.environ['ALERTING_URL']}/webhooks/normalized",
        data=json.dumps(body).encode(),
        headers={
            "Content-Type": "application/json",
            "Authorization": f"Bearer {os.environ['ALERTING_TOKEN']}",
        },
        method="POST",
    )
    for seconds in [2**n for n in range(TRIES - 1)] + [None]:
        wait = seconds or 0
        try:
            urllib.request.urlopen(request, timeout=30).close()
        except urllib.error.HTTPError as error:
            if (error.code < 500 and error.code != 429) or seconds is None:
                raise RuntimeError(f"{error.code}: {error.read().decode()}") from error
            wait = int(error.headers.get("Retry-After") or wait)  # with 429: too many requests
        except OSError:
            if seconds is None:
                raise
        else:
            return
        time.sleep(wait)


if __name__ == "__main__":
    send(alert(*sys.argv[1:5]))
