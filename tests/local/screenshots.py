"""`make screenshots`: lets the product write issues, and takes the README's pictures of their pages."""

import io
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.browser.chromium import HOW_TO_INSTALL, chromium, installed, set_window
from tests.local import senders
from tests.local.demo.cast import PUBLISHING, RACK, SIGNING, SIGNING_TIERS
from tests.local.demo.project import project
from tests.local.github.model import Issue
from tests.local.senders import GrafanaAlert
from tests.local.stack import ROOT, LocalStack
from tests.local.stack.ports import PortOccupiedError

ALERTS, INFRA = "example-org/alerts", "example-org/ci-infra"
IMAGES = ROOT / "docs" / "images"
WIDTH, SCALE, MARGIN = 880, 2, 16
COLORS = 64
GREY = "ededed"
DUPLICATE_SECONDS = 3.0
IN_STORM, ENDED = 10, 3
IMPACT = "Every team that releases: twelve packages wait, the oldest since midnight."

QUEUE = "arm64-runners-stuck"
QUEUE_DESCRIPTION = """\
TEAM=ci-runners | PRIORITY=P0 | RUNBOOK=https://example.org/runbooks/arm64-runners
SUMMARY=No arm64 runner has taken a job for ten minutes
Release builds wait for arm64 too, so nothing ships until this works again.
"""
QUEUE_REASON = (
    "Threshold Crossed: 1 out of the last 1 datapoints [812.0] was greater than the threshold (500.0) "
    "(minimum 1 datapoint for OK -> ALARM transition)."
)
LATENCY = "forge-api-latency"
LATENCY_DESCRIPTION = """\
TEAM=dev-infra | PRIORITY=P1 | RUNBOOK=https://example.org/runbooks/forge-api
SUMMARY=The forge's API answers slower than it usually does
"""
LATENCY_REASON = "Thresholds Crossed: 2 out of the last 2 datapoints were greater than the upper thresholds."


def ago(minutes: float) -> datetime:
    return datetime.now(UTC) - timedelta(minutes=minutes)


def set_clock(stack: LocalStack, minutes: float) -> None:
    """Let GitHub's pages believe that it is as long ago as the alerts say, so that their times agree."""
    stack.github.world.now = lambda: time.time() - 60 * minutes


def is_open(issue: Issue) -> bool:
    return issue.state == "open"


def is_closed(issue: Issue) -> bool:
    return issue.state == "closed"


def is_dressed(issue: Issue) -> bool:
    """Whether reconcile has given its labels their colours; those of the routing stay grey."""
    return all(label.color != GREY for label in issue.labels if not label.name.startswith(("area:", "ci:")))


def critical(stack: LocalStack) -> Issue:
    """A P0 of CloudWatch, just opened."""
    trigger = senders.metric_trigger("QueuedJobs", "CI/Runners", 500.0, Fleet="arm64")
    stack.aws.cloudwatch.put_metric_data(**senders.metric_data(trigger, ago(0), QUEUED))
    stack.aws.publish(
        senders.cloudwatch(QUEUE, QUEUE_DESCRIPTION, ago(0), reason=QUEUE_REASON, trigger=trigger)
    )
    return issue_when(stack, INFRA, QUEUE, is_open)


def with_panel(stack: LocalStack) -> Issue:
    """A P2 of Grafana with an image of its panel, reported twice."""
    alert = GrafanaAlert(
        "Disk almost full",
        "P2",
        "storage",
        "artifact-store-3 is 93 % full and will be full in 40 minutes",
        {"instance": "artifact-store-3", "mountpoint": "/srv/artifacts"},
        {"description": "Uploads of artifacts fail once it is full. Old nightlies can go first."},
        value=93,
        image_url=f"{stack.github.url}/_pages/panel.svg",
    )
    group = senders.grafana_group([alert.payload(ago(6))])
    set_clock(stack, 6)
    post(stack, group)
    issue_when(stack, ALERTS, alert.name, is_open)
    set_clock(stack, 0)
    time.sleep(DUPLICATE_SECONDS)
    post(stack, group)
    return issue_when(stack, ALERTS, alert.name, lambda issue: "Reported 2 times" in (issue.body or ""))


def unacknowledged(stack: LocalStack) -> Issue:
    """A P1 that nobody acknowledges while another alert of its team fires: every tier is called."""
    for alert in (PUBLISHING, SIGNING):
        post(stack, senders.grafana_group([alert.payload(ago(0))]))
        issue = issue_when(stack, ALERTS, alert.name, is_open)
    stack.wait_until(lambda: len(issue.comments) == len(SIGNING_TIERS), "the comments that call the tiers")
    return issue


def post(stack: LocalStack, group: dict[str, Any]) -> None:
    senders.post(stack.http_url, "grafana", stack.tokens["grafana"], group).raise_for_status()


def flapping(stack: LocalStack) -> Issue:
    """A P1 that fires, recovers and fires again: one issue."""
    trigger = senders.anomaly_trigger(
        "TargetResponseTime", "AWS/ApplicationELB", LoadBalancer="app/forge/50dc6c495c0c9188"
    )
    changes = [(47, "ALARM"), (38, "OK"), (29, "ALARM"), (17, "OK"), (3, "ALARM")]
    for minutes, state in changes:
        before, reason, holds = (
            ("OK", LATENCY_REASON, is_open) if state == "ALARM" else ("ALARM", None, is_closed)
        )
        message = senders.cloudwatch(
            LATENCY,
            LATENCY_DESCRIPTION,
            ago(minutes),
            state=state,
            before=before,
            reason=reason,
            trigger=trigger,
        )
        set_clock(stack, minutes)
        stack.aws.publish(message)
        issue = issue_when(stack, INFRA, LATENCY, holds)
    set_clock(stack, 0)
    return issue


def storm(stack: LocalStack) -> Issue:
    """The parent of a storm of which some alerts have ended."""
    began, rack = ago(4), RACK[:IN_STORM]
    post(stack, senders.grafana_group([alert.payload(began) for alert in rack]))
    for alert in rack:
        member = issue_when(stack, INFRA, alert.title, lambda issue: issue.parent is not None)
    parent = member.parent
    assert parent
    stack.wait_until(lambda: "none yet" not in (parent.body or ""), "the table with all issues")
    post(stack, senders.grafana_group([alert.payload(began, ago(0)) for alert in rack[:ENDED]]))
    stack.wait_until(lambda: f"{ENDED} ended" in (parent.body or ""), "the table with those that ended")
    return parent


def incident(stack: LocalStack) -> Issue:
    """An incident that a person declared and has written about; two of its alerts fire since earlier."""
    mona, alert = stack.github.person("mona"), issue_when(stack, ALERTS, PUBLISHING.name, is_open)
    mona.comment(ALERTS, alert.number, "/ack")
    issue_when(stack, ALERTS, PUBLISHING.name, lambda issue: "Acknowledged by" in (issue.body or ""))
    mona.comment(ALERTS, alert.number, "/sev No package can be released")
    issue = issue_when(stack, ALERTS, "No package can be released", lambda issue: len(issue.sub_issues) == 2)
    mona.comment(ALERTS, alert.number, "The signing key expired at midnight; a new one is being rolled out.")
    told = ("acknowledged", "commented")
    stack.wait_until(lambda: all(each in (issue.body or "") for each in told), "the timeline")
    body = (issue.body or "").replace("Who is affected, how, and since when?", IMPACT)
    mona.edit(ALERTS, issue.number, body=body)
    return issue


def board(stack: LocalStack) -> Issue:
    """The board of all of them, after two weeks in which other alerts came and went."""
    for day, (priority, team) in HISTORY.items():
        for number in range(1 + day % 3):
            title = f"Nightly job {day}.{number} failed"
            for minutes, state in ((30, "FIRING"), (0, "RESOLVED")):
                told = senders.normalized(
                    title,
                    priority=priority,
                    team=team,
                    summary="It ended with code 1",
                    at=ago(day * 24 * 60 + minutes),
                    state=state,
                )
                senders.post(
                    stack.http_url, "normalized", stack.tokens["normalized"], told
                ).raise_for_status()
                stack.wait_until(stack.quiet, f"{title}: {state}")
    stack.aws.dynamodb.delete_item(
        TableName=f"{stack.aws.prefix}-alerts-state", Key={"fingerprint": {"S": f"board#{ALERTS}"}}
    )
    return issue_when(stack, ALERTS, "Alert board", lambda issue: "xychart" in (issue.body or ""))


HISTORY = {
    day: (("P2", "P3", "P1", "P2", "P0")[day % 5], "storage") for day in (1, 2, 3, 5, 6, 8, 9, 11, 12, 13)
}

QUEUED = (*[14, 22, 9, 17] * 5, *range(40, 520, 40), 640, 700, 688, 812)
"""Jobs that waited in the three hours before, every five minutes."""

PICTURES: dict[str, Callable[[LocalStack], Issue]] = {
    "issue-p0-cloudwatch": critical,
    "issue-p2-grafana": with_panel,
    "issue-unacknowledged": unacknowledged,
    "issue-flapping": flapping,
    "storm": storm,
    "incident": incident,
    "board": board,
}


def issue_when(stack: LocalStack, repository: str, name: str, holds: Callable[[Issue], bool]) -> Issue:
    """Wait until the issue about that alert is as wanted and nothing is left to say about it."""

    def found() -> list[Issue]:
        listed = stack.github.world.repository(repository).listed
        return [issue for issue in listed if name in issue.title and holds(issue)]

    stack.wait_until(lambda: bool(found()) and stack.quiet(), f"the issue about {name}")
    return found()[0]


UNFOLDED = {"issue-unacknowledged": ("Commands", "The alert as data")}
"""Folds that are shown open, by picture."""

_UNFOLD = """
for (const fold of document.querySelectorAll("details"))
  fold.open = arguments[0].includes(fold.querySelector("summary").textContent)
"""


def picture(browser: Chrome, url: str, unfolded: tuple[str, ...] = ()) -> bytes:
    """An issue's page as a PNG with few colors, cropped to the issue."""
    browser.get(url)
    browser.execute_script(_UNFOLD, unfolded)
    area = browser.find_element(By.ID, "issue").rect
    set_window(browser, WIDTH, int(area["y"] + area["height"] + MARGIN), scale=SCALE)
    shown = Image.open(io.BytesIO(browser.get_screenshot_as_png()))
    cropped = shown.crop((0, SCALE * int(area["y"] - MARGIN), *shown.size)).convert("RGB")
    png = io.BytesIO()
    cropped.quantize(COLORS, dither=Image.Dither.NONE).save(png, "PNG", optimize=True)
    return png.getvalue()


def take_pictures(folder: Path) -> None:
    """Write the pictures into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    # Wider than the local stage's 12 seconds: GitHub's clock says that the flaps are minutes apart.
    settings = {"REOPEN_WINDOW_MINUTES": "60", "WRITE_SPACING_SECONDS": "0"}
    repositories = (ALERTS, INFRA)
    with (
        tempfile.TemporaryDirectory(prefix="alerting-pictures-") as copied,
        LocalStack(
            http=True, repositories=repositories, settings=settings, project=project(Path(copied))
        ) as stack,
        chromium() as browser,
    ):
        for name, make in PICTURES.items():
            issue = make(stack)
            stack.wait_until(partial(is_dressed, issue), "the labels' colours")
            set_window(browser, WIDTH, WIDTH, scale=SCALE)
            url = f"{stack.github.url}/{issue.repository.full_name}/issues/{issue.number}"
            png = picture(browser, url, UNFOLDED.get(name, ()))
            path = folder / f"{name}.png"
            path.write_bytes(png)
            print(f"{path.relative_to(ROOT)}  {len(png) // 1024} kB")


def main() -> None:
    if not installed():
        sys.exit(HOW_TO_INSTALL)
    try:
        take_pictures(IMAGES)
    except PortOccupiedError as occupied:
        sys.exit(str(occupied))


if __name__ == "__main__":
    main()
