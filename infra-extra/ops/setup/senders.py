"""What to paste into the senders: addresses, and where their tokens are stored; no token is shown."""

from collections.abc import Iterator

from chalicelib.adapters.registry import SOURCES
from ops import functions, terraform
from ops.deployment import Faults
from ops.setup.step import Setup, Step


def show(setup: Setup) -> None:
    """Show it."""
    setup.person.say("\n".join(_needed(setup)))


def _needed(setup: Setup) -> Iterator[str]:
    """Yield what each sender needs, line by line."""
    address, topic = functions.url(setup.stage), terraform.outputs(setup.stage).get("alarm_topic_arn")
    if address is None or topic is None:
        fault = f"{setup.names.prefix} is not deployed: run the step `deploy` first"
        raise Faults("there is nothing to paste yet:", [fault])
    yield "CloudWatch alarms in Terraform (docs/senders/cloudwatch.md):"
    yield f'  alarm_actions = ["{topic}"]'
    yield f'  ok_actions    = ["{topic}"]'
    for source in setup.wanted.senders:
        page = source if source in SOURCES.built_in else "custom"
        yield f"\n{source} (docs/senders/{page}.md): a webhook to"
        yield f"  {address}/webhooks/{source}"
        yield "  with the token that this command prints:"
        yield f"  {_token(setup, source)}"


def _token(setup: Setup, source: str) -> str:
    return (
        f"aws secretsmanager get-secret-value --region {setup.region} "
        f"--secret-id {setup.names.webhook_secret} --query SecretString --output text "
        f"| jq -r .{source}_webhook_token"
    )


STEP = Step("senders", lambda _: "show what to paste into your senders", lambda _: None, show)
