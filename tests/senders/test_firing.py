"""The life of an alert, as Prometheus and Alertmanager tell it."""

import json
from typing import Any

from tests.senders.record import SAMPLES
from tests.senders.site import Site

SIX = tuple(f"linux-{name}" for name in ("x64", "arm64", "riscv64", "ppc64le", "s390x", "x86"))


def test_an_alert_opens_one_issue_that_its_repeats_leave_alone_and_its_end_closes(site: Site) -> None:
    site.fire("macos-13")
    site.until_open("macos-13")
    (issue,) = site.issues("macos-13")
    assert {"Team:ci-runners", "Pri:P1", "Source:alertmanager"} <= set(issue.label_names)
    assert "118 jobs wait for a runner of macos-13" in (issue.body or "")
    site.until_repeated("macos-13")
    assert site.states("macos-13") == ["open"]
    site.end("macos-13")
    site.until_closed("macos-13")
    assert issue.state_reason == "completed"


def test_what_fires_again_is_one_issue_still(site: Site) -> None:
    site.fire("macos-14")
    site.until_open("macos-14")
    site.end("macos-14")
    site.until_closed("macos-14")
    site.fire("macos-14")
    site.until_open("macos-14")
    site.end("macos-14")
    site.until_closed("macos-14")


def test_of_a_group_of_six_those_two_are_closed_that_have_ended(site: Site) -> None:
    ended, left = SIX[:2], SIX[2:]
    site.fire(*SIX)
    site.until_open(*SIX)
    site.end(*ended)
    site.until_closed(*ended)
    assert [site.states(pool) for pool in left] == [["open"]] * 4
    site.end(*left)
    site.until_closed(*SIX)


def test_what_is_sent_looks_like_the_samples(site: Site) -> None:
    site.fire("macos-15")
    site.until_open("macos-15")
    site.end("macos-15")
    site.until_closed("macos-15")
    for name, status in (("recorded-firing", "firing"), ("recorded-resolved", "resolved")):
        recorded = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))["payload"]
        sent = site.accepted("macos-15", status)[0]
        assert kinds(sent.body) == kinds(recorded)
        assert kinds(sent.of("macos-15")[0]) == kinds(recorded["alerts"][0])


def kinds(sent: dict[str, Any]) -> dict[str, type]:
    """Return which fields there are, and of what kind."""
    return {name: type(value) for name, value in sent.items()}
