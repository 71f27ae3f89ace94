"""The GitHub App: its key, its installations, what it may do, and when reconcile last looked."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import quote

from chalicelib.alert import Priority
from chalicelib.cli.doctor.finding import Finding
from chalicelib.errors import GitHubError, Refused, Suspended
from chalicelib.github.auth import App
from chalicelib.github.client import GitHubClient
from chalicelib.github.issues import GitHubIssues
from chalicelib.github.protocol import Request, Response
from chalicelib.labels import AREA_LABEL
from chalicelib.quantities import counted
from chalicelib.reconcile.drift import Looked, key_of
from chalicelib.render.words import duration, moment
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.github import client as connect
from chalicelib.wiring.rules import policy
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import store

PATIENCE = timedelta(seconds=30)
LABELS = (AREA_LABEL, *(f"Pri:{priority}" for priority in Priority))
LATE = 3
"""Times the interval after which the last look at GitHub is too long ago."""


class Unreported:
    """Tells the budget nothing, for a few reads that are not worth a write to the table."""

    def turn(self, owner: str) -> float | None:
        """Refuse a write: none is asked for."""

    def answered(self, owner: str, response: Response) -> None:
        """GitHub answered."""

    def limited(self, owner: str, retry_at: datetime | None) -> None:
        """GitHub asked to wait."""

    def failed(self, owner: str) -> None:
        """GitHub did not answer."""


def app(stage: Stage) -> Iterator[Finding]:
    """See that the App's secret holds a key that signs."""
    App.from_secret(stage.secret(stage.app_secret).read()).token(CLOCK.now())
    yield Finding("GitHub App", "its key signs")


def enabled(stage: Stage) -> Iterator[Finding]:
    """Say whether the stage tells GitHub anything."""
    if stage.settings.github_enabled:
        yield Finding("GitHub", f"enabled, at {stage.settings.github_api_url}")
    else:
        yield Finding("GitHub", "disabled: rows are written, issues are not (GITHUB_ENABLED=false)")


def repositories(stage: Stage) -> Iterator[Finding]:
    """See that each routed repository lets us read and write issues."""
    client = connect(stage, Unreported())
    issues = GitHubIssues(client)
    for repository in sorted(policy(stage.settings).routing.repositories):
        until = CLOCK.now() + PATIENCE
        try:
            bot = client.us(repository).login
            shown = list(issues.open_ones(repository, AREA_LABEL, until))
            lacking = [label for label in LABELS if not _has_label(client, repository, label, until)]
            assigned = policy(stage.settings).routing.assigned_in(repository)
            called = issues.name_now(repository, until)
            strangers = [login for login in assigned if not issues.assignable(repository, login, until)]
        except GitHubError as error:
            yield Finding(repository, str(error), _fix(error, repository))
        else:
            of_ours = f"{counted(len(shown), 'open issue')} labelled {AREA_LABEL}"
            made = f"; made by the first issue with it: {', '.join(lacking)}" if lacking else ""
            yield Finding(repository, f"{bot} may write issues; {of_ours}{made}")
            if called.lower() != repository.lower():
                yield Finding(
                    repository,
                    f"it is now {called}, and GitHub redirects there for the time being",
                    f"Write {called} in chalicelib/routing.toml: calls are counted for the account that is "
                    "named there, and a new repository with the old name would end the redirect.",
                )
            for login in strangers:
                yield Finding(
                    repository,
                    f"{login} cannot be assigned: issues are opened without",
                    f"Give {login} access to {repository}, or correct chalicelib/routing.toml.",
                )


def last_look(stage: Stage) -> Iterator[Finding]:
    """See that reconcile lives: it looks at every repository again and again, unless GitHub is disabled."""
    if not stage.settings.github_enabled:
        return
    now = CLOCK.now()
    late = max(stage.settings.drift_changes * LATE, timedelta(minutes=5))
    for repository in sorted(policy(stage.settings).routing.repositories):
        document = store(stage).load(key_of(repository))
        looked = document.parsed(Looked).changes if document.text else None
        told = (
            f"{repository} last looked at {moment(looked)}, {duration(now - looked)} ago"
            if looked
            else "never"
        )
        fix = (
            ""
            if looked and now - looked < late
            else "Is reconcile's schedule enabled? What does its log say?"
        )
        yield Finding("reconcile", told, fix)


def _has_label(client: GitHubClient, repository: str, label: str, until: datetime) -> bool:
    try:
        client.send(Request("GET", f"/repos/{repository}/labels/{quote(label, safe='')}", repository), until)
    except Refused as error:
        if error.status != 404:
            raise
        return False
    return True


def _fix(error: GitHubError, repository: str) -> str:
    if error.status == 410:
        return f"Enable issues in the settings of {repository}, or route its teams elsewhere."
    if isinstance(error, Suspended):
        return f"Restore the App in the settings of {repository.partition('/')[0]}, under GitHub Apps."
    if isinstance(error, Refused) and error.status == 404:
        return f"Install the GitHub App on {repository}, or correct its name in chalicelib/routing.toml."
    if isinstance(error, Refused) and error.status == 401:
        return "The key or the App's id in the secret is not the App's; make a new key on the App's page."
    if isinstance(error, Refused):
        return "Grant the App `Issues: read and write`, and accept that on the installation's page."
    return "GitHub did not answer; see githubstatus.com and try again."
