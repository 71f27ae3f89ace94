"""Documents: small texts in the table, each under its own key, written by compare-and-swap."""

from dataclasses import dataclass
from typing import Protocol, TypeVar

from pydantic import BaseModel

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
