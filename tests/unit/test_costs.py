"""The README's costs are what the list of prices says, and the list is complete."""

import re
from datetime import date
from pathlib import Path

from tests.costs import SERVICES, TABLE, monthly

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHOWN = (1_000, 100_000)


def test_the_readme_shows_what_the_prices_come_to() -> None:
    costs = [monthly(alerts) for alerts in SHOWN]
    table = README.partition("| US dollars a month |")[2].partition("\n\n")[0]
    assert [int(n.replace(",", "")) for n in re.findall(r"at ([\d,]+) alerts", table)] == list(SHOWN)
    found = re.findall(r"^\| ([A-Z].+?) \| (.+) \|$", table, re.MULTILINE)
    rows = {name: cells.split(" | ") for name, cells in found}
    assert rows == {service: [f"{each[service]:,.2f}" for each in costs] for service in costs[1]}
    (together,) = re.findall(r"^\| \*\*together\*\* \| (.+) \|$", table, re.MULTILINE)
    assert together.split(" | ") == [f"**{sum(each.values()):,.2f}**" for each in costs]


def test_every_item_that_is_used_has_its_price_with_its_source() -> None:
    used = {*TABLE["each_month"], *TABLE["each_alert"]}
    assert used == set(TABLE["prices"])
    assert {item.split("_")[0] for item in used} == set(SERVICES)
    assert all(price["source"].startswith("https://aws.amazon.com/") for price in TABLE["prices"].values())
    assert isinstance(TABLE["as_of"], date)
    assert f"as of {TABLE['as_of']:%B %Y}" in README


def test_as_many_alarms_are_paid_as_there_are() -> None:
    text = (ROOT / "infra-extra" / "alarms.tf").read_text(encoding="utf-8")
    assert len(re.findall(r"^    [a-z-]+ = \{$", text, re.MULTILINE)) == TABLE["each_month"]["alarm"]


def test_more_alerts_never_cost_less() -> None:
    totals = [sum(monthly(alerts).values()) for alerts in (0, 1_000, 100_000, 1_000_000)]
    assert totals == sorted(totals)
