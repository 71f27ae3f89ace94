"""The canonical alert, loaded when the first is made: the webhook makes none, and need not wait for it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chalicelib.adapters.schema import AlertEvent, Identity, Links, Measurement, read
else:

    def __getattr__(name: str) -> Any:
        """Load what is asked for, once; https://peps.python.org/pep-0562/."""
        from chalicelib.adapters import schema  # noqa: PLC0415 - pydantic would slow the webhook's start

        globals()[name] = found = getattr(schema, name)
        return found


__all__ = ["AlertEvent", "Identity", "Links", "Measurement", "read"]
