"""Which repository, labels and people an alert gets, as `routing.toml` says."""

from chalicelib.routing.file import load
from chalicelib.routing.table import Details, Fallback, Route, Routing

__all__ = ["Details", "Fallback", "Route", "Routing", "load"]
