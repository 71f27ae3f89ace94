"""The App's installation: by a person, on the repositories that the routing table names.

It comes after the webhook's address is set; otherwise the first events would be lost.
"""

from ops.deployment import Faults
from ops.setup.step import Setup, Step

POLL_SECONDS = 3.0
POLLS = 600


def will(setup: Setup) -> str:
    """Say what a person will do."""
    return f"have you install the App on {', '.join(setup.repositories)}"


def there(setup: Setup) -> str | None:
    """Ask GitHub whether it is installed on each of them."""
    return None if _missing(setup) else f"the App is already installed on {', '.join(setup.repositories)}"


def wait(setup: Setup) -> None:
    """Print the page, and wait up to half an hour until the App is installed everywhere; raises Faults."""
    assert setup.app  # noqa: S101 - for the type checker
    page = f"{setup.github.itself(setup.app).html_url}/installations/new"
    missing, told = _missing(setup), list[str]()
    setup.person.say(f"Open this page in a browser and select the repositories:\n  {page}")
    for _ in range(POLLS):
        if missing != told:
            setup.person.say(f"Waiting for the App to be installed on {', '.join(missing)} ...")
        setup.sleep(POLL_SECONDS)
        missing, told = _missing(setup), missing
        if not missing:
            return
    raise Faults("the App is not installed yet:", [f"install it on {', '.join(missing)}: {page}"])


def _missing(setup: Setup) -> list[str]:
    if setup.app is None:
        raise Faults("the App cannot be installed:", ["it has no key: run the step `app` first"])
    return [each for each in setup.repositories if not setup.github.installed(setup.app, each)]


STEP = Step("install", will, there, wait)
