"""On call: what the board says about who is, and an issue where that is not known for certain."""

from collections.abc import Iterator, Sequence

from chalicelib.conditions.on_call import HANDOFF, Called, Duty
from chalicelib.render import markdown
from chalicelib.render.view import View
from chalicelib.render.words import moment

MAX_NAME = 120

HELP = (
    f"<sub>On call: comment `/{HANDOFF} @name` to hand over until the shift ends; if several teams are "
    "listed, name one with `team=storage`.</sub>"
)


def unsure(view: View) -> str:
    """Say where an issue called people who may not be on call."""
    return "\n".join(filter(None, (_unsure(each) for each in view.row.on_call)))


def _unsure(called: Called) -> str:
    if called.fallback:
        return f"Nobody is known to be on call for {called.team}."
    if called.as_of:
        return f"Who is on call for {called.team} is as of {moment(called.as_of)}; there is no newer answer."
    return ""


def on_call(duties: Sequence[Duty]) -> Iterator[str]:
    """Say who is on call for each team, until when, and who is next. A name is not a mention."""
    if duties:
        yield "### On call"
        yield "\n".join(map(_line, duties))
        yield HELP


def _line(duty: Duty) -> str:
    called, names = duty.called, ", ".join(map(_name, duty.called.people))
    until = f" until {moment(duty.until)}" if duty.until else ""
    now = f"nobody{until}, so alerts call {names}" if called.fallback else f"**{names}**{until}"
    notes = [f"in place of the shift, as {_name(duty.by)} handed it over" if duty.by else ""]
    if duty.until:
        notes.append(f"then {', '.join(map(_name, duty.next)) or 'nobody'}")
    if called.as_of:
        notes.append(f"as of {moment(called.as_of)}: {duty.source} has not answered since")
    return f"- {called.team}: " + ", ".join(filter(None, [now, *notes]))


def _name(mention: str) -> str:
    return markdown.line(markdown.cut(mention.removeprefix("@"), MAX_NAME))
