"""The GitHub App: created by GitHub's manifest flow, its key stored straight in Secrets Manager."""

import base64

from botocore.exceptions import BotoCoreError, ClientError

from ops.deployment import Faults, web_address
from ops.setup import keeping
from ops.setup.github import Created
from ops.setup.loopback import Loopback
from ops.setup.manifest import manifest, offer, permissions
from ops.setup.step import Setup, Step


def will(setup: Setup) -> str:
    """Say what a person will see."""
    return (
        f"create a GitHub App for {setup.organization}, which you confirm on GitHub, "
        f"and store its key in the secret {setup.names.app_secret}"
    )


def there(setup: Setup) -> str | None:
    """Check whether the secret has a key."""
    return f"{setup.names.app_secret} already has its key" if setup.app else None


def create(setup: Setup) -> None:
    """Have a person create it, and store its key."""
    _require_one_owner(setup)
    _require_no_other(setup)
    # Fail now if the secret cannot be written: GitHub shows a key only once.
    keeping.add(setup.stage, setup.stage.app_secret, {})
    created = _created(setup)
    key = base64.b64encode(created.pem.encode()).decode()
    values = {"github_app_client_id": created.client_id, "github_app_key_base64": key}
    try:
        keeping.add(setup.stage, setup.stage.app_secret, values)
    except (Faults, ClientError, BotoCoreError) as error:
        lost = f"delete the App on GitHub ({created.html_url}), then run the same command again"
        raise Faults("the App's key was lost:", [str(error), lost]) from None


def _require_one_owner(setup: Setup) -> None:
    """Raise Faults for repositories of other owners: a private App can only be installed on its owner's."""
    own = f"{setup.organization.lower()}/"
    if others := [each for each in setup.repositories if not each.lower().startswith(own)]:
        by_hand = "create a public App by hand (docs/deploy-by-hand.md), then run the same command again"
        raise Faults(
            f"a private App of {setup.organization} cannot be installed on {', '.join(others)}:", [by_hand]
        )


def _require_no_other(setup: Setup) -> None:
    """Raise Faults if the secret already names an App, without its key: an id there is never replaced."""
    there = keeping.held(setup.stage, setup.stage.app_secret) or {}
    if named := [each for each in ("github_app_client_id", "github_app_id") if each in there]:
        fault = f"it has {named[0]}, and no github_app_key_base64: add it, or take the id out"
        raise Faults(f"{setup.stage.app_secret} names another App:", [fault])


def _created(setup: Setup) -> Created:
    web, organization = web_address(setup.api), setup.organization

    def page(back: str, state: str) -> str:
        needs = permissions(setup.routed)
        described = manifest(stage=setup.name, organization=organization, web=web, back=back, needs=needs)
        return offer(described, organization=organization, web=web, state=state)

    with Loopback(page) as loopback:
        setup.person.say(f"Open this page in a browser on this machine:\n  {loopback.address}")
        code = loopback.code()
    return setup.github.convert(code)


STEP = Step("app", will, there, create)
