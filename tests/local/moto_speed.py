"""Where moto is slow: the same answers and the same refusals by a shorter way.

- It looks for the names of services and methods, and for the time, at each request.
- It looks for each of the ten types of a value under several names to write an answer, though a value of
  DynamoDB is in the form of the answer already. That took half of a read of many rows.
- It turns a whole row into Python's types and back, once for each attribute that is asked for.
- It parses an expression twice, and counts its clauses at each of its nodes; the root's count is enough.
"""

import time
from functools import cache
from typing import Any

from moto import backends
from moto.core import responses, serialize
from moto.core import utils as core
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.parsing import expressions, validators
from moto.sqs import models as moto_sqs

AS_ANSWERED = {"S", "N", "BOOL"}
"""Types of DynamoDB's whose values JSON holds as they are."""

structure = serialize.BaseJSONSerializer._serialize_type_structure
project = Item.project
parser: Any = vars(expressions)["UpdateExpressionParser"]  # of a module that hides its types
parse = parser.make


def hasten() -> None:
    """Take the shorter ways, in this process."""
    services = tuple(backends.list_of_moto_modules())
    _replace(moto_sqs, "unix_time_millis", lambda: time.time() * 1000)
    _replace(backends, "list_of_moto_modules", lambda: services)
    _replace(responses, "method_names_from_class", cache(core.method_names_from_class))
    _replace(serialize.BaseJSONSerializer, "_serialize_type_structure", _structure)
    _replace(Item, "project", _project)
    # Safe to share: whoever changes the tree copies it first.
    _replace(parser, "make", cache(parse))
    _replace(
        validators.ActionCountValidator, "traverse", validators.ActionCountValidator.verify_action_counts
    )
    paths = validators.OverlappingPathsValidator
    _replace(paths, "traverse", paths.check_for_overlapping_paths)


def _replace(owner: object, name: str, value: object) -> None:
    setattr(owner, name, value)


def _structure(serializer: Any, serialized: dict[str, Any], value: Any, shape: Any, key: str) -> None:
    if shape.name == "AttributeValue" and key and value.keys() <= AS_ANSWERED:
        serializer._default_serialize(serialized, value, shape, key)
    else:
        structure(serializer, serialized, value, shape, key)


def _project(item: Item, wanted: list[list[str]]) -> Item:
    """Keep the attributes that are asked for; a path into one of them is moto's to follow."""
    if any(len(path) > 1 or "[" in path[0] for path in wanted):
        return project(item, wanted)
    kept = Item(item.hash_key, item.range_key, {})
    for (name,) in wanted:
        if name in item.attrs:
            kept.attrs[name] = item.attrs[name]
    return kept
