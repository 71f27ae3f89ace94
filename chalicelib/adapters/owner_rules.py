"""Rules for an alert whose team or priority is not written in our words. Pure."""

from dataclasses import dataclass

from chalicelib.adapters.fields import Ownership


@dataclass(frozen=True, slots=True)
class OwnerRules:
    """How the teams and the priority of an alert are found; `missing` is for an alert that names none."""

    missing: Ownership | None = None


NO_RULES = OwnerRules()
