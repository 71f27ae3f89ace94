"""Permits: how the work asks for a call to GitHub."""

from typing import Protocol

from chalicelib.rate_limit.rules import Call, Granted, Refused


class Permits(Protocol):
    """The budget of an owner's installation."""

    def ask(self, owner: str, call: Call) -> Granted | Refused:
        """Ask for one call."""
