"""Where a person looks next: each link says where it leads, and a withheld link says why."""

import re

from chalicelib.adapters import registry
from chalicelib.render import markdown, redaction
from chalicelib.render.view import View

SILENCED = "(its end is then not reported here; `/snooze 4h` or `/mute` quiets this issue alone)"
"""What a silence at the source does to the issue."""

MOST_LINKS = 5
"""How many links from annotations are shown with the alert's own."""

MOST_OF_A_NAME = 60

_ADDRESS = re.compile(r"https?://[^\s<>\"`\\]{1,2040}")
_NAME = re.compile(r"\w[\w .-]{0,59}")
_ENDING = re.compile(r"[ _-](?:url|link)$", re.IGNORECASE)


def links(view: View) -> str:
    """Link what to open first, then the rest; the best link is bold."""
    named = [(view.line(_label(name), MOST_OF_A_NAME), url) for name, url in _addresses(view).items()]
    own = _own(view)
    found = [f"[{label}]({target})" for label, target in own if target]
    found += [f"[{label}]({target})" for label, url in named if (target := view.shown(url))]
    best = [f"**{link}**" for link in found[:1]]
    silence = view.shown(view.alert.links.silence_url)
    told = [f"[Silence it]({silence}) {SILENCED}"] if silence and not view.row.spec.news else []
    return " · ".join([*best, *found[1:], *told, *_hidden(view, named)])


def in_short(view: View) -> str:
    """Link what the alert itself names, where space is limited."""
    found = [f"[{label}]({target})" for label, target in _own(view) if target]
    return " · ".join([*(f"**{link}**" for link in found[:1]), *found[1:]])


def other_annotations(view: View) -> dict[str, str]:
    """What else was written about it, except what is already a link."""
    linked = _addresses(view)
    return {name: value for name, value in view.alert.annotations.items() if name not in linked}


def named(view: View) -> dict[str, str]:
    """Return the addresses in annotations, by name, as far as they may be shown."""
    return {name: target for name, url in _addresses(view).items() if (target := view.shown(url))}


def _own(view: View) -> list[tuple[str, str]]:
    """The alert's own links; the team's runbook is used if the alert has none."""
    links = view.alert.links
    return [
        ("Open the runbook", view.shown(links.runbook_url) or markdown.address(view.route.runbook or "")),
        ("Dashboard", view.shown(links.dashboard_url)),
        (_at_the_source(view), view.shown(links.source_url)),
    ]


def _at_the_source(view: View) -> str:
    return f"Alert in {registry.of_alert(view.alert.source).shown_as}"


def _addresses(view: View) -> dict[str, str]:
    """The first annotations that are nothing but an address, with names that can be a link's text."""
    pairs = view.alert.annotations.items()
    found = [pair for pair in pairs if _NAME.fullmatch(pair[0]) and _ADDRESS.fullmatch(pair[1].strip())]
    return dict(found[:MOST_LINKS])


def _label(name: str) -> str:
    """Name a link as people would: `dashboard_url` is Dashboard."""
    words = _ENDING.sub("", name.strip()).replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _hidden(view: View, named: list[tuple[str, str]]) -> list[str]:
    links = view.alert.links
    own = [
        ("Runbook", links.runbook_url),
        ("Dashboard", links.dashboard_url),
        (_at_the_source(view), links.source_url),
        ("Silence it", links.silence_url),
    ]
    hidden = ((label, url) for label, url in [*own, *named] if url and not view.shown(url))
    return [f"{label} (no link: {_why(view, url)})" for label, url in hidden]


def _why(view: View, url: str) -> str:
    if redaction.holds_credential(url):
        return "its address holds a credential"
    if view.withholds(url):
        return "its address holds labels"
    return "its address holds an account id" if redaction.hides(url) else "its address is too long"
