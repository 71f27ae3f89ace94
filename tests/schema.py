"""The published JSON Schema of an alert: `python -m tests.schema` writes it anew from the model."""

import json
from pathlib import Path

from chalicelib.alert import AlertEvent

PATH = Path(__file__).parent.parent / "docs" / "alert.schema.json"


def schema() -> str:
    """Write the schema as it is published."""
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", **AlertEvent.model_json_schema()}
    return json.dumps(document, indent=2) + "\n"


if __name__ == "__main__":
    PATH.write_text(schema())
