"""Which repository, labels and people an alert gets, as `routing.toml` says."""

from chalicelib.routing.file import load
from chalicelib.routing.route import Details, Escalation, Route
from chalicelib.routing.table import Fallback, Home, Routing

__all__ = ["Details", "Escalation", "Fallback", "Home", "Route", "Routing", "load"]
