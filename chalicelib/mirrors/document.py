"""The document: a fact as JSON, for receivers outside Alerting. Pure.

Fields are only ever added; `version` changes if that is not possible.
"""

import json

from chalicelib.conditions.facts import Fact

VERSION = 1


def document(condition: str, fact: Fact) -> str:
    """Write a fact about a condition, which is identified by its fingerprint."""
    return json.dumps(
        {
            "version": VERSION,
            "id": fact.id,
            "kind": fact.kind.value,
            "at": fact.at.isoformat(),
            "condition": condition,
            "title": fact.title,
            "priority": fact.priority.value,
            "teams": fact.teams,
            "repository": fact.ref.repository,
            "number": fact.ref.number,
            "url": fact.url,
            "closed_by": {"US": "alerting", "PERSON": "person"}[fact.closed_by] if fact.closed_by else None,
        },
        ensure_ascii=False,
    )
