"""Membership: which conditions each part of a storm lists, from one look to the next. Pure.

A condition's own row says which part it is in, once its issue was about to be opened. Until then the first
part that has room lists it. So whatever crashes, none is lost, and none is listed twice.
"""

from collections.abc import Mapping, Sequence

from chalicelib.adapters.storm import MOST_MEMBERS, Member, Storm
from chalicelib.conditions import storms
from chalicelib.conditions.row import AlertState
from chalicelib.telemetry.masking import mask, names_credential

MOST_COMMON = 5
MOST_OF_A_LABEL = 100
"""Code points of a name or value that is kept."""

Members = dict[str, Member]


def looked_at(parts: Mapping[str, Storm], rows: Sequence[AlertState]) -> list[Storm]:
    """Say what a storm's parts, by the fingerprints of their rows, list now.

    `rows` are those of members and of what is to become one. What no part has room for comes in further
    parts.
    """
    current = {row.fingerprint: row for row in rows}
    numbers = {fingerprint: number for number, fingerprint in enumerate(parts)}
    lists: list[Members] = [{} for _ in parts]
    known: set[str] = set()
    for number, content in enumerate(parts.values()):
        for member in content.members:
            name, row = member.fingerprint, current.get(member.fingerprint)
            group = storms.group_of(row) if row else None
            place = numbers.get(group.fingerprint) if group else number
            if place is not None and name not in known:
                lists[place][name] = _updated(member, row)
                known.add(name)
    for row in sorted(rows, key=_since):
        group = storms.group_of(row)
        if row.fingerprint in known or not storms.fires(row) or (group and group.fingerprint not in numbers):
            continue
        place = numbers[group.fingerprint] if group else _with_room(lists)
        lists[place][row.fingerprint] = storms.member(row)
        known.add(row.fingerprint)
    contents = [*parts.values()]
    for members in lists[len(parts) :]:
        began = min(each.began for each in members.values())
        last = contents[-1]
        contents.append(Storm(cause=last.cause, began=began, part=last.part + 1, continues=True))
    return [_described(*each, current) for each in zip(contents, lists, strict=True)]


def _since(row: AlertState) -> tuple[float, str]:
    began = row.spec.began_by_our_clock
    return began.timestamp() if began else 0.0, row.fingerprint


def _updated(member: Member, row: AlertState | None) -> Member:
    """Look at a member again; what is not known of it any more stays as it was."""
    if row is None or row.spec.alert is None:
        return member
    newer = storms.member(row)
    return newer.model_copy(update={"attached": newer.attached or member.attached})


def _with_room(lists: list[Members]) -> int:
    """Find the first part with room for one more that fires, or begin another."""
    for number, members in enumerate(lists):
        if sum(member.ended is None for member in members.values()) < MOST_MEMBERS:
            return number
    lists.append({})
    return len(lists) - 1


def _described(content: Storm, members: Members, current: Mapping[str, AlertState]) -> Storm:
    """Write a part's content; of too many members, those that ended longest ago are left out."""
    newest_last = sorted(members.values(), key=lambda each: (each.ended is not None, _recent(each)))
    listed = {each.fingerprint for each in newest_last[:MOST_MEMBERS]}
    common, differs = shared([current[name] for name in members if name in current])
    return content.model_copy(
        update={
            "members": tuple(each for name, each in members.items() if name in listed),
            "left_out": content.left_out + len(members) - len(listed),
            "common": common or content.common,
            "differs": differs or content.differs,
        }
    )


def _recent(member: Member) -> float:
    return -(member.ended or member.began).timestamp()


def shared(rows: Sequence[AlertState]) -> tuple[dict[str, str], str]:
    """Find labels that all have in common, and the label that tells most of them apart."""
    labels = [row.spec.alert.labels for row in rows if row.spec.alert]
    if len(labels) < 2:
        return {}, ""
    everywhere = [name for name in labels[0] if all(name in each for each in labels[1:])]
    values = {name: {each[name] for each in labels} for name in everywhere if not names_credential(name)}
    common = [(name, labels[0][name]) for name, found in values.items() if len(found) == 1]
    apart = [name for name, found in values.items() if len(found) > 1]
    pairs = {_cut(name): _cut(value) for name, value in common[:MOST_COMMON]}
    return pairs, _cut(max(apart, key=lambda name: len(values[name]), default=""))


def _cut(text: str) -> str:
    return mask(text)[:MOST_OF_A_LABEL]
