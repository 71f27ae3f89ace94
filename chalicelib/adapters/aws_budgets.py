"""AWS Budgets alerts: news, one issue for each budget and threshold.

Budgets sends no events, only the text of its mail to SNS, which gives the date without a time. It does not
report that a budget is within its limit again; the next period has its own message.
https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.adapters import aws_event, eventbridge, fields
from chalicelib.adapters.aws_event import ACCOUNT, Event, Occurrence
from chalicelib.adapters.fields import Ignored
from chalicelib.adapters.source import Example, Payload
from chalicelib.alert_values import Condition, Kind
from chalicelib.errors import Rejected

_LINE = re.compile(
    r"^(Budget Name|Budget Type|Budgeted Amount|Alert Type|Alert Threshold|\w+ Amount): (.+)$", re.MULTILINE
)
_DAY = re.compile(r"AWS Budget Notification (\w+ \d+, \d+)")
_ACCOUNT = re.compile(r"^AWS Account (\d+)", re.MULTILINE)
_PAGE = re.compile(r"https://\S{1,100}/budgets\b")


def _find(payload: Mapping[str, Any]) -> tuple[Event, Occurrence | Ignored]:
    text = str(payload.get("text"))
    said = {name: value.strip() for name, value in _LINE.findall(text)}
    budget, threshold, kind = (said.get(f) for f in ("Budget Name", "Alert Threshold", "Alert Type"))
    if not (budget and threshold and kind):
        raise Rejected(
            "NOT_A_BUDGET",
            "the message has no budget name, threshold or alert type",
            "Have AWS Budgets publish the message itself.",
        )
    account = _ACCOUNT.search(text)
    event = Event(
        payload=payload,
        said=fields.strings({name: value for name, value in payload.items() if name != "text"}),
        kind="",
        account=account[1] if account else "",
        region="",
        time=_day(text),
    )
    amount, page = said.get(f"{kind} Amount", ""), _PAGE.search(text)
    of = f"of {said['Budgeted Amount']}" if "Budgeted Amount" in said else ""
    return event, Occurrence(
        state=Condition.FIRING,
        kind=Kind.NOTIFICATION,
        id=f"{budget} {kind} {threshold}",
        name=budget,
        what=f"{kind} {said.get('Budget Type', '')}".lower().strip() + f" {threshold}",
        link=page[0] if page else None,
        reason=aws_event.joined(kind, f"{amount} {of}".strip()),
        labels={name: said[name] for name in said if name != "Budget Name"},
    )


def _day(text: str) -> str:
    """Read `May 13, 2024` as the beginning of that day; empty if it is not a date."""
    found = _DAY.match(text)
    try:
        return datetime.strptime(f"{found[1] if found else ''} +0000", "%B %d, %Y %z").isoformat()
    except ValueError:
        return ""


def _template(of: Example) -> Payload:
    day = of.ended or of.began
    text = f"""AWS Budget Notification {day:%B %d, %Y}
AWS Account {ACCOUNT}

Dear AWS Customer,

The ACTUAL Cost associated with this budget is $81.23.

Budget Name: {of.name}
Budget Type: Cost
Budgeted Amount: $100.00
Alert Type: ACTUAL
Alert Threshold: > $80.00
ACTUAL Amount: $81.23

[1] https://console.aws.amazon.com/billing/home#/budgets
"""
    return {"text": text, "team": of.team, "priority": of.priority.value}


SOURCE = replace(
    eventbridge.published(
        "aws-budgets",
        "AWS Budgets",
        find=_find,
        known_by="`text`, which begins with AWS Budget Notification",
        template=_template,
    ),
    ends=False,
)
