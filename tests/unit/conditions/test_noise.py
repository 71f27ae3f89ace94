"""The noise of rules: sums, medians, and a suggestion for each kind of noise, with the numbers behind it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.adapters.noise_review import Advice, Counts, Review, Rule, Suggestion
from chalicelib.adapters.noise_review import alert as alert_of
from chalicelib.conditions.noise import SAMPLES, Noise, both, of_month, rule_of
from chalicelib.conditions.noise_advice import suggestion
from chalicelib.conditions.noise_review import MOST_RULES, SUGGESTIONS, review
from chalicelib.conditions.tally import Month
from tests.unit.builders import alert

MONTH = datetime(2026, 3, 1, tzinfo=UTC)


def noise(times: int, *, days: int | None = None, **fields: Any) -> Noise:
    """A rule that opened this often, on as many days; a person closed each issue after an hour."""
    on = min(times, 31) if days is None else days
    opened = {day: times // on + (day <= times % on) for day in range(1, on + 1)}
    return replace(Noise(1, opened, closed=times, to_resolve=(3600,) * times), **fields)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (noise(10, conditions=5, days=2), (Advice.GROUP, 5, 10, 5)),
        (noise(10, conditions=4, days=2), None),
        (noise(8, conditions=5, days=2), None),
        (noise(16, conditions=5, days=3), None),
        (noise(6, flapped=2), (Advice.MEASURE_LONGER, 2, 6, 0)),
        (noise(7, flapped=2), None),
        (noise(1, flapped=1), None),
        (noise(4, untouched=2, to_resolve=(120, 90, 119, 3600)), (Advice.WAIT, 3, 4, 2)),
        (noise(4, untouched=2, to_resolve=(60, 1200, 1200, 3600)), (Advice.WAIT, 3, 4, 30)),
        (noise(6, untouched=3, to_resolve=(60, 60, 600, 3600, 3600, 3600)), (Advice.WAIT, 3, 6, 10)),
        (noise(4, untouched=1, to_resolve=(60, 60, 60, 60)), None),
        (noise(4, untouched=2, to_resolve=(121, 121, 121, 3600)), (Advice.WAIT, 3, 4, 5)),
        (noise(3, untouched=1, to_resolve=(60, 60, 60)), None),
        (noise(2, untouched=1, to_resolve=(60, 60)), None),
        (noise(7, untouched=5, to_resolve=(60, 60, 60, 3600, 3600, 3600, 3600)), None),
        (noise(4, muted=2), (Advice.MUTED, 2, 4, 0)),
        (noise(5, muted=2), None),
        (noise(1, muted=1), None),
        (noise(3, untouched=3), (Advice.DELETE, 3, 3, 0)),
        (noise(2, untouched=2), None),
        (noise(4, untouched=3), None),
        (noise(3, untouched=3, to_ack=(60,)), None),
        (noise(12, untouched=6, days=10), (Advice.THRESHOLD, 10, 12, 0)),
        (noise(12, untouched=6, days=9), None),
        (noise(12, untouched=5, days=10), None),
        (Noise(), None),
    ],
)
def test_the_first_habit_that_its_numbers_show_is_named(
    of: Noise, expected: tuple[Advice, int, int, int] | None
) -> None:
    told = suggestion(of)
    assert (told and (told.advice, told.part, told.of, told.limit)) == expected


def test_the_milder_suggestion_comes_first() -> None:
    worst = noise(10, days=1, conditions=10, flapped=10, untouched=10, muted=10, to_resolve=(60,) * 10)
    named = []
    for calmer in ({}, {"conditions": 1}, {"flapped": 0}, {"to_resolve": (9000,)}, {"muted": 0}):
        worst = replace(worst, **calmer)
        told = suggestion(worst)
        named.append(told and told.advice)
    assert named == [*Advice][:5]


def test_two_conditions_add_up() -> None:
    one = of_month(Month("2026-03", ((1, 2), (5, 1)), 3, 2, 1, 0, (60,), (10, 20, 30)), "")
    other = of_month(Month("2026-03", ((5, 4),), 4, 0, 0, 1, (), (40,)), "https://x/2")
    both_of_them = Noise(2, {1: 2, 5: 5}, 7, 2, 1, 1, (60,), (10, 20, 30, 40), "https://x/2")
    assert both(one, other) == both_of_them
    assert both_of_them.times == 7
    assert both(other, one).url == "https://x/2"


def test_of_many_times_those_that_are_kept_have_their_median_and_ends() -> None:
    one, other = (Noise(to_resolve=tuple(range(begin, 101, 2))) for begin in (0, 1))
    kept = both(one, other).to_resolve
    assert len(kept) == SAMPLES
    assert (kept[0], kept[-1]) == (0, 100)
    assert 49 <= (kept[14] + kept[15]) / 2 <= 51


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"name": "HighCPU", "title": "HighCPU [web-1]"}, "HighCPU"),
        ({"title": "HighCPU [web-1]"}, "HighCPU"),
        ({"title": "Disk\nfull"}, "Disk full"),
        ({"title": f"{'word ' * 30}"}, "word word"),
    ],
)
def test_a_rule_is_named_without_what_tells_its_conditions_apart(fields: dict[str, Any], name: str) -> None:
    assert rule_of(alert(**fields)).startswith(name)
    assert len(rule_of(alert(**fields))) <= 80


def test_a_review_lists_the_noisiest_and_suggests_something_for_a_few() -> None:
    rules = {
        ("grafana", f"rule {number:02}"): noise(3 + number, untouched=3 + number) for number in range(40)
    }
    rules["grafana", "only closed"] = noise(1, opened={}, days=1)
    rules["", ""] = noise(1)
    told = review("infra", MONTH, 31, rules, partial=True)
    assert [rule.name for rule in told.rules[:2]] == ["rule 39", "rule 38"]
    assert len(told.rules) == MOST_RULES
    assert [rule.suggestion is not None for rule in told.rules] == [True] * SUGGESTIONS + [False] * 25
    assert (told.rules_in_all, told.partial) == (40, True)
    assert told.total.opened == sum(range(3, 43)) + 1
    assert (told.total.closed, sum(told.days), len(told.days)) == (
        told.total.opened + 1,
        told.total.opened,
        31,
    )


def test_times_are_medians() -> None:
    told = review(
        "infra", MONTH, 31, {("x", "y"): noise(2, to_ack=(60, 90), to_resolve=(1, 2, 9))}, partial=False
    )
    assert (told.total.to_ack, told.total.to_resolve) == (75, 2)
    assert told.rules[0].counts == told.total
    none = review("infra", MONTH, 31, {("x", "y"): noise(2, to_resolve=())}, partial=False).total
    assert (none.to_ack, none.to_resolve) == (None, None)


def test_a_review_is_read_back_from_its_alert() -> None:
    told = review("infra", MONTH, 31, {("x", "y"): noise(3, untouched=3)}, partial=False)
    event = alert_of(told, datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 5, 8, tzinfo=UTC))
    assert Review.read(event) == told
    assert told.rules[0].suggestion == Suggestion(advice=Advice.DELETE, part=3, of=3)
    newer = event.model_copy(update={"raw_provider": {**(event.raw_provider or {}), "later": 1}})
    assert Review.read(newer) == told
    assert Review.read(event.model_copy(update={"raw_provider": {"team": 1}})) is None
    assert Review.read(event.model_copy(update={"raw_provider": None})) is None


def test_rules_are_listed_by_openings_then_by_what_nobody_touched_then_by_name() -> None:
    rules = {
        ("x", "b"): noise(3),
        ("x", "a"): noise(3),
        ("x", "untouched"): noise(3, untouched=1),
        ("x", "more"): noise(4),
        ("a", "z"): noise(3),
    }
    told = review("infra", MONTH, 31, rules, partial=False)
    assert [(rule.source, rule.name) for rule in told.rules] == [
        *(("x", "more"), ("x", "untouched"), ("a", "z"), ("x", "a"), ("x", "b"))
    ]


def test_a_review_tells_every_figure_of_a_rule_and_of_all() -> None:
    one = noise(2, conditions=2, flapped=1, muted=1, to_ack=(60, 90), url="https://x/1")
    told = review("infra", MONTH, 31, {("x", "y"): one, ("", ""): one}, partial=False)
    counts = Counts(
        conditions=2, opened=2, closed=2, untouched=0, flapped=1, muted=1, to_ack=75, to_resolve=3600
    )
    assert told == Review(
        team="infra",
        month=MONTH,
        total=Counts(
            conditions=4, opened=4, closed=4, untouched=0, flapped=2, muted=2, to_ack=75, to_resolve=3600
        ),
        days=(2, 2, *([0] * 29)),
        rules=(
            Rule(source="x", name="y", counts=counts, url="https://x/1", suggestion=told.rules[0].suggestion),
        ),
        rules_in_all=1,
        partial=False,
    )


@pytest.mark.parametrize("times", [SAMPLES, SAMPLES + 1])
def test_no_more_times_are_kept_than_there_is_room_for(times: int) -> None:
    kept = both(Noise(to_ack=tuple(range(times, 0, -1))), Noise()).to_ack
    assert len(kept) == SAMPLES
    assert kept == (tuple(range(SAMPLES, 0, -1)) if times == SAMPLES else tuple(sorted(kept)))
    assert {kept[0], kept[-1]} == {1, times}
