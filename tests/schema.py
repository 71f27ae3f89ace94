"""The published JSON Schemas, of an alert and of an issue's data: `python -m tests.schema` writes them."""

import json
from pathlib import Path

from pydantic import BaseModel

from chalicelib.alert import AlertEvent
from chalicelib.render.document import Document

DOCS = Path(__file__).parent.parent / "docs"
PATH, OF_AN_ISSUE = DOCS / "alert.schema.json", DOCS / "issue.schema.json"
MODELS: dict[Path, type[BaseModel]] = {PATH: AlertEvent, OF_AN_ISSUE: Document}


def schema(path: Path = PATH) -> str:
    """Write a schema as it is published."""
    made = MODELS[path].model_json_schema()
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **made}, indent=2) + "\n"


if __name__ == "__main__":
    for each in MODELS:
        each.write_text(schema(each))
