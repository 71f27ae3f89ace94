"""The App's webhook: GitHub's events go to the API, once it has an address."""

from chalicelib.errors import ConfigurationError
from chalicelib.github.auth import App
from chalicelib.webhook import hook_secret
from ops import functions
from ops.deployment import Faults
from ops.setup import keeping
from ops.setup.step import Setup, Step

EVENTS = "/github/events"


def will(_: Setup) -> str:
    """Say where the events will go."""
    return f"have GitHub send the App's events to the API, signed with {hook_secret.NAME}"


def there(setup: Setup) -> str | None:
    """Ask GitHub whether they go there."""
    found, address = setup.github.hook(_app(setup)), _address(setup)
    return (
        f"GitHub already sends events to {address}"
        if (found.url, found.content_type) == (address, "json")
        else None
    )


def point(setup: Setup) -> None:
    """Set on GitHub where they go, and what to sign them with."""
    held = keeping.held(setup.stage, setup.stage.webhook_secret) or {}
    if not held.get(hook_secret.NAME):
        fault = f"{setup.stage.webhook_secret} has no {hook_secret.NAME}: run the step `tokens` first"
        raise Faults("GitHub does not know where to send events:", [fault])
    setup.github.set_hook(_app(setup), _address(setup), str(held[hook_secret.NAME]))


def _address(setup: Setup) -> str:
    address = functions.url(setup.stage)
    if address is None:
        raise Faults("the webhook has no address:", [f"{setup.stage.prefix} is not deployed"])
    return f"{address}{EVENTS}"


def _app(setup: Setup) -> App:
    if setup.app is None:
        raise ConfigurationError(setup.stage.app_secret, ["it has no GitHub App key"])
    return setup.app


STEP = Step("webhook", will, there, point)
