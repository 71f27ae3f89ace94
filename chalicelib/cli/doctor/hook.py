"""GitHub's events: whether the webhook finds the secret that they are signed with."""

from collections.abc import Iterator

from chalicelib import hook_secret
from chalicelib.authentication import text_of
from chalicelib.cli.doctor.finding import Finding
from chalicelib.cli.stage import Stage

NAME = "GitHub's events"


def secret(stage: Stage) -> Iterator[Finding]:
    """See that GitHub's secret is where the webhook may read it, and no longer only next to the App's key."""
    prefix, region = stage.settings.prefix, stage.settings.region
    senders, app = stage.secret("webhook-secrets").read(), stage.secret("alerting-app-secrets").read()
    if hook_secret.misplaced(senders, app):
        told = (
            f"{hook_secret.NAME} is only in {prefix}-alerting-app-secrets, which the webhook may not read: "
            "what people do on GitHub is noticed within ten minutes instead of at once"
        )
        yield Finding(NAME, told, f"Copy it: {hook_secret.copying(prefix, region)}")
    elif senders.get(hook_secret.NAME) is not None:
        text_of(hook_secret.NAME, senders[hook_secret.NAME])
        yield Finding(NAME, f"signed with {hook_secret.NAME} of {prefix}-webhook-secrets")
    else:
        yield Finding(NAME, "not set up: what people do on GitHub is noticed within ten minutes")
