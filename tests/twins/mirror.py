"""The topic of a mirror: takes facts, and refuses some, or takes them and does not say so."""

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from tests.simulation.outside import Outside

DOWN, LOST = 0.3, 0.4
"""Below the first chance it is down; below the second its answer is lost."""


class MirrorTwin:
    """Keeps the documents that it took, each by its id."""

    def __init__(self, outside: Outside, fails: Callable[[], bool]) -> None:
        self._outside, self._fails = outside, fails
        self.taken: dict[str, dict[str, Any]] = {}

    def publish_batch(self, *, TopicArn: str, PublishBatchRequestEntries: Any) -> Any:  # noqa: N803
        return self._outside("mirror.publish", lambda: self._take(PublishBatchRequestEntries))

    def _take(self, entries: Any) -> Any:
        chance = self._outside.chance() if self._fails() else 1.0
        if chance < DOWN:
            raise ClientError({"Error": {"Code": "InternalError", "Message": ""}}, "PublishBatch")
        documents = [json.loads(entry["Message"]) for entry in entries]
        self.taken |= {document["id"]: document for document in documents}
        if chance < LOST:
            raise ReadTimeoutError(endpoint_url="https://aws.test")
        return {"Successful": [], "Failed": []}
