"""`send`: publishes alerts to the topic, as senders do."""

from datetime import timedelta
from typing import Annotated

import typer

from chalicelib.adapters import envelope, registry
from chalicelib.alert import AlertEvent, Condition, Priority
from chalicelib.cli import next_command, options, payloads, screen
from chalicelib.quantities import counted
from chalicelib.wiring import checkout
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import store

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode="markdown")

Name = Annotated[str, typer.Option(help="Tells test alerts apart; `resolve` ends the one of the same name.")]
Team = Annotated[str, typer.Option(help="Whose it is, which decides the repository.")]
OfPriority = Annotated[Priority, typer.Option(help="How urgent.", case_sensitive=False)]
Wait = Annotated[int, typer.Option(min=0, max=3600, help="Wait this many seconds for the issue.")]
File = Annotated[str, typer.Argument(metavar="FILE", help="A payload; - is standard input.")]


@app.callback()
def send() -> None:
    """Send a test alert, or a payload from a file, to the stage's topic.

    - `send fire --team ci-runners --wait 60` opens an issue
    - `send resolve --wait 60` closes it
    - `send file alert.json` sends what a provider would
    """


@app.command()
def fire(
    stage: options.Stage = "local",
    region: options.Region = None,
    name: Name = "test",
    team: Team = "dev-infra",
    priority: OfPriority = Priority.P3,
    wait: Wait = 0,
    as_json: options.AsJson = False,
) -> None:
    """Let a test alert fire.

    Examples:
    - `send fire`
    - `send fire --stage dev --team storage --priority P2 --wait 60`
    """
    _test(checkout.find(stage, region), _alert(name, team, priority, Condition.FIRING), wait, as_json)


@app.command()
def resolve(
    stage: options.Stage = "local",
    region: options.Region = None,
    name: Name = "test",
    wait: Wait = 0,
    as_json: options.AsJson = False,
) -> None:
    """Let the test alert of that name resolve, which closes its issue.

    Example:
    - `send resolve --stage dev --wait 60`
    """
    alert = _alert(name, "unknown", Priority.P3, Condition.RESOLVED)
    _test(checkout.find(stage, region), alert, wait, as_json)


@app.command()
def file(
    name: File,
    source: options.Source = None,
    stage: options.Stage = "local",
    region: options.Region = None,
    as_json: options.AsJson = False,
) -> None:
    """Send a payload unchanged; if it does not become an issue, it ends up in the dead-letter queue.

    Examples:
    - `send file build/examples/cloudwatch.json`
    - `explain --template grafana | send file -`
    """
    found = checkout.find(stage, region)
    text = payloads.text(name)
    sent = _publish(found, source or payloads.recognised(text).source, text)
    screen.as_json({"sent": sent}) if as_json else screen.say(f"Sent {counted(sent, 'message')}.")


def _alert(name: str, team: str, priority: Priority, condition: Condition) -> AlertEvent:
    return AlertEvent(
        source="test-alert",
        state=condition,
        title=f"Test alert: {name}",
        summary="Sent by hand to see that alerts become issues; nothing is wrong.",
        priority=priority,
        teams=(team,),
        occurred_at=CLOCK.now(),
        identity={"alarm_id": name},
    )


def _test(stage: Stage, alert: AlertEvent, wait: int, as_json: bool) -> None:
    _publish(stage, "normalized", alert.model_dump_json(exclude_defaults=True))
    shown = _awaited(stage, alert, wait)
    if as_json:
        screen.as_json({"fingerprint": alert.fingerprint, "issue": shown})
    else:
        screen.say(f"Sent: {alert.title}, {alert.state}. {shown or 'Follow it with:'}")
        screen.line(next_command.on(stage, "show", alert.fingerprint))
    if wait and not shown:
        typer.echo(
            f"No issue {'open' if alert.state is Condition.FIRING else 'closed'} after {wait} s.", err=True
        )
        raise typer.Exit(1)


def _publish(stage: Stage, source: str, text: str) -> int:
    """Publish a payload as its source would; raises NotAccepted if the webhook would refuse it."""
    now = CLOCK.now()
    messages = payloads.messages(source, text, now)
    stamped = {} if registry.published(source) else envelope.stamp(source, CLOCK.unique(), now)
    stage.publisher.publish([message.body for message in messages], stamped)
    return len(messages)


def _awaited(stage: Stage, alert: AlertEvent, wait: int) -> str:
    """Wait until the issue is as the alert says; returns an empty text if that takes too long."""
    until = CLOCK.now() + timedelta(seconds=wait)
    while CLOCK.now() < until:
        row = store(stage).get(alert.fingerprint)
        issue = row.status.issue if row and row.spec.condition is alert.state else None
        if row and issue and issue.open == (alert.state is Condition.FIRING):
            return f"{issue.url} is {'open' if issue.open else 'closed'}."
        CLOCK.sleep(0.5)
    return ""
