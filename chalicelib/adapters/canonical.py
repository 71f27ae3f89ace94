"""The canonical alert, loaded when the first one is made: the webhook makes none, so it need not wait."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chalicelib.alert import AlertEvent, Identity, Links, Measurement
else:

    def __getattr__(name: str) -> Any:
        """Load what is asked for, once; https://peps.python.org/pep-0562/."""
        from chalicelib import alert  # noqa: PLC0415 - pydantic would slow the webhook's start

        globals()[name] = found = getattr(alert, name)
        return found


__all__ = ["AlertEvent", "Identity", "Links", "Measurement"]
