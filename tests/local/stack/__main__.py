"""`python -m tests.local.stack`: the stack on its fixed ports until Ctrl-C, for a person to play with."""

import sys
import threading
from datetime import UTC, datetime

from tests.local import examples
from tests.local.processes import run_until_told
from tests.local.stack import LocalStack
from tests.local.stack.ports import PortOccupiedError

PLAY = """\
The local stack is running. Time limits are short here: a repeat within 2 s is a
duplicate, an issue is updated every 6 s, commented every 12 s, and reopened
within 12 s of its closing. In another terminal, in this folder:
{first}
Send a Grafana group:
  curl -H 'X-Grafana-Token: local-grafana-token' -d @build/examples/grafana.json http://127.0.0.1:8000/webhooks/grafana

Send an alert of your own:
  curl -H 'X-Normalized-Token: local-normalized-token' -d @build/examples/normalized.json http://127.0.0.1:8000/webhooks/normalized

Publish a CloudWatch alarm:
  .venv/bin/python -m chalicelib.cli send file build/examples/cloudwatch.json

See what fires, and what was rejected and why:
  .venv/bin/python -m chalicelib.cli list
  .venv/bin/python -m chalicelib.cli dlq list

Read the issues:  http://127.0.0.1:5580/
Read the logs:    {logs}
Stop:             Ctrl-C
"""

BY_HAND = """
Start the webhook, and leave it running:
  .venv/bin/chalice local --stage local --no-autoreload
"""


def main() -> None:
    """Run until told to stop; `--without-http` leaves the routes to a `chalice local` of your own."""
    repositories = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    http = "--without-http" not in sys.argv
    examples.write(examples.FOLDER, datetime.now(UTC))
    with LocalStack(http=http, fixed_ports=True, repositories=repositories) as stack:
        print(PLAY.format(logs=stack.log_dir, first="" if http else BY_HAND), flush=True)
        run_until_told(threading.Event())


if __name__ == "__main__":
    try:
        main()
    except PortOccupiedError as occupied:
        sys.exit(str(occupied))
