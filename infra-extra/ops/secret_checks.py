"""Whether the secrets exist, and contain what the functions will read.

CI may not read them, since every pull request could then print them: it only checks that they exist.
"""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.adapters import registry
from chalicelib.errors import ConfigurationError
from chalicelib.github.auth import App
from chalicelib.webhook import hook_secret, senders
from chalicelib.webhook.authentication import Credentials, text_of
from ops.deployment import Deployment


def secrets(stage: Deployment) -> Iterator[str]:
    """Both secrets exist, and contain what the functions will read."""
    held = list[dict[str, Any]]()
    for name, read in ((stage.webhook_secret, _senders), (stage.app_secret, _app)):
        secret = stage.secret(name)
        try:
            held.append(secret.read())
            read(held[-1])
        except ConfigurationError as error:
            if _is_denied(error) and _is_there(stage, name):
                print(f"The secret {name} exists, but you may not read it: its content was not checked.")
            else:
                yield f"in {stage.region}, {error}"
    if len(held) == 2 and hook_secret.misplaced(*held):
        yield (
            f"{hook_secret.NAME} is in {stage.app_secret}, which the webhook can no longer read; copy it: "
            f"{hook_secret.copying(stage.prefix, stage.region)}"
        )


def _is_denied(error: ConfigurationError) -> bool:
    cause = error.__cause__
    return isinstance(cause, ClientError) and cause.response["Error"]["Code"] == "AccessDeniedException"


def _is_there(stage: Deployment, name: str) -> bool:
    try:
        stage.client("secretsmanager").describe_secret(SecretId=name)
    except ClientError:
        return False
    return True


def _app(secret: dict[str, Any]) -> None:
    App.from_secret(secret)


def _senders(secret: dict[str, Any]) -> None:
    """At least one source may send, and everything that is set can be used, including GitHub's secret."""
    if secret.get(hook_secret.NAME) is not None:
        text_of(hook_secret.NAME, secret[hook_secret.NAME])
    credentials = [Credentials.of(source, secret) for source in registry.webhooks()]
    named = senders.read(secret)
    if named.faults:
        raise ConfigurationError("webhook-secrets", list(named.faults))
    if not named.entries and not any(each.there for each in credentials):
        raise ConfigurationError("webhook-secrets", ["no source has a token: set grafana_webhook_token"])
