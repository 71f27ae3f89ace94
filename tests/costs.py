"""What the system costs a month on AWS, by service, from the list prices in `docs/prices.toml`.

`python -m tests.costs 1000 100000` prints it for months with that number of alerts, as in docs/costs.md.
"""

import sys
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

PRICES = Path(__file__).parents[1] / "docs" / "prices.toml"
TABLE = tomllib.loads(PRICES.read_text(encoding="utf-8"))
SERVICES = {
    "api": "API Gateway",
    "sns": "SNS and SQS",
    "sqs": "SNS and SQS",
    "lambda": "Lambda",
    "table": "DynamoDB",
    "recovery": "DynamoDB",
    "log": "Logs",
    "metric": "Metrics",
    "alarm": "Alarms and dashboard",
    "dashboard": "Alarms and dashboard",
    "secret": "Secrets Manager",
}
"""The service that an item belongs to, by the first word of its name."""


def usage(alerts: int) -> dict[str, float]:
    """How much of each item a month with this many alerts uses."""
    used: dict[str, float] = defaultdict(float, TABLE["each_month"])
    for item, amount in TABLE["each_alert"].items():
        used[item] += amount * alerts
    return {item: min(amount, TABLE["at_most"].get(item, amount)) for item, amount in used.items()}


def monthly(alerts: int) -> dict[str, float]:
    """US dollars a month, by service."""
    costs: dict[str, float] = defaultdict(float)
    for item, amount in usage(alerts).items():
        price = TABLE["prices"][item]
        costs[SERVICES[item.split("_")[0]]] += amount * price["usd"] / price["per"]
    return dict(costs)


def table(months: Sequence[int]) -> str:
    """Write the costs of months with these numbers of alerts, the dearest first."""
    costs = [monthly(alerts) for alerts in months]
    services = sorted(costs[-1], key=lambda name: -costs[-1][name])
    rows = [
        ["US dollars a month", *(f"at {alerts:,} alerts" for alerts in months)],
        *([service, *(f"{each[service]:,.2f}" for each in costs)] for service in services),
        ["**together**", *(f"**{sum(each.values()):,.2f}**" for each in costs)],
    ]
    head, *others = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, f"|---|{'---:|' * len(months)}", *others])


if __name__ == "__main__":
    print(table([int(each) for each in sys.argv[1:]] or [1_000, 100_000]))
