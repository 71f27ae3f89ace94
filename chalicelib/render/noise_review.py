"""The page of a noise review: a team's month, its noisiest rules, and what would make them quieter."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from chalicelib.adapters import registry
from chalicelib.adapters.noise_review import Advice, Counts, Review, Rule, Suggestion
from chalicelib.conditions import notifications
from chalicelib.conditions.row import Issue
from chalicelib.quantities import counted
from chalicelib.render import chart, markdown, notification
from chalicelib.render.sections import Room
from chalicelib.render.view import View
from chalicelib.render.words import duration

MAX_NAME = 120

_HEAD = (
    "| Rule | Opened | Closed untouched | Flapped | Muted | Acknowledged after | Open for |\n"
    "|---|--:|--:|--:|--:|---|---|"
)
_HOW = (
    "Reopened issues count as opened. Untouched: it closed by itself, and nobody acknowledged, snoozed, "
    "muted, labelled or commented on it. Times are medians, counted from the opening. The month is in UTC."
)
_ADVICE: Mapping[Advice, str] = {
    Advice.GROUP: "**Group it**, with `group_by` in Alertmanager or Grafana, or a composite alarm in "
    "CloudWatch: {part} of {of} opened on one day, and it has {limit} conditions.",
    Advice.MEASURE_LONGER: "**Measure it over a longer period**, or let it end later (`keep_firing_for`, a "
    "recovery threshold): it flapped in {part} of {of}.",
    Advice.WAIT: "**Let it wait {limit} minutes longer before it fires** (`for`, or more datapoints to "
    "alarm): {part} of {of} were over within {limit} minutes.",
    Advice.MUTED: "**Change its threshold, or delete it**: people muted it in {part} of {of}.",
    Advice.DELETE: "**Delete it, or make it a chart**: nobody touched any of the {of} that closed.",
    Advice.THRESHOLD: "**Raise its threshold**: it opened on {part} days, as if that were normal.",
}
"""What to do, in the providers' words, and the numbers that say why."""

_PARTIAL = "There was too much to count everything: the quietest rules and conditions are missing."


def page(view: View, issue: Issue | None, room: Room) -> Iterator[str]:
    """Write the month, then the suggestions, which are what a person can act on, then the figures."""
    review = Review.read(view.alert)
    over = notifications.over(view.row.spec, view.now)
    yield from notification.ended(view)
    yield f"**{_headline(review)}**" if review else f"**{view.headline}**"
    yield view.facts(f"{review.month:%B %Y}" if review else "a month")
    yield "" if over else view.mentions(issue.announced if issue else view.alert.priority)
    if review:
        yield from _suggestions(view, review)
        yield from _days(review)
        yield from _table(view, review, room)
        yield " ".join([_HOW, *([_PARTIAL] if review.partial else [])])
    yield from notification.story(view, issue)


def _headline(review: Review) -> str:
    total = review.total
    opened, rules = counted(total.opened, "issue"), counted(review.rules_in_all, "rule")
    closed = f"{total.untouched:,} of the {total.closed:,} that closed were left untouched."
    return (
        f"{opened} opened in {review.month:%B %Y}, from {rules}. {closed if total.closed else 'None closed.'}"
    )


def _suggestions(view: View, review: Review) -> Iterator[str]:
    noisiest = [rule for rule in review.rules if rule.suggestion]
    if noisiest:
        yield "### What would help"
        yield "\n".join(
            f"1. {_name(view, rule)} opened {counted(rule.counts.opened, 'time')}. {_advice(rule.suggestion)}"
            for rule in noisiest
            if rule.suggestion
        )


def _advice(suggestion: Suggestion) -> str:
    numbers = {name: f"{getattr(suggestion, name):,}" for name in ("part", "of", "limit")}
    return _ADVICE[suggestion.advice].format(**numbers)


def _days(review: Review) -> Iterator[str]:
    yield "### Issues opened per day"
    days = len(review.days)
    yield f"`{chart.blocks(review.days)}` from day 1 to day {days}, at most {max(review.days)} a day."
    yield chart.mermaid(f'"day of the month" 1 --> {days}', review.days)


def _table(view: View, review: Review, room: Room) -> Iterator[str]:
    if listed := review.rules[: room.rows]:
        left_out = review.rules_in_all - len(listed)
        yield "### By rule"
        yield "\n".join([_HEAD, *(_row(_name(view, rule), rule.counts) for rule in listed)])
        yield f"And {counted(left_out, 'quieter rule')}." if left_out else ""


def _row(name: str, counts: Counts) -> str:
    numbers = (counts.opened, f"{counts.untouched} of {counts.closed}", counts.flapped, counts.muted)
    cells = (name, *numbers, _length(counts.to_ack), _length(counts.to_resolve))
    return f"| {' | '.join(map(str, cells))} |"


def _name(view: View, rule: Rule) -> str:
    """Name a rule; it is not a link, because its name may hold an address."""
    source, address = view.line(registry.shown_as(rule.source)), markdown.address(rule.url)
    about = [source, *([f"[latest issue]({address})"] if address else [])]
    return f"{view.line(rule.name, MAX_NAME)} ({', '.join(about)})"


def _length(seconds: int | None) -> str:
    return "" if seconds is None else duration(timedelta(seconds=seconds))
