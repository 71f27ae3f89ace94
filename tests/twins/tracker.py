"""The issue tracker's twin: issues in memory, people who change them, failures on demand."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.conditions.clocks import APART
from chalicelib.conditions.commands import PersonComment
from chalicelib.conditions.issue import Closer, Draft, IssueRef, Label, Seen
from chalicelib.errors import FieldFault, Gone, Invalid, OutOfSight, TooLate
from chalicelib.github.strangers import Strangers

Fault = Callable[[str, Callable[[], Any]], Any]


FIRST_ID = 3_000_000_000
MOST_SUB_ISSUES = 100
NEVER = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass
class Thread:
    """One issue and its history."""

    seen: Seen
    updated_at: datetime
    state_reason: str | None = None
    duplicate_of: int | None = None
    comments: list[str] = field(default_factory=list)
    commented_at: list[datetime] = field(default_factory=list)
    spoken: list[PersonComment] = field(default_factory=list)
    reactions: set[tuple[int, str]] = field(default_factory=set)
    gone: bool = False
    out_of_sight: bool = False

    @property
    def assignees(self) -> set[str]:
        """Who is assigned."""
        return set(self.seen.assignees)


class MemoryTracker:
    """Issues by reference. `faults` maps a call's name to what to do with it.

    `calls` are the names in order. Its clock is `ahead` of ours.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.ahead = timedelta()
        self._numbers: Counter[str] = Counter()
        self.threads: dict[IssueRef, Thread] = {}
        self.calls: list[str] = []
        self.faults: dict[str, Fault] = {}
        self.hidden: set[IssueRef] = set()
        self.writers = {"mona"}
        self._strangers = Strangers()
        self.shelf: dict[str, dict[str, Label]] = {}
        self._comments = 0
        self.children: dict[int, list[IssueRef]] = {}
        self.connected = True
        self.page = 100

    @property
    def open_issues(self) -> list[Seen]:
        return [thread.seen for thread in self.threads.values() if thread.seen.open and not thread.gone]

    @property
    def all_issues(self) -> list[Seen]:
        return [thread.seen for thread in self.threads.values()]

    def ready(self, repository: str) -> bool:
        return self.connected

    def prepare(self, repository: str) -> None:
        def effect() -> None:
            self.connected = True

        self._call("prepare", NEVER, effect)

    def open(self, repository: str, draft: Draft, before: datetime) -> Seen:
        def effect() -> Seen:
            self._numbers[repository] += 1
            ref = IssueRef(repository, number := self._numbers[repository])
            url = f"https://github.com/{repository}/issues/{number}"
            for label in draft.labels:
                grey = Label(label, "ededed", "")
                self.shelf.setdefault(repository, {}).setdefault(label.casefold(), grey)
            self.threads[ref] = Thread(
                Seen(
                    ref=ref,
                    url=url,
                    title=draft.title,
                    body=draft.body,
                    labels=draft.labels,
                    assignees=draft.assignees,
                    type=draft.type,
                    fields=tuple(name for name, _ in draft.fields),
                    by_us=True,
                    changed_at=self._theirs(),
                    id=FIRST_ID + number,
                ),
                self._theirs(),
            )
            if draft.parent:
                with suppress(Invalid):
                    self._join(draft.parent, ref)
            left_out = ("parent",) if draft.parent and not self.threads[ref].seen.has_parent else ()
            return replace(self.threads[ref].seen, left_out=left_out)

        opened: Seen = self._call("open", before, effect)
        return opened

    def read(self, ref: IssueRef, before: datetime) -> Seen:
        read: Seen = self._call("read", before, lambda: self._thread(ref).seen)
        return read

    def edit(self, ref: IssueRef, changes: dict[str, Any], before: datetime) -> Seen:
        def effect() -> Seen:
            self._thread(ref).duplicate_of = changes.get("duplicate_issue_id")
            wanted = {name: value for name, value in changes.items() if name != "duplicate_issue_id"}
            if "assignees" in wanted:
                wanted["assignees"] = tuple(wanted["assignees"])
            self.change(ref, Closer.US, **wanted)
            return self._thread(ref).seen

        edited: Seen = self._call("edit", before, effect)
        return edited

    def add_labels(self, ref: IssueRef, labels: tuple[str, ...], before: datetime) -> None:
        def effect() -> None:
            kept = self._thread(ref).seen.labels
            self._set(ref, labels=(*kept, *(label for label in labels if label not in kept)))

        self._call("add_labels", before, effect)

    def remove_label(self, ref: IssueRef, label: str, before: datetime) -> None:
        def effect() -> None:
            self._set(ref, labels=tuple(each for each in self._thread(ref).seen.labels if each != label))

        self._call("remove_label", before, effect)

    def add_sub_issue(self, parent: IssueRef, child: int, before: datetime) -> None:
        def effect() -> None:
            self._join(
                self._thread(parent).seen.id, next(r for r, t in self.threads.items() if t.seen.id == child)
            )

        self._call("add_sub_issue", before, effect)

    def comment(self, ref: IssueRef, body: str, before: datetime) -> None:
        def effect() -> None:
            self._thread(ref).comments.append(body)
            self._thread(ref).commented_at.append(self._theirs())
            self._set(ref, comments=len(self._thread(ref).comments) + len(self._thread(ref).spoken))

        self._call("comment", before, effect)

    def changed(
        self, repository: str, label: str | None, since: datetime, before: datetime
    ) -> Iterator[Seen]:
        yield from self._call("changed", before, lambda: self._listed(repository, label, since - APART))

    def open_ones(self, repository: str, label: str, before: datetime) -> Iterator[Seen]:
        found = self._call("open_ones", before, lambda: self._listed(repository, label, None))
        yield from (seen for seen in found if seen.open)

    def walk(
        self, repository: str, label: str, since: datetime, before: datetime, *, only_open: bool
    ) -> Iterator[list[Seen]]:
        def effect() -> list[Seen]:
            found = [seen for seen in self._listed(repository, label, since) if seen.open or not only_open]
            return sorted(found, key=lambda seen: (seen.changed_at, seen.ref.number))

        while True:
            listed = self._call("open_ones" if only_open else "changed", before, effect)
            page = listed[: self.page]
            yield page
            if len(listed) <= self.page:
                return
            assert page[-1].changed_at > since, "the twin does not page through one moment"
            since = page[-1].changed_at

    def comments(self, ref: IssueRef, since: datetime, before: datetime) -> Iterator[str]:
        def effect() -> list[str]:
            thread = self._thread(ref)
            dated = zip(thread.comments, thread.commented_at, strict=True)
            return [body for body, at in dated if at >= since - APART]

        yield from self._call("comments", before, effect)

    def spoken(self, ref: IssueRef, since: datetime, before: datetime) -> Iterator[PersonComment]:
        found = self._call("spoken", before, lambda: self._thread(ref).spoken)
        yield from (each for each in found if each.at >= since - APART)

    def may_write(self, repository: str, login: str, before: datetime) -> bool:
        assert "/" in repository
        may: bool = self._call("may_write", before, lambda: login in self.writers)
        if not may:
            self._strangers.note(repository, login, before)
        return may

    def refused(self, repository: str, now: datetime) -> frozenset[str]:
        return self._strangers.of(repository, now)

    def react(self, ref: IssueRef, comment: int, content: str, before: datetime) -> None:
        self._call("react", before, lambda: self._thread(ref).reactions.add((comment, content)))

    def labels(self, repository: str, before: datetime) -> Iterator[Label]:
        yield from self._call("labels", before, lambda: list(self.shelf.setdefault(repository, {}).values()))

    def create_label(self, repository: str, label: Label, before: datetime) -> None:
        def effect() -> None:
            shelf = self.shelf.setdefault(repository, {})
            if label.name.casefold() in shelf:
                raise Invalid("already_exists", (FieldFault("name", "already_exists"),))
            shelf[label.name.casefold()] = label

        self._call("create_label", before, effect)

    def dress_label(self, repository: str, label: Label, before: datetime) -> None:
        def effect() -> None:
            self.shelf[repository][label.name.casefold()] = label

        self._call("dress_label", before, effect)

    def say(self, ref: IssueRef, body: str, author: str = "mona", *, insider: bool = False) -> int:
        """Comment as a person; returns the comment's id."""
        thread = self._thread(ref)
        self._comments += 1
        thread.spoken.append(PersonComment(self._comments, author, body, self._theirs(), insider))
        self._set(ref, comments=len(thread.comments) + len(thread.spoken))
        return self._comments

    def change(self, ref: IssueRef, who: Closer, **changes: Any) -> None:
        """Change an issue as somebody."""
        thread = self._thread(ref)
        state, reason = changes.pop("state", None), changes.pop("state_reason", "completed")
        if state == "closed" and thread.seen.open:
            thread.state_reason = reason
            closer = "mona" if who is Closer.PERSON else "alerting[bot]"
            changes |= {
                "closed_at": self._theirs(),
                "closed_by": who,
                "closer": closer,
                "state_reason": reason,
            }
        if state == "open":
            nobody = {"closed_at": None, "closed_by": None, "closer": "", "state_reason": ""}
            changes |= nobody | {"reopened": True}
        self._set(ref, **changes)

    def close_as_person(self, ref: IssueRef, reason: str = "completed") -> None:
        self.change(ref, Closer.PERSON, state="closed", state_reason=reason)

    def transfer(self, ref: IssueRef, to: str) -> IssueRef:
        """Move an issue to another repository; its old place leads there."""
        moved = IssueRef(to, 1 + sum(known.repository == to for known in self.threads))
        thread = self._thread(ref)
        self.threads[moved] = thread
        thread.seen = replace(thread.seen, ref=moved, url=f"https://github.com/{to}/issues/{moved.number}")
        return moved

    def reopen_as_person(self, ref: IssueRef) -> None:
        self.change(ref, Closer.PERSON, state="open")

    def delete(self, ref: IssueRef) -> None:
        self.threads[ref].gone = True

    def hide(self, ref: IssueRef) -> None:
        """A person transfers it to where the App is not installed."""
        self.threads[ref].out_of_sight = True

    def _join(self, parent: int, ref: IssueRef) -> None:
        """Make an issue a sub-issue; one that has a parent keeps it, and a full parent takes no more."""
        siblings = self.children.setdefault(parent, [])
        if self._thread(ref).seen.has_parent or len(siblings) == MOST_SUB_ISSUES:
            raise Invalid("Parent cannot have more than 100 sub-issues", ())
        siblings.append(ref)
        self._set(ref, has_parent=True)

    def _thread(self, ref: IssueRef) -> Thread:
        if ref not in self.threads or self.threads[ref].gone:
            raise Gone(f"{ref}: 410 This issue was deleted", status=410)
        if self.threads[ref].out_of_sight:
            raise OutOfSight(f"{ref}: 404 Not Found", status=404)
        return self.threads[ref]

    def _set(self, ref: IssueRef, **changes: Any) -> None:
        thread = self._thread(ref)
        thread.seen = replace(thread.seen, **changes)
        thread.updated_at = self._theirs()
        thread.seen = replace(thread.seen, changed_at=thread.updated_at)

    def _listed(self, repository: str, label: str | None, since: datetime | None) -> list[Seen]:
        """A list does not say who closed."""
        return [
            replace(thread.seen, closed_by=None, closer="", changed_at=thread.updated_at)
            for ref, thread in self.threads.items()
            if ref == thread.seen.ref
            and ref.repository == repository
            and not (thread.gone or thread.out_of_sight)
            and ref not in self.hidden
            and (label is None or label in thread.seen.labels)
            and (since is None or thread.updated_at >= since)
        ]

    def _theirs(self) -> datetime:
        return self._now() + self.ahead

    def _call(self, name: str, before: datetime, effect: Callable[[], Any]) -> Any:
        if self._now() >= before:
            raise TooLate(name)
        self.calls.append(name)
        fault = self.faults.get(name)
        return fault(name, effect) if fault else effect()
