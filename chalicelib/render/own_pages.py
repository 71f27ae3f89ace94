"""Pages of our own alerts: a new one is a file in this folder, and a line here."""

from collections.abc import Callable, Iterable, Mapping

from chalicelib.adapters import own
from chalicelib.conditions.row import Issue
from chalicelib.render import incident, noise_review, storm
from chalicelib.render.sections import Room
from chalicelib.render.view import View

Page = Callable[[View, Issue | None, Room], Iterable[str]]
"""Writes the paragraphs of an issue between our markers, as far as there is room; empty ones are left out."""

PAGES: Mapping[str, Page] = {
    own.STORM: storm.page,
    own.INCIDENT: incident.page,
    own.REVIEW: noise_review.page,
}
"""The page of each source that has one."""

Below = Callable[[View], str]
"""Writes what goes below them when its issue opens; from then on, that text belongs to people."""

BELOW: Mapping[str, Below] = {own.INCIDENT: incident.template}
