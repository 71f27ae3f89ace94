"""The alert as data, for agents and programs that read its issue.

It is folded, not hidden, so that people see what an agent gets. Anything that could end the block, or take
effect in Markdown or HTML, is escaped as in JSON, so that no provider's text gets out of it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.alert import AlertEvent
from chalicelib.quantities import shortened
from chalicelib.render import links, markdown, redaction
from chalicelib.render.document import Document, Links, Measured
from chalicelib.render.title import MAX_TITLE
from chalicelib.render.view import View
from chalicelib.routing import Details
from chalicelib.telemetry.masking import MASKED, mask, names_credential

SUMMARY = "The alert as data"
"""The title of the fold, by which programs find the block."""

SIZES = ((4000, 64), (500, 20), (100, 5))
"""Code points of a text, and numbers of labels, annotations and links: the first sizes that fit are used."""

MOST_OF_A_NAME = 100

_ESCAPED = re.compile(r"[<>&`@~\x7f]")


def data(view: View, limit: int) -> str:
    """Write it in at most `limit` code points; empty if it does not fit."""
    for text, most in SIZES:
        document = _Cut(view.route.details, text, most).document(view)
        written = document.model_dump_json(indent=2, ensure_ascii=True, by_alias=True, exclude_none=True)
        safe = _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", written)
        if len(safe) <= limit:
            return f"{document.notice}\n\n```json\n{safe}\n```"
    return ""


@dataclass
class _Cut:
    """Cuts texts and lists to a size, and remembers whether it had to."""

    details: Details
    size: int
    most: int
    had_to: bool = False

    def document(self, view: View) -> Document:
        """Write all of it."""
        alert, spec, full = view.alert, view.row.spec, self.details is Details.FULL
        known = self.details is not Details.NONE
        over = not view.firing and not spec.news
        return Document(
            fingerprint=view.row.fingerprint,
            source=alert.source,
            sender=alert.sender if known else None,
            kind=alert.kind,
            condition=spec.condition,
            priority=alert.priority,
            teams=view.owners,
            title=markdown.cut(" ".join(markdown.clean(view.title).split()), MAX_TITLE),
            summary=self.text(alert.summary),
            description=self.text(alert.description),
            reason=self.text(alert.reason),
            measurement=self.measured(alert),
            region=self.text(alert.identity.region),
            account_id=self.text(alert.identity.account_id) if full else None,
            alarm_id=self.text(alert.identity.alarm_id) if full else None,
            began=view.began,
            ended=view.ended if over else None,
            expires=alert.expires_at,
            recovered=view.recovered if over else None,
            reported=spec.count,
            episodes=len({view.began, *(episode.began for episode in spec.episodes)}),
            labels=self.pairs(alert.labels) if known else {},
            annotations=self.pairs(links.other_annotations(view)) if known else {},
            links=self.links(view),
            shortened=self.had_to,  # the last, since each of the others may have had to
        )

    def text(self, value: str | None, limit: int = 0) -> str | None:
        """Write a text as far as it may be shown, with readable numbers."""
        masked = mask(shortened(markdown.clean(value or "")))
        whole = (masked if self.details is Details.FULL else redaction.hide(masked)).strip()
        cut = markdown.cut(whole, limit or self.size)
        self.had_to |= cut != whole
        return cut or None

    def measured(self, alert: AlertEvent) -> Measured | None:
        """Write what was measured."""
        told = alert.measurement
        value = self.text(told.value) if told else None
        return Measured(value=value, threshold=self.text(told.threshold)) if told and value else None

    def pairs(self, pairs: Mapping[str, str]) -> dict[str, str]:
        """Write names and values, except values that are credentials."""
        self.had_to |= len(pairs) > self.most
        first = list(pairs.items())[: self.most]
        said = ((name, MASKED if names_credential(name) else value) for name, value in first)
        written = [(self.text(name, MOST_OF_A_NAME), self.text(value)) for name, value in said]
        return {name: value for name, value in written if name and value}

    def links(self, view: View) -> Links:
        """Write the addresses."""
        known = view.alert.links
        own = {
            "runbook": view.shown(known.runbook_url) or markdown.address(view.route.runbook or ""),
            "dashboard": view.shown(known.dashboard_url),
            "source": view.shown(known.source_url),
            "silence": view.shown(known.silence_url),
            "image": view.shown(known.image_url) if self.details is not Details.NONE else "",
        }
        more = self.pairs(links.named(view)) if self.details is not Details.NONE else {}
        return Links(**{name: url or None for name, url in own.items()}, more=more)
