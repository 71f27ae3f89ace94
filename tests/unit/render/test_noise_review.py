"""The page of a noise review: what would make the noisiest rules quieter, the days, and every figure."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given

from chalicelib import render
from chalicelib.adapters import noise_review
from chalicelib.adapters.noise_review import Advice, Counts, Review, Rule, Suggestion
from chalicelib.alert import AlertEvent
from chalicelib.conditions.record import record
from chalicelib.conditions.row import AlertState
from chalicelib.render.issue import MAX_BODY
from chalicelib.routing import load
from tests.unit.markup import HOSTILE, active, hosts, kinds
from tests.unit.rows import routing

OVER, EXPIRES = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 5, 8, tzinfo=UTC)
LATENCY = Counts(conditions=3, opened=8, closed=7, untouched=7, flapped=1, muted=0, to_resolve=180)
DISK = Counts(conditions=2, opened=2, closed=2, untouched=0, flapped=0, muted=1, to_ack=240, to_resolve=5400)
WAIT = Suggestion(advice=Advice.WAIT, part=7, of=8, limit=5)
URL = "https://github.com/org/infra/issues/7"


def rule(counts: Counts = LATENCY, **fields: Any) -> Rule:
    known: dict[str, Any] = {"source": "grafana", "name": "Latency", "url": URL}
    return Rule(counts=counts, **known | fields)


def alert(*rules: Rule, **fields: Any) -> AlertEvent:
    known: dict[str, Any] = {
        "team": "infra",
        "month": datetime(2026, 3, 1, tzinfo=UTC),
        "total": LATENCY,
        "days": tuple(range(31)),
        "rules": rules,
        "rules_in_all": len(rules),
    }
    return noise_review.alert(Review(**known | fields), OVER, EXPIRES)


def row(told: AlertEvent) -> AlertState:
    return record(None, told, OVER).row


def body(told: AlertEvent, now: datetime = OVER) -> str:
    return render.body(row(told), routing(), now)


def test_a_page_says_what_to_do_before_it_says_the_figures() -> None:
    written = body(alert(rule(suggestion=WAIT), rule(DISK, name="Disk", source="cloudwatch", url="")))
    parts = written.split("\n\n")[1:-1]
    name = "Latency (Grafana, [latest issue](https://redirect.github.com/org/infra/issues/7))"
    assert parts[:3] == [
        "**8 issues opened in March 2026, from 2 rules. 7 of the 7 that closed were left untouched.**",
        "**P3 low** · March 2026 · team infra · Alerting",
        "### What would help",
    ]
    assert parts[3].startswith(
        f"1. {name} opened 8 times. **Let it wait 5 minutes longer before it fires** (`for`"
    )
    assert parts[3].endswith(": 7 of 8 were over within 5 minutes.")
    assert parts[4] == "### Issues opened per day"
    assert parts[5].endswith("` from day 1 to day 31, at most 30 a day.")
    assert parts[6].startswith("```mermaid")
    assert parts[8].splitlines()[2:] == [
        f"| {name} | 8 | 7 of 7 | 1 | 0 |  | 3 minutes |",
        "| Disk (CloudWatch) | 2 | 0 of 2 | 0 | 1 | 4 minutes | 1 hour 30 minutes |",
    ]
    assert parts[-1].startswith("This is a notification: close the issue once you have read it. Otherwise it")


def test_its_title_names_month_and_team() -> None:
    assert render.title(alert(rule()), routing()) == "[P3] Noise review of March 2026: infra"


@pytest.mark.parametrize("advice", Advice)
def test_each_suggestion_has_its_words_and_its_numbers(advice: Advice) -> None:
    told = Suggestion(advice=advice, part=11, of=1234, limit=17)
    (line,) = [each for each in body(alert(rule(suggestion=told))).splitlines() if each.startswith("1. ")]
    assert ("11" in line) or advice is Advice.DELETE
    assert ("1,234" in line) or advice is Advice.THRESHOLD
    assert ("17" in line) == (advice in (Advice.GROUP, Advice.WAIT))


def test_a_month_without_a_suggestion_or_a_closing_says_no_more() -> None:
    open_yet = LATENCY.model_copy(update={"closed": 0, "untouched": 0, "to_resolve": None})
    written = body(alert(rule(open_yet), total=open_yet))
    assert "from 1 rule. None closed.**" in written
    assert "What would help" not in written


def test_what_is_not_listed_is_counted() -> None:
    assert "And 9 quieter rules." in body(alert(rule(), rules_in_all=10))
    assert "too much to count" not in body(alert(rule()))
    assert "too much to count" in body(alert(rule(), partial=True))


@given(name=HOSTILE)
def test_a_hostile_name_stays_text(name: str) -> None:
    calm = body(alert(rule(name="Latency", suggestion=WAIT)))
    written = body(alert(rule(name=name, suggestion=WAIT)))
    assert active(written) == active(calm)
    assert written.count("<!--") == calm.count("<!--")
    assert "github.com" not in hosts(written)
    assert written.count("```") == calm.count("```")
    assert kinds(written) <= kinds(calm) | {"code_inline"}


def test_the_longest_review_fits_also_next_to_what_people_wrote() -> None:
    longest = rule(name="<" * 80, url=f"https://github.com/{'o' * 39}/{'r' * 100}/issues/{10**9}")
    first = longest.model_copy(update={"suggestion": WAIT})
    told = alert(*[first] * 5, *[longest] * 25, rules_in_all=31)
    written = body(told)
    assert len(written) <= MAX_BODY
    assert written.count("| 7 of 7 |") == 30
    assert "And 1 quieter rule." in written
    more = render.body(row(told), routing(), OVER, previous=written + "x" * (MAX_BODY - len(written)) + "y")
    assert len(more) <= MAX_BODY
    assert more.endswith("xy")
    assert more.count("| 7 of 7 |") == 20
    assert "And 11 quieter rules." in more
    least = render.body(row(told), routing(), OVER, previous=written + "x" * (MAX_BODY - 8000) + "y")
    assert "What would help" in least
    assert "By rule" not in least


def test_a_review_that_this_version_cannot_read_is_shown_by_its_title() -> None:
    written = body(alert(rule()).model_copy(update={"raw_provider": {"version": 9}}))
    assert "**Noise review of March 2026: infra**" in written
    assert "By rule" not in written


def test_one_that_is_over_says_so_and_calls_nobody() -> None:
    calls = load('[default]\nrepository = "org/x"\n[default.mention]\nP3 = ["@org/readers"]\n')
    told = row(alert(rule()))
    assert "@org/readers" in render.body(told, calls, OVER)
    over = render.body(told, calls, EXPIRES)
    assert "**Expired** at 00:00 UTC (2026-05-08)." in over
    assert "@org/readers" not in over


def test_details_none_shows_no_more_than_a_rule_s_name() -> None:
    terse = alert(rule(), team="terse")
    assert "Latency" in body(terse)
    assert "What the provider sent" not in body(alert(rule(), team="private"))
