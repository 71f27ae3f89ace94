"""The dead-letter queue: how many messages did not become issues, by reason."""

from collections import Counter
from collections.abc import Iterator

from chalicelib.cli import letters, next_command
from chalicelib.cli.doctor.finding import Finding
from chalicelib.cli.doctor.resources import attributes, waiting
from chalicelib.quantities import counted
from chalicelib.wiring.stage import Stage

NAME = "dead-letter queue"
MOST_READ = 1000
"""How many messages are worth reading; if there are more, only the number is reported."""


def by_reason(stage: Stage) -> Iterator[Finding]:
    """Check that nothing was rejected; the list gives a fix for each reason."""
    kept = waiting(attributes(stage.client("sqs"), stage.queue_url(stage.dlq)))
    if not kept:
        yield Finding(NAME, "empty")
        return
    fix = f"See why, and how to send each again: {next_command.on(stage, 'dlq', 'list')}"
    if kept > MOST_READ:
        yield Finding(NAME, counted(kept, "message"), fix)
        return
    with letters.opened(stage) as dead:
        reasons = Counter(letter.why("reason") for letter in dead.letters)
    told = ", ".join(f"{number} {reason}" for reason, number in reasons.most_common())
    yield Finding(NAME, f"{counted(kept, 'message')}: {told}", fix)
