"""Drafts: an issue is opened without the parts that GitHub refuses, rather than not at all. Pure."""

from dataclasses import replace

from chalicelib.conditions.issue import Draft, Seen
from chalicelib.errors import FieldFault

OPTIONAL = frozenset({"labels", "assignees", "type", "issue_field_values"})


def without_parent(draft: Draft, faults: tuple[FieldFault, ...] = ()) -> Draft | None:
    """Open it on its own, since a parent takes at most 100 sub-issues; None if something else was refused.

    GitHub names no field for most of its refusals about a parent, such as the 101st sub-issue.
    """
    fields = {fault.field for fault in faults if fault.field}
    return replace(draft, parent=0) if draft.parent and not (fields and fields <= OPTIONAL) else None


def lesser(draft: Draft, faults: tuple[FieldFault, ...], *, whole: bool) -> Draft | None:
    """Leave out what GitHub named; None if it refuses something that an issue needs.

    If it names a field and nothing in it, or with `whole`, the whole field is left out.
    """
    if alone := without_parent(draft, faults):
        return alone
    named = {fault.field for fault in faults if fault.field}
    if not named <= OPTIONAL:
        return _plain(draft)
    left = replace(
        draft,
        labels=_accepted(draft.labels, "labels", faults, whole=whole),
        assignees=_accepted(draft.assignees, "assignees", faults, whole=whole),
        type="" if "type" in named else draft.type,
        fields=() if "issue_field_values" in named else draft.fields,
    )
    return left if left != draft else _plain(draft)


def _plain(draft: Draft) -> Draft | None:
    """Leave out what only some organizations have: GitHub does not document which field it then names."""
    plain = replace(draft, type="", fields=())
    return plain if plain != draft else None


def _accepted(
    sent: tuple[str, ...], field: str, faults: tuple[FieldFault, ...], *, whole: bool
) -> tuple[str, ...]:
    concerned = [fault for fault in faults if fault.field == field]
    if not concerned:
        return sent
    named = {value.casefold() for fault in concerned for value in fault.values}
    left = tuple(each for each in sent if each.casefold() not in named)
    return () if whole or left == sent else left


def left_out(draft: Draft, seen: Seen) -> tuple[str, ...]:
    """Say which parts of a draft the issue lacks: GitHub silently drops what the App may not set."""
    labels, assignees, fields = _folded(seen.labels), _folded(seen.assignees), _folded(seen.fields)
    typed = not draft.type or seen.type.casefold() == draft.type.casefold()
    return (
        *(f"label {each}" for each in draft.labels if each.casefold() not in labels),
        *(f"assignee {each}" for each in draft.assignees if each.casefold() not in assignees),
        *(["parent"] if draft.parent and not seen.has_parent else []),
        *(() if typed else (f"type {draft.type}",)),
        *(f"field {name}" for name, _ in draft.fields if name.casefold() not in fields),
    )


def _folded(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.casefold() for name in names)
