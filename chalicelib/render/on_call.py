"""On call: what the board says about who is on call, and what an issue says if that is not certain."""

from collections.abc import Iterable, Iterator, Sequence

from chalicelib.conditions.on_call import HANDOFF, Called, Duty
from chalicelib.render import markdown
from chalicelib.render.view import View
from chalicelib.render.words import moment

MAX_NAME = 120

HELP = (
    f"<sub>On call: comment `/{HANDOFF} @name` to hand off until the shift ends; if several teams are "
    "listed, name one with `team=storage`.</sub>"
)


def unsure(view: View) -> str:
    """Say where an issue called people who may not be on call."""
    return "\n".join(filter(None, map(_unsure, view.row.on_call)))


def _unsure(called: Called) -> str:
    if called.fallback:
        return f"Nobody is known to be on call for {called.team}."
    if called.as_of:
        return f"The shifts of {called.team} are as of {moment(called.as_of)}; nothing newer is known."
    return ""


def on_call(duties: Sequence[Duty]) -> Iterator[str]:
    """Say who is on call for each team, until when, and who is next. A name is not a mention."""
    if duties:
        yield "### On call"
        yield "\n".join(map(_line, duties))
        yield HELP


def _line(duty: Duty) -> str:
    called, names = duty.called, _names(duty.called.people)
    until = f" until {moment(duty.until)}" if duty.until else ""
    said = [f"nobody{until}, so alerts call {names}" if called.fallback else f"**{names}**{until}"]
    if duty.by:
        said.append(f"by a handoff from {_names((duty.by,))}")
    if duty.until:
        said.append(f"then {_names(duty.next) or 'nobody'}")
    if called.as_of:
        said.append(f"as of {moment(called.as_of)}, because {duty.source} has not answered since")
    return f"- {called.team}: " + ", ".join(said)


def _names(mentions: Iterable[str]) -> str:
    names = (markdown.cut(each.removeprefix("@"), MAX_NAME) for each in mentions)
    return ", ".join(map(markdown.line, names))
