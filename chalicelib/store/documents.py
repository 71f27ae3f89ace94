"""Documents: small texts in the table, each under its own key, written by compare-and-swap."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from pydantic import BaseModel

from chalicelib.errors import Contended

TRIES = 3

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Document:
    """A document and its version; one that was never written has version 0 and no text."""

    version: int
    text: str

    def parsed(self, model: type[Model]) -> Model:
        """Read it as a model; one that was never written has the model's defaults."""
        return model.model_validate_json(self.text) if self.text else model()


class Documents(Protocol):
    """The documents of the table."""

    def load(self, key: str) -> Document:
        """Read a document."""

    def swap(self, key: str, text: str, version: int) -> Document | None:
        """Replace the named version; if there is a newer one, return that instead."""


def changed(documents: Documents, key: str, model: type[Model], change: Callable[[Model], Model]) -> Model:
    """Change a document, and again if somebody else was faster; raises Contended."""
    for _ in range(TRIES):
        document = documents.load(key)
        newer = change(document.parsed(model))
        if documents.swap(key, newer.model_dump_json(), document.version) is None:
            return newer
    raise Contended(f"others kept changing the document {key}")
