"""The senders' tokens, and the secret that signs GitHub's events: random, and only in Secrets Manager."""

import secrets

from chalicelib.webhook import hook_secret
from ops.setup import keeping
from ops.setup.step import Setup, Step


def will(setup: Setup) -> str:
    """Say which tokens it will create."""
    return f"add random tokens to the secret {setup.names.webhook_secret}: {', '.join(_wanted(setup))}"


def there(setup: Setup) -> str | None:
    """Check whether the secret has them all."""
    held = keeping.held(setup.stage, setup.stage.webhook_secret) or {}
    return (
        None if set(_wanted(setup)) - set(held) else f"{setup.names.webhook_secret} already has every token"
    )


def make(setup: Setup) -> None:
    """Create those that are missing."""
    made = {name: secrets.token_hex(32) for name in _wanted(setup)}
    keeping.add(setup.stage, setup.stage.webhook_secret, made)


def _wanted(setup: Setup) -> list[str]:
    return [*(f"{source}_webhook_token" for source in setup.wanted.senders), hook_secret.NAME]


STEP = Step("tokens", will, there, make)
