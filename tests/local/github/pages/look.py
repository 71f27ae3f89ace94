"""How things look: the templates, and the words and colours that they use."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tests.local.github.model import Issue, Label, Repository
from tests.local.github.representations import timestamp
from tests.local.github.world import World

from .markdown import to_html
from .references import link_references

DARK_INK, LIGHT_INK = "#1f2328", "#ffffff"
UNITS = (("year", 31_536_000), ("month", 2_592_000), ("day", 86_400), ("hour", 3600), ("minute", 60))


class Look:
    """Renders templates for the world as it is now."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._templates = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals |= {"address": self.address, "prose": self.prose, "profile": self.profile}
        self._templates.filters |= {"ago": self.ago, "stamp": timestamp, "full_date": full_date, "ink": ink}

    def render(self, template: str, **shown: Any) -> str:
        """A page."""
        return self._templates.get_template(template).render(**shown)

    def address(self, issue: Issue) -> str:
        """The path of an issue's page."""
        return f"/{issue.repository.full_name}/issues/{issue.number}"

    def profile(self, login: str) -> str:
        """The path of somebody's page."""
        return f"/apps/{login.removesuffix('[bot]')}" if login.endswith("[bot]") else f"/{login}"

    def prose(self, text: str | None, repository: Repository) -> Markup:
        """A body or comment, its Markdown rendered; sanitised, so that it may stand in a page as it is."""
        return Markup(link_references(to_html(text or ""), repository.full_name, self._find))  # noqa: S704

    def ago(self, at: float) -> str:
        """How long ago it was, in words."""
        seconds = max(self._world.now() - at, 0)
        for unit, length in UNITS:
            number = int(seconds // length)
            if number:
                return f"{number} {unit}{'s' if number > 1 else ''} ago"
        return "now"

    def _find(self, full_name: str, number: int) -> Issue | None:
        try:
            return self._world.issue(full_name, number)
        except KeyError:
            return None


def full_date(at: float) -> str:
    """The whole date, for those who want to know exactly."""
    return f"{datetime.fromtimestamp(at, UTC):%b %-d, %Y, %H:%M:%S} UTC"


def ink(label: Label) -> str:
    """The color that is better to read on the label's."""
    red, green, blue = (_linear(int(label.color[at : at + 2], 16) / 255) for at in (0, 2, 4))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    # WCAG: black and white are equally far from a luminance of 0.179.
    return DARK_INK if luminance > 0.2 else LIGHT_INK


def _linear(channel: float) -> float:
    return float(channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4)
