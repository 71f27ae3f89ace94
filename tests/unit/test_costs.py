"""The costs in docs/costs.md are what the list of prices says, and the list is complete."""

import re
from datetime import date
from pathlib import Path

from chalicelib.telemetry.metrics import METRICS
from tests.costs import SERVICES, TABLE, monthly, table

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/costs.md").read_text(encoding="utf-8")
SHOWN = (1_000, 100_000)


def test_the_page_shows_what_the_prices_come_to() -> None:
    assert f"\n\n{table(SHOWN)}\n\n" in PAGE
    assert "`.venv/bin/python -m tests.costs" in PAGE


def test_as_many_metrics_are_paid_at_most_as_there_are() -> None:
    assert TABLE["at_most"]["metric"] == sum(metric.published for metric in METRICS)
    assert monthly(100_000)["Metrics"] < 36 / 10  # of what they cost while each dimension was one


def test_every_item_that_is_used_has_its_price_with_its_source() -> None:
    used = {*TABLE["each_month"], *TABLE["each_alert"]}
    assert used == set(TABLE["prices"])
    assert {item.split("_")[0] for item in used} == set(SERVICES)
    assert all(price["source"].startswith("https://aws.amazon.com/") for price in TABLE["prices"].values())
    assert isinstance(TABLE["as_of"], date)
    assert f"as of {TABLE['as_of']:%B %Y}" in PAGE


def test_as_many_alarms_are_paid_as_there_are() -> None:
    text = (ROOT / "infra-extra" / "alarms.tf").read_text(encoding="utf-8")
    assert len(re.findall(r"^    [a-z-]+ = \{$", text, re.MULTILINE)) == TABLE["each_month"]["alarm"]


def test_more_alerts_never_cost_less() -> None:
    totals = [sum(monthly(alerts).values()) for alerts in (0, 1_000, 100_000, 1_000_000)]
    assert totals == sorted(totals)
