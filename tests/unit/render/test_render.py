"""What GitHub shows: five issues in full (golden/), and the rules of the wording.

`python -m tests.unit.render.test_render` writes the golden files again; read the difference first.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib import render
from chalicelib.alert import UNKNOWN_TEAM, Condition, Priority
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.row import AlertState, Status
from chalicelib.conditions.spec import Episode
from tests.unit.markup import active, for_people, kinds
from tests.unit.rows import BEGAN, alert, at, ended, episode, issue, routing, row

WEEK = 7 * 24 * 60
GOLDEN = Path(__file__).parents[1] / "golden"
ARN = "arn:aws:cloudwatch:us-west-2:123456789012:alarm:arm64-queue"
CLOUDWATCH = alert(
    source="cloudwatch",
    title="arm64-queue",
    summary=None,
    description="No arm64 runner has taken a job for ten minutes.\n\nScale the fleet by hand, then find out.",
    reason=f"{ARN} transitioned to ALARM: 1 datapoint [812.0 (23/11/26 03:09:00)] was greater than 500",
    priority="P0",
    identity={"account_id": "123456789012", "region": "us-west-2", "alarm_id": ARN},
    links={
        "source_url": "https://us-west-2.console.aws.amazon.com/cloudwatch/deeplink.js#alarmsV2:alarm/arm64-queue"
    },
    measurement={"value": "812", "threshold": "500"},
    labels={"Metric": "QueuedJobs", "Namespace": "CI/Runners", "Fleet": "arm64", "Account": "123456789012"},
)
GRAFANA = alert(
    title="Disk almost full",
    summary="The build cache has 3 % left on cache-7",
    description="Evictions start at 1 %; builds then take *three times* as long. Ask @octocat, see #42.",
    reason="B = 97.2, C = 1",
    priority="P2",
    teams=("storage", "infra"),
    links={
        "dashboard_url": "https://grafana.example.org/d/cache?viewPanel=2",
        "source_url": "https://grafana.example.org/alerting/grafana/abc/view?orgId=1",
        "silence_url": "https://grafana.example.org/alerting/silence/new?matcher=alertname%3DDisk",
        "image_url": "https://grafana.example.org/panel.png",
    },
    labels={"instance": "cache-7", "team": "storage", "note": ""},
)
FLAPPING = row(
    count=3,
    seen_at=at(14),
    episodes=(episode(-90, -80), episode(-40, -30), episode(-20, -10)),
    status=Status(issue(episode=at(-40)), predecessor=IssueRef("org/infra", 7), told=BEGAN),
)
NEWS = row(
    fires=alert(
        source="weekly-reports",
        kind="notification",
        title="Weekly report for Compilers is ready",
        summary="118 jobs, 3 of them red",
        priority="P3",
        collapse_key="weekly-report-compilers",
        expires_at=at(2 * WEEK),
        annotations={"report_url": "https://ci.example.org/reports/47"},
    ),
    condition=Condition.RESOLVED,
    episodes=(Episode(at(-2 * WEEK), at(-2 * WEEK)), Episode(at(-WEEK), at(-WEEK))),
    status=Status(issue(announced=Priority.P3), predecessor=IssueRef("org/infra", 11), told=BEGAN),
)
ISSUES = {
    "cloudwatch-p0-opened": row(fires=CLOUDWATCH),
    "grafana-p2-with-panel": row(fires=GRAFANA),
    "flapping": FLAPPING,
    "notification": NEWS,
    "deleted-rule": ended(14, reason="the rule was deleted", recovered=False),
}


def body(shown: AlertState, minutes: float = 14, previous: str = "") -> str:
    return for_people(render.body(shown, routing(), at(minutes), previous=previous))


def golden(name: str) -> str:
    shown = ISSUES[name]
    previous = render.body(shown, routing(), at(14)) if shown.status.issue else ""
    written = render.body(shown, routing(), at(14), previous=previous)
    return f"{render.title(shown.spec.alert or alert(), routing())}\n\n{written}\n"


@pytest.mark.parametrize("name", ISSUES)
def test_an_issue_reads_as_its_golden_file(name: str) -> None:
    assert golden(name) == (GOLDEN / f"{name}.md").read_text(encoding="utf-8")


def test_an_issue_comes_in_the_order_of_need() -> None:
    """What to do is above anything long, the impact above the reason, and the history below both."""
    shown = row(
        fires=alert(
            description="d" * 4000,
            reason="r" * 2000,
            teams=(UNKNOWN_TEAM,),
            links={"image_url": "https://e.org/panel.png"},
            labels={"host": "a"},
        ),
        count=2,
        episodes=(episode(-90, -80), episode(-20, -10)),
        status=Status(issue(episode=at(-20)), predecessor=IssueRef("org/infra", 7), told=at(-100)),
    )
    said = body(shown, previous=body(row(episode=at(-20))))
    pieces = [
        "**CI jobs",
        "**P1 high** · firing",
        "Open the runbook",
        "@org/day",
        "dddd",
        "rrrr",
        "Reported 2 times",
        "Fired 2 times",
        "Recurred:",
        "Also fired",
        "It names no team",
        "![Panel]",
        "| host | a |",
        "The whole reason",
    ]
    places = [said.find(piece) for piece in pieces]
    assert -1 not in places, pieces[places.index(-1)]
    assert places == sorted(places)


def test_what_has_ended_opens_with_that() -> None:
    assert body(ended(14)).index("**RESOLVED**") < body(ended(14)).index("**CI jobs")


def test_a_title_has_the_priority_and_fits() -> None:
    assert render.title(alert(), routing()) == "[P1] Runner queue too long"
    long = render.title(alert(title="x" * 500), routing())
    assert len(long) == 256
    assert long.endswith("… (cut, 249 characters more)")
    assert render.title(alert(title="\u202e"), routing()) == "[P1] An alert without a readable title"


def test_a_firing_says_since_when_and_how_long() -> None:
    assert "firing since 03:10 UTC (2026-11-23), 14 minutes as of 03:24" in body(row())
    for minutes in (-5, 0, 59 / 60):  # clocks differ
        assert "**P1 high** · firing since 03:10 UTC (2026-11-23) · team infra" in body(row(), minutes)
    assert "(2026-11-23), 1 minute as of 03:11 ·" in body(row(), 1)
    assert "1 hour 1 minute as of" in body(row(), 61)
    assert "2 days as of" in body(row(), 2 * 1440 + 5 / 60)


@pytest.mark.parametrize(
    ("fields", "headline"),
    [
        ({}, "CI jobs wait more than ten minutes for a runner"),
        ({"summary": None, "description": "First words.\nThe rest."}, "First words."),
        ({"summary": " \u202e", "reason": "B = 2"}, "B = 2"),
        ({"summary": None}, "Runner queue too long"),
        ({"summary": None, "title": "\x00"}, "An alert without a readable text"),
    ],
)
def test_the_headline_is_the_best_there_is(fields: dict[str, str], headline: str) -> None:
    assert f" -->\n\n**{headline}**\n\n**P1 high** · firing" in body(row(fires=alert(**fields)))


def test_nothing_is_said_twice() -> None:
    said = body(row(fires=alert(summary=None, description="Only this.", reason="Only this.")))
    assert said.count("Only this") == 1


def test_a_long_text_is_begun_above_and_told_in_full_below() -> None:
    texts = {"summary": "s" * 999, "reason": "r" * 1999, "description": "d" * 3999}
    said = body(row(fires=alert(**texts)))
    assert said.index("**s") < said.index("Open the runbook") < said.index("s" * 999)
    assert all(text in said for text in texts.values())
    assert "<summary>The whole reason</summary>" in said
    assert "d" * 3999 in body(row(fires=alert(summary=None, description="d" * 3999)))


def test_the_best_link_is_first_and_bold() -> None:
    source = {"source_url": "https://e.org/s"}
    dashboard = {"dashboard_url": "https://e.org/d"}
    runbook = {"runbook_url": "https://e.org/r"}
    said = body(row(fires=alert(links=source | dashboard | runbook)))
    assert (
        "**[Open the runbook](https://e.org/r)** · [Dashboard](https://e.org/d) · [Alert in Grafana]" in said
    )
    said = body(row(fires=alert(links=source | dashboard, teams=("other",))))
    assert "\n\n**[Dashboard](https://e.org/d)** · [Alert in Grafana](https://e.org/s)\n\n" in said
    assert "**[Open the runbook](https://example.org/runbooks/infra)**" in body(
        row(fires=alert(links=source))
    )
    assert "](" not in body(row(fires=alert(teams=("other",))))


def test_people_are_called_by_priority_on_opening() -> None:
    assert "\n\n@org/day\n\n" in body(row())
    assert "@" not in body(row(fires=alert(priority="P3")))


def test_an_update_calls_nobody_anew() -> None:
    """Those whom the escalation comment will call are not called by the body before it."""
    escalated = row(fires=alert(priority="P0"), status=Status(issue(announced=Priority.P1)))
    assert "@org/oncall" not in body(escalated, previous=body(row()))
    assert "@org/day" in body(escalated, previous=body(row()))


def test_what_has_ended_calls_nobody() -> None:
    assert "@" not in body(ended(14))


def test_a_resolution_says_when_after_how_long_and_why() -> None:
    said = body(ended(14, reason="B = 0"), 60)
    assert " -->\n\n**RESOLVED** at 03:24 UTC (2026-11-23) after 14 minutes. B = 0\n\n**CI jobs" in said
    assert "fired from 03:10 UTC · " in said
    assert "**RESOLVED** at 03:24 UTC (2026-11-23) after 14 minutes.\n" in body(ended(14, episodes=()))


def test_what_is_no_recovery_says_so() -> None:
    said = body(ended(14, reason="the rule was deleted.", recovered=False))
    assert "**Closed: the rule was deleted** at 03:24 UTC (2026-11-23) after 14 minutes." in said
    assert "**Closed: the provider stopped watching it** at" in body(ended(14, recovered=False))
    assert "**RESOLVED** at" in body(ended(14, resolution=None))


@pytest.mark.parametrize(
    ("source", "how"),
    [
        ("cloudwatch", "put `TEAM=your-team` into the alarm's description"),
        ("grafana", "give its rule the label `team`"),
        ("alertmanager", "give its rule the label `team`"),
        ("own-emitter", "let its sender name `teams`"),
    ],
)
def test_an_alert_without_a_team_says_how_to_route_it(source: str, how: str) -> None:
    said = body(row(fires=alert(teams=(UNKNOWN_TEAM,), source=source)))
    assert f"It names no team, so infra has it. To route it: {how}." in said
    assert "team infra" in said


def test_a_tombstone_has_nothing_to_show() -> None:
    buried = row()
    with pytest.raises(ValueError, match="nothing to show"):
        body(replace(buried, spec=replace(buried.spec, alert=None)))


def test_a_row_without_an_episode_shows_its_own_time() -> None:
    assert "since 03:12 UTC" in body(row(episode=None, at=at(2)))


def test_nothing_empty_is_written() -> None:
    said = body(row(fires=GRAFANA))
    assert "\n\n\n" not in said
    assert "| note |" not in said
    assert "| team |" not in said
    assert kinds(body(row())) & {"table_open", "image"} == set()


def test_the_table_names_what_it_lists() -> None:
    labels = {"Fleet": "arm64"}
    for source, kind in {"cloudwatch": "Detail", "grafana": "Label", "own-emitter": "Label"}.items():
        said = body(row(fires=alert(source=source, labels=labels)))
        assert f"| {kind} | Value |\n|---|---|\n| Fleet | arm64 |" in said


def test_the_folder_of_a_rule_is_told_only_where_there_is_nothing_else() -> None:
    folder = {"grafana_folder": "CI"}
    assert "| grafana_folder | CI |" in body(row(fires=alert(labels=folder | {"note": "", "team": "infra"})))
    for more in ({"labels": folder | {"host": "a"}}, {"labels": folder, "reason": "B = 1"}):
        said = body(row(fires=alert(**more)))
        assert "grafana_folder" not in said
        assert "table_open" in kinds(said)


@pytest.mark.parametrize(
    "reason", ["B = 93, C = 1", "93", "B0 = -1.5e-05; B1 = +Inf", "cpu usage = 12 %", "A = nan"]
)
def test_a_reason_without_words_is_a_row_of_the_table(reason: str) -> None:
    for team in ("infra", "terse"):
        said = body(row(fires=alert(reason=reason, teams=(team,))))
        assert said.count(reason) == 1
        assert f"| Value | {reason} |\n\n" in said
    assert body(row(fires=alert(summary=None, reason=reason))).count(reason) == 1  # the headline


@pytest.mark.parametrize(
    "reason", ["the query failed; B = 93", "the disk of the cache = 3", "B = high", "3 jobs wait"]
)
def test_a_reason_with_words_is_no_figure(reason: str) -> None:
    said = body(row(fires=alert(reason=reason)))
    assert f"\n\n{reason}\n\n" in said
    assert "| Value |" not in said


def test_the_condition_decides_what_is_said() -> None:
    assert ended(1).spec.condition is Condition.RESOLVED
    assert "firing since" not in body(ended(1))


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for each in ISSUES:
        (GOLDEN / f"{each}.md").write_text(golden(each), encoding="utf-8")


@pytest.mark.parametrize("team", ["gh-1", "abcdef1", "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef"])
def test_a_team_makes_no_reference(team: str) -> None:
    assert active(body(row(fires=alert(teams=(team,))))) <= {"mention"}  # the route's own


def test_a_reason_that_ends_in_an_escaped_mark_leaves_the_bold_whole() -> None:
    assert "**Closed: 7** at" in body(ended(14, reason="7.", recovered=False))
