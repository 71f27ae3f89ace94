"""`python -m tests.bench.scale`: one hour at 100 alerts a second over 100,000 conditions, in virtual time.

The collector and reconcile run on the in-memory twins with the budget as it ships. Calls are counted, not
timed; what they cost a month is extrapolated from the hour, at the list prices in docs/prices.toml.
"""

import io
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from chalicelib.rate_limit.rules import Limits
from chalicelib.store import codec
from tests.bench import load
from tests.bench.twins import BATCH, Twins
from tests.costs import SERVICES, TABLE

RATES = (1.0, 10.0, 100.0)
"""Alerts a second."""

HOUR = timedelta(hours=1)
CONDITIONS = 100_000
HOURS_A_MONTH = 730
RESOLVED = 0.3
"""Of the messages about a condition that fires."""

GB = 0.5
"""The functions' memory."""

SECONDS_A_CALL = {"table": 0.005, "github": 0.3}
"""What a call is taken to last, for the price of the functions' time."""

FILE = Path("build") / "bench-scale.json"
GITHUB = {"open": "POST", "edit": "PATCH", "read": "GET", "comment": "POST"}


@dataclass(frozen=True, slots=True)
class Hour:
    """What an hour at a rate has used, and where it left the rows."""

    rate: float
    alerts: int
    conditions: int
    invocations: int
    table: dict[str, int]
    github: dict[str, int]
    row_kb: float
    due: int
    log_gb: float

    @property
    def usage(self) -> dict[str, float]:
        """The month's use, by the items of the price list: the hour's, times the hours of a month."""
        reads = self.table.get("get", 0) + self.table.get("load", 0)
        writes = sum(self.table.get(name, 0) for name in ("record", "claim", "settle", "rest"))
        github = sum(self.github.values())
        seconds = SECONDS_A_CALL["table"] * (reads + writes) + SECONDS_A_CALL["github"] * github
        hour = {
            "api_request": self.alerts / BATCH,
            "sns_request": self.alerts / BATCH,
            "sqs_request": self.alerts * 1.2 / BATCH,
            "lambda_request": self.invocations + self.alerts / BATCH,
            "lambda_gb_second": seconds * GB,
            "table_read": reads * -(-self.row_kb // 4),
            "table_write": writes * -(-self.row_kb // 1) + self.table.get("swap", 0),
            "log_gb": self.log_gb,
        }
        return {item: amount * HOURS_A_MONTH for item, amount in hour.items()}

    @property
    def costs(self) -> dict[str, float]:
        """US dollars a month, by service."""
        costs: dict[str, float] = defaultdict(float)
        for item, amount in self.usage.items():
            price = TABLE["prices"][item]
            costs[SERVICES[item.split("_")[0]]] += amount * price["usd"] / price["per"]
        return dict(costs)


class _Counted(io.StringIO):
    """Where the log goes: its characters are counted, and not kept."""

    def __init__(self) -> None:
        super().__init__()
        self.characters = 0

    def write(self, text: str) -> int:
        self.characters += len(text)
        return len(text)


def hour(rate: float, log: _Counted) -> Hour:
    """Run one hour at a rate, reconciling every minute."""
    twin, before = Twins(Limits()), log.characters
    alerts = invocations = 0
    ticked = load.START
    for batch in _batches(rate):
        at = batch[-1][0]
        while ticked + timedelta(minutes=1) <= at:
            ticked += timedelta(minutes=1)
            twin.tick(ticked)
            invocations += 1
        twin.collect([entry for _, entry in batch], at)
        alerts, invocations = alerts + len(batch), invocations + 1
    rows = list(twin.store.rows.values())
    sample = [
        len(json.dumps(codec.spec(row) | codec.status(row))) for row in rows[:: max(1, len(rows) // 100)]
    ]
    return Hour(
        rate=rate,
        alerts=alerts,
        conditions=len(rows),
        invocations=invocations,
        table=dict(Counter(twin.store.calls)),
        github=dict(Counter(twin.tracker.calls)),
        row_kb=sum(sample) / len(sample) / 1000,
        due=sum(row.due_at is not None for row in rows),
        log_gb=(log.characters - before) / 1e9,
    )


def _batches(rate: float) -> Iterator[list[tuple[datetime, dict[str, Any]]]]:
    """Messages about conditions drawn evenly: one fires, fires on, and now and then resolves."""
    draw, began = random.Random(8), dict[int, datetime]()
    batch: list[tuple[datetime, dict[str, Any]]] = []
    for count in range(int(rate * HOUR.total_seconds())):
        at = load.START + timedelta(seconds=count / rate)
        number = draw.randrange(CONDITIONS)
        ended = at if number in began and draw.random() < RESOLVED else None
        payload = load.grafana(number, began.setdefault(number, at), ended)
        if ended:
            del began[number]
        batch.append((at, load.record(payload, at, "grafana")))
        if len(batch) == BATCH:
            yield batch
            batch = []


def show(hours: list[Hour], console: Console) -> None:
    """Print what each rate used in its hour, and costs a month."""
    table = Table(title="One hour in virtual time; money is extrapolated to a month of such hours")
    table.add_column("")
    for each in hours:
        table.add_column(f"{each.rate:g} alerts/s", justify="right")
    lines = {
        "alerts": [f"{each.alerts:,}" for each in hours],
        "conditions": [f"{each.conditions:,}" for each in hours],
        "functions started": [f"{each.invocations:,}" for each in hours],
        "table: reads": [f"{each.table.get('get', 0) + each.table.get('load', 0):,}" for each in hours],
        "table: writes of rows": [
            f"{sum(each.table.get(name, 0) for name in ('record', 'claim', 'settle', 'rest')):,}"
            for each in hours
        ],
        "table: writes of the budget": [f"{each.table.get('swap', 0):,}" for each in hours],
        "GitHub: issues opened": [f"{each.github.get('open', 0):,}" for each in hours],
        "GitHub: other calls": [
            f"{sum(each.github.values()) - each.github.get('open', 0):,}" for each in hours
        ],
        "rows due at the end": [f"{each.due:,}" for each in hours],
        "kB a row": [f"{each.row_kb:.1f}" for each in hours],
    }
    services = sorted({service for each in hours for service in each.costs})
    lines |= {
        f"{name}, $ a month": [f"{each.costs.get(name, 0):,.0f}" for each in hours] for name in services
    }
    lines["together, $ a month"] = [f"{sum(each.costs.values()):,.0f}" for each in hours]
    for name, cells in lines.items():
        table.add_row(name, *cells)
    console.print(table)


def main() -> None:
    """Run the rates, print the table and write the figures."""
    console, log = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 110), _Counted()
    rates = [float(rate) for rate in sys.argv[1:]] or list(RATES)
    hours = []
    with redirect_stdout(log):
        for rate in rates:
            print(f"an hour at {rate:g} alerts a second", file=sys.stderr, flush=True)
            hours.append(hour(rate, log))
    show(hours, console)
    FILE.parent.mkdir(exist_ok=True)
    told = [{name: getattr(each, name) for name in Hour.__slots__} | {"costs": each.costs} for each in hours]
    FILE.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
