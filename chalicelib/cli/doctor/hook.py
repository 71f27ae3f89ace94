"""GitHub's events: whether the webhook finds the secret that signs them."""

from collections.abc import Iterator

from chalicelib.cli.doctor.finding import Finding
from chalicelib.webhook import hook_secret
from chalicelib.webhook.authentication import text_of
from chalicelib.wiring.stage import Stage

NAME = "GitHub's events"


def secret(stage: Stage) -> Iterator[Finding]:
    """Check that GitHub's secret is where the webhook may read it, and not only next to the App's key."""
    senders, app = stage.secret(stage.webhook_secret).read(), stage.secret(stage.app_secret).read()
    if hook_secret.misplaced(senders, app):
        told = (
            f"{hook_secret.NAME} is only in {stage.app_secret}, which the webhook may not read: "
            "what people do on GitHub is noticed within ten minutes instead of at once"
        )
        yield Finding(NAME, told, f"Copy it: {hook_secret.copying(stage.prefix, stage.region)}")
    elif senders.get(hook_secret.NAME) is not None:
        text_of(hook_secret.NAME, senders[hook_secret.NAME])
        yield Finding(NAME, f"signed with {hook_secret.NAME} of {stage.webhook_secret}")
    else:
        yield Finding(NAME, "not set up: what people do on GitHub is noticed within ten minutes")
