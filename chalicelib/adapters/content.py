"""Content: what an alert of our own is about, as JSON in its `raw_provider`. Pure.

A later version may write fields that this one does not know; these are ignored.
"""

from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from chalicelib.alert import AlertEvent


class Part(BaseModel):
    """A part of it."""

    model_config = ConfigDict(frozen=True, defer_build=True)  # most starts of a function need none


class Content(Part):
    """The content of one source's alerts."""

    source: ClassVar[str]
    version: Literal[1] = 1

    @classmethod
    def read(cls, event: AlertEvent | None) -> Self | None:
        """Read it from an alert; None if it is another source's, or this version does not understand it."""
        if event is None or event.source != cls.source:
            return None
        try:
            return cls.model_validate(event.raw_provider)
        except ValidationError:
            return None

    def written(self) -> dict[str, Any]:
        """Write it as an alert has it."""
        return self.model_dump(mode="json", exclude_defaults=True)
