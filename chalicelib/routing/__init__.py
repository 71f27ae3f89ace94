"""Which repository, labels and people an alert gets, as `routing.toml` says."""

from chalicelib.routing.file import load
from chalicelib.routing.table import Details, Escalation, Fallback, Home, Route, Routing

__all__ = ["Details", "Escalation", "Fallback", "Home", "Route", "Routing", "load"]
