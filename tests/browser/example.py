"""A stand-in for GitHub with issues that show everything the pages can show."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.contract.github_rig import APP_ID, app_key
from tests.local.github import GitHubServer, Issue

ALERTS, INFRA = "acme/alerts", "acme/infra"
NOON = 1_800_000_000.0
COLORS = {"Pri:P0": "b60205", "Pri:P2": "fbca04", "Team:storage": "0e8a16", "area:alerting": "1d76db"}
BODY = """\
<!-- alerting:fingerprint=f0f0 -->

**The store is 93 % full**

[Open the runbook](https://example.org/runbook) · seen before in #1 · @acme/storage

![Panel](/_pages/panel.svg)

| Label | Value |
|---|---|
| mountpoint | /srv/artifacts |
| query | sum_over_time_of_a_metric_whose_name_nobody_wanted_to_shorten_because_it_says_everything |

<details>
<summary>Earlier</summary>

- fired 02:50 to 03:00 UTC

</details>

```
a line of code that is much too long for a telephone, and that nobody should have to read without scrolling it
```
"""


class Clock:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> float:
        return self.at


@contextmanager
def example() -> Iterator[tuple[GitHubServer, Clock]]:
    """Serve a repository with an old closed issue and an open one with a long story, and an empty one."""
    clock = Clock()
    github = GitHubServer(app_id=APP_ID, public_key_pem=app_key().public_pem, now=clock, site=None)
    alerts = github.world.add_repository(ALERTS, collaborators=["mona"])
    github.world.add_repository(INFRA)
    for name, color in COLORS.items():
        github.world.create_label(alerts, name, color)
    with github:
        before = opened(github, "[P2] Disk almost full", "It was 91 % full.", "Pri:P2")
        clock.at += 3600
        github.person("hubot").close(ALERTS, before.number, "not_planned")
        tell_long_story(
            github, clock, opened(github, "[P2] Disk almost full", BODY, "Pri:P2", "area:alerting")
        )
        yield github, clock


def opened(github: GitHubServer, title: str, body: str, *labels: str) -> Issue:
    """Let the app open an issue."""
    with github.world.lock:
        repository = github.world.repository(ALERTS)
        return github.world.open_issue(repository, github.world.bot, title, body, labels=labels)


def tell_long_story(github: GitHubServer, clock: Clock, issue: Issue) -> None:
    """Let a person do everything to the issue, minutes apart."""
    mona, number = github.person("mona"), issue.number
    for act in (
        lambda: mona.label(ALERTS, number, "Pri:P0"),
        lambda: mona.unlabel(ALERTS, number, "Pri:P2"),
        lambda: mona.edit(ALERTS, number, title="[P0] Disk full"),
        lambda: mona.comment(ALERTS, number, "Looking at it, see acme/alerts#1. `@code` ~~knows~~\n\n> why"),
        lambda: mona.assign(ALERTS, number, "mona"),
        lambda: mona.close(ALERTS, number),
        lambda: mona.reopen(ALERTS, number),
        lambda: mona.edit(ALERTS, number, body=f"{BODY}\nMona's own words."),
        lambda: mona.lock(ALERTS, number, "resolved"),
    ):
        clock.at += 120
        act()
