"""What a request may carry: GitHub's checks of bodies and fields, with its answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from . import families
from .errors import ApiError, invalid_request, validation_failed
from .model import Installation, Issue, IssueField, Repository

LONGEST_TITLE = 256
LONGEST_BODY = 65_536
LONGEST_LABEL = 50
LONGEST_LABEL_DESCRIPTION = 100
STATES = ("open", "closed")
REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")
STATE_REASONS = ("completed", "not_planned", "duplicate", "reopened")

Payload = dict[str, Any]
ById = Callable[[int], Issue | None]


def read(raw: bytes) -> Payload:
    """The JSON object of a request; nothing at all is an empty one."""
    try:
        payload = json.loads(raw or b"{}")
    except ValueError:
        raise ApiError(400, "Problems parsing JSON") from None
    if not isinstance(payload, dict):
        raise ApiError(400, "Body should be a JSON object")
    return payload


def title_of(payload: Payload) -> str:
    """The title of an issue, which must be there."""
    title = _required(payload, "title")
    if not isinstance(title, str | int) or isinstance(title, bool):
        raise _wrong_type("title", title, "string")
    title = str(title)
    if not title.strip():
        raise validation_failed("Issue", "title", "missing_field")
    if len(title) > LONGEST_TITLE:
        message = f"title is too long (maximum is {LONGEST_TITLE} characters)"
        raise validation_failed("Issue", "title", "custom", message=message)
    return title


def body_of(payload: Payload) -> str | None:
    """The body of an issue, which may be missing."""
    body = payload.get("body")
    if body is None:
        return None
    if not isinstance(body, str):
        raise _wrong_type("body", body, "string")
    if len(body) > LONGEST_BODY:
        message = f"body is too long (maximum is {LONGEST_BODY} characters)"
        raise validation_failed("Issue", "body", "custom", message=message)
    return body


def comment_of(payload: Payload) -> str:
    """The text of a comment, which must be there."""
    body = _required(payload, "body")
    if not isinstance(body, str):
        raise _wrong_type("body", body, "string")
    if not body.strip():
        raise validation_failed("IssueComment", "body", "missing_field")
    if len(body) > LONGEST_BODY:
        message = f"Body is too long (maximum is {LONGEST_BODY} characters)"
        raise validation_failed("IssueComment", "data", "unprocessable", message=message)
    return body


def reaction_of(payload: Payload) -> str:
    """The content of a reaction."""
    content = _required(payload, "content")
    if content not in REACTIONS:
        raise validation_failed("Reaction", "content", "invalid", value=str(content))
    return str(content)


def state_of(payload: Payload) -> tuple[str | None, str | None]:
    """State and reason that a change asks for."""
    state, reason = payload.get("state"), payload.get("state_reason")
    if state is not None and state not in STATES:
        raise validation_failed("Issue", "state", "invalid", value=str(state))
    if reason is not None and reason not in STATE_REASONS:
        raise validation_failed("Issue", "state_reason", "invalid", value=str(reason))
    return state, reason


def duplicate_of(payload: Payload, by_id: ById) -> int | None:
    """The id, not the number, of the issue that a duplicate is one of."""
    if payload.get("duplicate_issue_id") is None:
        return None
    wanted = _integer(payload, "duplicate_issue_id")
    if payload.get("state_reason") != "duplicate" or by_id(wanted) is None:
        raise validation_failed("Issue", "duplicate_issue_id", "invalid", value=str(wanted))
    return wanted


def parent_of(payload: Payload, by_id: ById, installation: Installation) -> Issue | None:
    """The issue that a new one is to be a sub-issue of, by its id, not its number."""
    if "parent_issue_id" not in payload:
        return None
    wanted = _integer(payload, "parent_issue_id")
    parent = by_id(wanted)
    if parent is None:
        raise validation_failed("Issue", "parent_issue_id", "invalid", value=str(wanted))
    refused = families.refusal(parent)
    if refused is not None:
        raise refused
    return parent if installation.may_push else None


def sub_issue_of(payload: Payload) -> int:
    """The id of the issue to attach or to detach."""
    _required(payload, "sub_issue_id")
    return _integer(payload, "sub_issue_id")


def replaces_parent(payload: Payload) -> bool:
    """Whether a sub-issue is to leave its present parent."""
    replaces = payload.get("replace_parent", False)
    if not isinstance(replaces, bool):
        raise _wrong_type("replace_parent", replaces, "boolean")
    return replaces


def type_of(payload: Payload, repository: Repository, installation: Installation) -> str | None:
    """The name of an issue's type, which must be one of the organization's (github-mcp-server#1317)."""
    wanted = payload.get("type")
    if wanted is None:
        return None
    if not isinstance(wanted, str):
        raise _wrong_type("type", wanted, "string")
    if wanted not in repository.issue_types:
        raise validation_failed("Issue", "type", "invalid")
    return wanted if installation.may_push else None


def field_values_of(payload: Payload, repository: Repository) -> dict[int, Any]:
    """Values of the organization's fields by the field's id; dropped in silence where it has no fields."""
    values = {}
    for entry in _list(payload, "issue_field_values"):
        if not isinstance(entry, dict) or not {"field_id", "value"} == entry.keys():
            raise _wrong_type("issue_field_values", entry, "object")
        if repository.issue_fields:
            field = repository.issue_fields.get(_integer(entry, "field_id"))
            if field is None or not _suits(field, entry["value"]):
                raise validation_failed(
                    "Issue", "issue_field_values", "invalid", value=str(entry["field_id"])
                )
            values[field.id] = entry["value"]
    return values


def _suits(field: IssueField, value: object) -> bool:
    if field.data_type == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if field.data_type == "single_select":
        return value in field.options
    if field.data_type == "date":
        return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None
    return isinstance(value, str)


def labels_of(payload: Payload, repository: Repository, installation: Installation) -> list[str]:
    """Label names to put on an issue, each a string or an object with a name."""
    names = [_label_name(entry) for entry in _list(payload, "labels")]
    for name in names:
        if not name.strip() or len(name) > LONGEST_LABEL:
            raise validation_failed("Label", "name", "invalid", value=name)
        if name.lower() not in repository.labels and not installation.may_create_labels:
            message = "You do not have permission to create labels on this repository"
            raise validation_failed("Repository", "label", "unauthorized", message=message)
    return names if installation.may_push else []


def assignees_of(payload: Payload, repository: Repository, installation: Installation) -> list[str]:
    """Logins to assign, all of them collaborators."""
    logins = _list(payload, "assignees")
    for login in logins:
        if not isinstance(login, str):
            raise _wrong_type("assignees", login, "string")
        if login not in repository.collaborators:
            raise validation_failed("Issue", "assignees", "invalid", value=login)
    return logins if installation.may_push else []


def new_label_of(payload: Payload, repository: Repository) -> tuple[str, str, str | None]:
    """Name, color and description of a label that does not exist yet."""
    name = _required(payload, "name")
    color, description = payload.get("color") or "ededed", payload.get("description")
    if not isinstance(name, str):
        raise _wrong_type("name", name, "string")
    if not name.strip():
        raise validation_failed("Label", "name", "missing_field")
    if len(name) > LONGEST_LABEL:
        message = f"name is too long (maximum is {LONGEST_LABEL} characters)"
        raise validation_failed("Label", "name", "custom", message=message)
    if name.lower() in repository.labels:
        raise validation_failed("Label", "name", "already_exists")
    if not _is_color(color):
        raise validation_failed("Label", "color", "invalid")
    if description is not None and len(str(description)) > LONGEST_LABEL_DESCRIPTION:
        message = f"description is too long (maximum is {LONGEST_LABEL_DESCRIPTION} characters)"
        raise validation_failed("Label", "description", "custom", message=message)
    return name, color.lower(), description


def look_of(payload: Payload, color: str, description: str | None) -> tuple[str, str | None]:
    """Color and description that a label is to have, those it has where nothing is said."""
    color, description = payload.get("color", color), payload.get("description", description)
    if not _is_color(color):
        raise validation_failed("Label", "color", "invalid")
    if description is not None and len(str(description)) > LONGEST_LABEL_DESCRIPTION:
        message = f"description is too long (maximum is {LONGEST_LABEL_DESCRIPTION} characters)"
        raise validation_failed("Label", "description", "custom", message=message)
    return color.lower(), description


def _is_color(color: object) -> bool:
    return isinstance(color, str) and re.fullmatch("[0-9a-fA-F]{6}", color) is not None


def _label_name(entry: object) -> str:
    name = entry.get("name") if isinstance(entry, dict) else entry
    if not isinstance(name, str):
        raise _wrong_type("labels", entry, "string")
    return name


def _list(payload: Payload, name: str) -> list[Any]:
    value = payload.get(name, [])
    if not isinstance(value, list):
        raise _wrong_type(name, value, "array")
    return value


def _integer(payload: Payload, name: str) -> int:
    value = payload[name]
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong_type(name, value, "integer")
    return value


def _required(payload: Payload, name: str) -> Any:
    if name not in payload:
        raise invalid_request(f'"{name}" wasn\'t supplied.')
    return payload[name]


def _wrong_type(name: str, value: object, wanted: str) -> ApiError:
    shown = "nil" if value is None else json.dumps(value)
    article = "an" if wanted[0] in "aeiou" else "a"
    return invalid_request(f"For 'properties/{name}', {shown} is not {article} {wanted}.")
