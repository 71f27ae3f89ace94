"""Membership: which conditions each part of a storm lists, from one look to the next. Pure.

A condition's own row says which part it is in, from shortly before its issue is opened. Until then, the first
part that has room lists it. So none is lost and none is listed twice, whatever crashes.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from chalicelib.adapters.storm import MOST_MEMBERS, Member, Storm
from chalicelib.conditions import storms
from chalicelib.conditions.in_common import in_common
from chalicelib.conditions.row import AlertState

Members = dict[str, Member]


def looked_at(parts: Mapping[str, Storm], rows: Sequence[AlertState]) -> list[Storm]:
    """Return what the parts of a storm list now; the keys of `parts` are the fingerprints of their rows.

    `rows` are those of members and of conditions that may become members. Further parts are added for those
    that no part has room for.
    """
    current = {row.fingerprint: row for row in rows}
    numbers = {fingerprint: number for number, fingerprint in enumerate(parts)}
    lists: list[Members] = [{} for _ in parts]
    loose: list[tuple[int, Member]] = []
    for number, member in _known(parts, rows):
        row = current.get(member.fingerprint)
        newer = _updated(member, row)
        if group := row.group if row else None:
            if group.fingerprint in numbers:  # otherwise another storm has it by now
                lists[numbers[group.fingerprint]][newer.fingerprint] = newer
        elif newer.ended:
            lists[number][newer.fingerprint] = newer
        else:
            loose.append((number, newer))
    room = [MOST_MEMBERS - sum(each.ended is None for each in members.values()) for members in lists]
    for number, member in loose:
        place = (
            number if room[number] > 0 else next((n for n, left in enumerate(room) if left > 0), len(room))
        )
        if place == len(room):
            room.append(MOST_MEMBERS)
            lists.append({})
        lists[place][member.fingerprint] = member
        room[place] -= 1
    contents = [*parts.values()]
    for members in lists[len(parts) :]:
        began = min(each.began for each in members.values())
        last = contents[-1]
        contents.append(Storm(cause=last.cause, began=began, part=last.part + 1, continues=True))
    return [_described(*each, current) for each in zip(contents, lists, strict=True)]


def _known(parts: Mapping[str, Storm], rows: Sequence[AlertState]) -> list[tuple[int, Member]]:
    """List each member once, with the part that lists it; those that are not listed yet come last."""
    found: dict[str, tuple[int, Member]] = {}
    for number, content in enumerate(parts.values()):
        found |= {
            each.fingerprint: (number, each) for each in content.members if each.fingerprint not in found
        }
    new = sorted(map(storms.member, (row for row in rows if row.spec.firing)), key=_age)
    return [*found.values(), *((0, member) for member in new if member.fingerprint not in found)]


def _age(member: Member) -> tuple[datetime, str]:
    return member.began, member.fingerprint


def _updated(member: Member, row: AlertState | None) -> Member:
    """Bring a member up to date with its row; what the row no longer says stays as it was."""
    if row is None or row.spec.alert is None:
        return member
    newer = storms.member(row)
    return newer.model_copy(update={"attached": newer.attached or member.attached})


def _described(content: Storm, members: Members, current: Mapping[str, AlertState]) -> Storm:
    """Write a part's content; if there are too many members, leave out those that ended longest ago."""
    firing = [each for each in members.values() if each.ended is None]
    ended = sorted((each for each in members.values() if each.ended), key=_recent)
    listed = [*firing, *ended[: max(0, MOST_MEMBERS - len(firing))]]
    found = in_common([current[name] for name in members if name in current])
    return content.model_copy(
        update={
            "members": tuple(sorted(listed, key=_age)),
            "left_out": content.left_out + len(members) - len(listed),
            **{name: value for name, value in found.items() if value},
        }
    )


def _recent(member: Member) -> float:
    return -(member.ended or member.began).timestamp()
