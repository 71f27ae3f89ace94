"""The GitHub App's key, whether anything is written to GitHub, and when reconcile last looked there."""

from collections.abc import Iterator
from datetime import timedelta

from chalicelib.cli.doctor.finding import Finding
from chalicelib.github.auth import App
from chalicelib.reconcile.drift import Looked, key_of
from chalicelib.render.words import duration, moment
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.rules import policy
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import store

LATE = 3
"""After how many times its interval the last look at GitHub is overdue."""


def app(stage: Stage) -> Iterator[Finding]:
    """Check that the App's secret contains a key that signs."""
    if App.from_secret(stage.secret(stage.app_secret).read()).signs(CLOCK.now()):
        yield Finding("GitHub App", "its key signs")
    else:
        to_do = "Write github_app_key_base64 again, from the file as GitHub gave it: `base64 -w0 key.pem`."
        yield Finding("GitHub App", "its key is damaged: what it signs is not valid", to_do)


def enabled(stage: Stage) -> Iterator[Finding]:
    """Say whether the stage writes anything to GitHub."""
    if stage.settings.github_enabled:
        yield Finding("GitHub", f"enabled, at {stage.settings.github_api_url}")
    else:
        yield Finding("GitHub", "disabled: rows are written, issues are not (GITHUB_ENABLED=false)")


def last_look(stage: Stage) -> Iterator[Finding]:
    """Check that reconcile runs: it looks at every repository regularly, unless GitHub is disabled."""
    if not stage.settings.github_enabled:
        return
    now = CLOCK.now()
    late = max(stage.settings.drift_changes * LATE, timedelta(minutes=5))
    never = list[str]()
    for repository in sorted(policy(stage.settings).routing.repositories):
        document = store(stage).load(key_of(repository))
        looked = document.parsed(Looked).changes if document.text else None
        if looked and now - looked < late:
            told = f"{repository} last looked at {moment(looked)}, {duration(now - looked)} ago"
            yield Finding("reconcile", told)
        else:
            never.append(f"{repository} last looked at {moment(looked) if looked else 'never'}")
    if never:
        yield Finding("reconcile", "; ".join(never), "Is its schedule enabled? What does its log say?")
