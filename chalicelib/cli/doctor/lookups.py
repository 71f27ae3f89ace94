"""Look-ups: whether Alertmanager and Grafana list their alerts for us, if that is set up."""

from collections.abc import Iterator

from chalicelib.cli.doctor.finding import Finding
from chalicelib.errors import AlertsNotListed
from chalicelib.quantities import counted
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.lookups import providers
from chalicelib.wiring.stage import Stage

NAME = "look-ups"


def listings(stage: Stage) -> Iterator[Finding]:
    """Check that each provider whose address is set lists its alerts; asked from this machine."""
    if not stage.settings.listed:
        yield Finding(NAME, "not set up: if an end is not reported, its issue gets the label alert:stale")
        return
    for provider in providers(stage):
        try:
            listing = provider.list(CLOCK.now())
        except AlertsNotListed as error:
            token = f"{provider.source}_api_token"
            fix = f"Correct its address, or `{token}` in the secret {stage.app_secret}."
            yield Finding(NAME, f"{error}", fix)
        else:
            young = "" if listing.whole else "; it started less than half an hour ago, and proves no end yet"
            yield Finding(NAME, f"{provider.name} lists {counted(len(listing.alerts), 'alert')}{young}")
