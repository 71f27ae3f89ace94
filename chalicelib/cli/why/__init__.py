"""`why`: why something has no open issue, in one sentence, with the evidence and the next command."""

from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chalicelib.alert import AlertEvent
from chalicelib.cli import options
from chalicelib.cli.why import payload, printing
from chalicelib.cli.why.verdict import Answered, Summary
from chalicelib.wiring.clock import CLOCK

if TYPE_CHECKING:
    from chalicelib.cli.why.inquiry import Inquiry

What = Annotated[
    str | None,
    typer.Argument(
        metavar="X",
        help="A title or part of one, an issue, a fingerprint, an alarm's name or ARN, or a payload's file; "
        "`-` is standard input.",
    ),
]


def why(
    what: What = None,
    source: options.Source = None,
    stage: options.Stage = "local",
    region: options.Region = None,
    as_json: options.AsJson = False,
) -> None:
    """Why is there no open issue? One verdict in a sentence, its evidence, and the next command.

    Without X: everything that is firing without an open issue. Changes nothing.

    Examples:
    - `why "Disk almost full" --stage prod`
    - `why example-org/alerts#12`
    - `why arn:aws:cloudwatch:us-west-2:123456789012:alarm:queue-too-long`
    - `why payload.json --source grafana`
    - `why --stage prod --json | jq -r '.[].sentence'`

    The exit code says what kind of cause it is:
    - 0: it has an open issue, or is not firing
    - 1: several conditions are meant, and at least one fires without an open issue
    - 2: wrong usage, or nobody answered
    - 3: its issue opens by itself; the sentence says when
    - 4: a person or a setting asked for it
    - 5: the sender has to change something
    - 6: GitHub refuses it: change the App, the repository or the routing
    - 7: Alerting itself is stuck; see its log
    - 8: it never reached this stage
    """
    now = CLOCK.now()
    summary: Summary | None = None
    if what and _is_payload(what):
        answers = _in_file(what, source, stage, region, now)
    else:
        inquiry = _asking(stage, region, now)
        answers = inquiry.about(what) if what else inquiry.about_all()
        summary = None if what and len(answers) == 1 else inquiry.summary(what, answers)
    if as_json:
        printing.as_json(answers)
    else:
        printing.show(answers, summary)
    raise typer.Exit(printing.code(answers))


def _in_file(name: str, source: str | None, stage: str, region: str | None, now: datetime) -> list[Answered]:
    """Answer for each part of a payload; the stage is only asked about parts that become alerts."""
    parts = payload.parts(name, source, now)
    alerts = [part for part in parts if isinstance(part, AlertEvent)]
    known = iter(_asking(stage, region, now).about_alerts(alerts) if alerts else ())
    return [next(known) if isinstance(part, AlertEvent) else part for part in parts]


def _asking(stage: str, region: str | None, now: datetime) -> "Inquiry":
    """Load the code that asks AWS only when it is needed: its libraries take the most time."""
    made: Inquiry = import_module("chalicelib.cli.why.inquiry").of(stage, region, now)
    return made


def _is_payload(what: str) -> bool:
    """Whether it names a payload; a misspelt file name must not be taken for an alert's title."""
    return what == "-" or Path(what).is_file() or (what.endswith(".json") and not any(map(str.isspace, what)))
