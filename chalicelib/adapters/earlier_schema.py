"""The canonical schema as emitters of the earlier pipeline write it -> ours. Pure.

They name one `team` in any spelling, a `resource`, and in `identity` an `aws_account`, `org_id`, `alarm_arn`
or `rule_id` (github.com/pytorch/alerting-infra, lambdas/collector/schemas). Fields that neither schema knows
are kept as annotations, so that an emitter's own fields reach the person who reads the issue.
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.adapters import fields, texts
from chalicelib.adapters.owner import slugs
from chalicelib.alert_values import MAX_ANNOTATIONS, MAX_LABEL_NAME, MAX_LABEL_VALUE, MAX_LABELS

FIELDS = frozenset(
    (
        *("schema_version", "source", "state", "title", "description", "summary", "reason", "priority"),
        *("occurred_at", "teams", "identity", "links", "labels", "annotations", "measurement"),
        *("kind", "interval", "grace", "collapse_key", "expires_at"),
        *("began_anew", "recovered", "raw_provider"),
    )
)
LINKS = frozenset({"runbook_url", "dashboard_url", "source_url", "silence_url", "image_url"})
IDENTITY = {
    "aws_account": "account_id",
    "org_id": "account_id",
    "rule_id": "alarm_id",
    "alarm_arn": "alarm_id",
}
"""Earlier names and today's; if two become one, the later counts."""


def in_ours(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Write an alert in our schema; what already follows it is unchanged."""
    alert = {name: value for name, value in payload.items() if name in FIELDS}
    extra = {name: value for name, value in payload.items() if name not in FIELDS}
    team, resource = extra.pop("team", None), extra.pop("resource", None)
    if "teams" not in alert and isinstance(team, str):
        alert["teams"] = [team]
    if isinstance(alert.get("source"), str):
        alert["source"] = _slug(alert["source"])
    if isinstance(alert.get("identity"), Mapping):
        alert["identity"] = _identity(alert["identity"])
    if isinstance(alert.get("links"), Mapping):
        links = alert["links"]
        alert["links"] = {name: value for name, value in links.items() if name in LINKS}
        extra |= {name: value for name, value in links.items() if name not in LINKS}
    _add(alert, "labels", _resource(fields.mapping(resource)), MAX_LABELS)
    _add(alert, "annotations", {name: _written(value) for name, value in extra.items()}, MAX_ANNOTATIONS)
    if not isinstance(alert.get("raw_provider"), Mapping | None):
        alert["raw_provider"] = {"raw_provider": alert["raw_provider"]}
    return alert


def _slug(source: str) -> str:
    """Turn a name such as `queue_checker` into a slug; any other name is unchanged, and rejected later."""
    made = slugs(source.replace("_", "-"))
    return made[0] if len(made) == 1 and source.replace("_", "-").lower() == made[0] else source


def _identity(identity: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: value for name, value in identity.items() if name not in IDENTITY}
    renamed = {ours: identity[name] for name, ours in IDENTITY.items() if identity.get(name)}
    return renamed | known


def _resource(resource: Mapping[str, Any]) -> dict[str, str]:
    """Write a resource as labels: its type, its id, its region, and anything else."""
    named = {"resource_type": resource.get("type"), "resource": resource.get("id")}
    others = {"region": resource.get("region"), **fields.mapping(resource.get("extra"))}
    return {name: _written(value) for name, value in (named | others).items() if value not in (None, "")}


def _add(alert: dict[str, Any], name: str, pairs: Mapping[str, str], most: int) -> None:
    """Add labels or annotations while there is room; the alert's own value for a name counts."""
    own = alert.get(name, {})
    if pairs and isinstance(own, Mapping):
        added = {texts.cut(each, MAX_LABEL_NAME): value for each, value in pairs.items() if each not in own}
        alert[name] = {**own, **dict(list(added.items())[: max(0, most - len(own))])}


def _written(value: object) -> str:
    said = value if isinstance(value, str) else texts.as_json(value)
    return texts.cut(said, MAX_LABEL_VALUE)
