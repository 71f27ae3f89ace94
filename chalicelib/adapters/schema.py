"""The canonical schema: reads an alert that is written in it (docs/alert.schema.json)."""

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from chalicelib.adapters import bounds, earlier_schema, fields, telling, texts, titles
from chalicelib.adapters.fields import Ownership, Parsed, quoted
from chalicelib.adapters.owner import slugs
from chalicelib.adapters.owner_rules import OwnerRules
from chalicelib.alert import AlertEvent
from chalicelib.alert_values import MAX_ANNOTATIONS_BYTES, MAX_LABELS_BYTES
from chalicelib.errors import Rejected

MAX_FAULTS = 20
MAX_WORDS = 200

_OF_AWS = re.compile(r"\d{12}", re.ASCII)

_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not a field of the schema",
    "too_short": "needs at least one valid entry",
}
_PATTERNS = {
    "source": "must be lower-case letters and digits, joined by single hyphens",
    "teams": "must be lower-case letters and digits, joined by single hyphens",
    "links": "must be an http or https address without spaces",
}


def parse(payload: Mapping[str, Any], rules: OwnerRules) -> list[Parsed]:
    """Check an alert against the schema, which requires an owner; raises Rejected with every fault."""
    alert = _told_apart(read(earlier_schema.in_ours(payload)))
    rules.noted(Ownership(alert.teams, alert.priority, team_rule="`teams`", priority_rule="`priority`"))
    return [alert]


def _told_apart(alert: AlertEvent) -> AlertEvent:
    """Add to the title what distinguishes the alert: its labels, its account unless that is AWS's, its id."""
    name, account_id, alarm_id = alert.title, alert.identity.account_id, alert.identity.alarm_id
    said = telling.pieces(name, alert.labels)
    if account_id and not _OF_AWS.fullmatch(account_id):
        said.append(texts.line(account_id))
    # The ids in a series, such as one for each week, mean nothing to a person: there is one open issue.
    told = said if alert.collapse_key else said + telling.by_id(alarm_id or "", [name, *said])
    return alert.model_copy(update={"title": titles.written(texts.line(name), told) or name, "name": name})


def read(payload: Mapping[str, Any]) -> AlertEvent:
    """Read an alert in the schema, whoever sends it; raises Rejected."""
    alert = texts.scrub(payload)
    if isinstance(alert.get("raw_provider"), dict):
        alert["raw_provider"] = fields.raw(alert["raw_provider"])
    if isinstance(alert.get("teams"), list):
        alert["teams"] = _slugged(alert["teams"])
    for name, limit in (("labels", MAX_LABELS_BYTES), ("annotations", MAX_ANNOTATIONS_BYTES)):
        pairs = alert.get(name)
        if isinstance(pairs, dict) and all(isinstance(each, str) for each in pairs.values()):
            alert[name] = bounds.within(limit, pairs)
    _short_links(fields.mapping(alert.get("links")))
    try:
        return AlertEvent.model_validate_json(json.dumps(alert), strict=True)
    except ValidationError as error:
        raise _invalid(error) from error


def _short_links(links: Mapping[str, Any]) -> None:
    """Reject an address with too many bytes, though not too many characters, which the schema counts."""
    for name, link in links.items():
        if isinstance(link, str) and len(link) <= fields.MAX_URL < len(link.encode()):
            raise _refused(f"{quoted(f'links.{name}')} has more than {fields.MAX_URL} bytes")


def _slugged(teams: list[Any]) -> list[Any]:
    """Make slugs of teams as people write them, each once; what cannot become one is rejected later."""
    made = [(slugs(team) or (team,)) if isinstance(team, str) else (team,) for team in teams]
    each = [slug for team in made for slug in team]
    return [slug for place, slug in enumerate(each) if slug not in each[:place]]


def _invalid(error: ValidationError) -> Rejected:
    faults = error.errors(include_url=False, include_input=False)
    told = "; ".join(_fault(fault) for fault in faults[:MAX_FAULTS])
    more = f"; and {len(faults) - MAX_FAULTS} more" if len(faults) > MAX_FAULTS else ""
    return _refused(f"{told}{more}")


def _refused(why: str) -> Rejected:
    return Rejected(
        "INVALID_ALERT",
        f"the alert does not follow the schema: {why}",
        "Correct these fields; docs/alert.schema.json is the whole schema.",
    )


def _fault(fault: ErrorDetails) -> str:
    where = ".".join(str(part) for part in fault["loc"])
    words = _WORDS.get(fault["type"], texts.cut(fault["msg"].removeprefix("Value error, "), MAX_WORDS))
    if fault["type"] == "string_pattern_mismatch":
        words = _PATTERNS[str(fault["loc"][0])]
    return f"{quoted(where)} {words}"
