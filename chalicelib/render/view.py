"""What an issue and its comments say alike: one row, as its team's route lets it be shown."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache

from chalicelib.adapters import registry
from chalicelib.alert import AlertEvent, Condition, Priority
from chalicelib.conditions.row import AlertState
from chalicelib.render import markdown, redaction
from chalicelib.render.words import MINUTE, SEVERITIES, counted, duration, figures, moment
from chalicelib.routing import Details, Route, Routing
from chalicelib.telemetry.masking import mask

KNOWN = 2048
"""Lines of which it is remembered how they are written: most recur from alert to alert."""

SILENCED = "(its end is then not reported here; `/snooze 4h` or `/mute` quiets this issue alone)"
"""What a silence at the source does to the issue."""

SHORT = 300
"""Code points of a text that stands before the links."""


@dataclass(frozen=True)
class View:
    """A row, its newest firing, who has it, its route, and now."""

    row: AlertState
    alert: AlertEvent
    owners: tuple[str, ...]
    route: Route
    now: datetime

    @classmethod
    def of(cls, row: AlertState, routing: Routing, now: datetime) -> "View":
        """Look at a row; raises ValueError for a tombstone, which has nothing to show."""
        alert = row.spec.alert
        if alert is None:
            raise ValueError(f"nothing to show: no firing is known of {row.fingerprint}")
        return cls(row, alert, routing.owners(alert.teams), routing.route(alert.teams), now)

    @property
    def firing(self) -> bool:
        """Whether it fires now."""
        return self.row.spec.condition is Condition.FIRING

    @property
    def recovered(self) -> bool:
        """Whether it ended because the condition did."""
        resolution = self.row.spec.resolution
        return resolution is None or resolution.recovered

    @property
    def began(self) -> datetime:
        """When this episode began."""
        return self.row.spec.episode or self.row.spec.at

    @property
    def ended(self) -> datetime:
        """When this episode ended; the row's time where that is not kept."""
        ends = [episode.ended for episode in self.row.spec.episodes if episode.began == self.began]
        return ends[-1] if ends else self.row.spec.at

    def line(self, value: str | None, limit: int = SHORT) -> str:
        """Write one line of a provider's text."""
        return _line(value or "", limit, self.route.details)

    def text(self, value: str | None, limit: int) -> str:
        """Write paragraphs of a provider's text."""
        return markdown.text(_shown(value or "", limit, self.route.details))

    def shown(self, url: str | None) -> str:
        """Write an address as the target of a link; empty where there is none that may be shown."""
        return _target(url, self.route.details) if url else ""

    @cached_property
    def measured(self) -> bool:
        """Whether the reason is figures without words, while the headline has words."""
        return figures(self.alert.reason or "") and self.reason != self.headline

    def since(self, *, dated: bool = False) -> str:
        """Say since when it fires, and from a minute on for how long; `dated` also says as of when."""
        lasted = self.now - self.began
        if lasted < MINUTE:
            return f"since {moment(self.began)}"
        as_of = f" as of {self.now:%H:%M}" if dated else ""
        return f"since {moment(self.began)}, {duration(lasted)}{as_of}"

    def ending(self) -> str:
        """Say when it ended, after how long, and how."""
        when = f"at {moment(self.ended)} after {duration(self.ended - self.began)}"
        reason = self.row.spec.resolution.reason if self.row.spec.resolution else None
        if self.recovered:
            return f"**RESOLVED** {when}." + (f" {self.line(reason)}" if reason else "")
        why = self.line((reason or "").rstrip(". ")) or "the provider stopped watching it"
        return f"**Closed: {why}** {when}. Whether the condition itself has ended is not known."

    def facts(self) -> str:
        """Say how bad it is, since when, whose, and who says so."""
        alert = self.alert
        place = " ".join(filter(None, [self.line(registry.shown_as(alert.source)), self.region()]))
        teams = ("team " if len(self.owners) == 1 else "teams ") + ", ".join(map(self.line, self.owners))
        firing = f"firing {self.since(dated=True)}"
        fired = f"fired from {moment(self.began, self.ended)}"
        return " · ".join([self.severity(alert.priority), firing if self.firing else fired, teams, place])

    def severity(self, priority: Priority) -> str:
        """Say how bad a priority is."""
        return f"**{priority} {SEVERITIES[priority]}**"

    def region(self) -> str:
        """Say where, if that is known."""
        return self.line(self.alert.identity.region, 40)

    @cached_property
    def headline(self) -> str:
        """Say what is wrong, in the best words there are."""
        alert = self.alert
        first_words = (alert.description or "").strip().partition("\n")[0]
        said = (self.line(value) for value in (alert.summary, first_words, alert.reason, alert.title))
        return next(filter(None, said), "An alert without a readable text")

    def reported(self) -> str:
        """Say how often it was reported in this episode, and when last."""
        spec = self.row.spec
        return f"Reported {counted(spec.count, 'time')}, last at {moment(spec.seen_at, self.began)}."

    @property
    def reason(self) -> str:
        """Say why the provider says so now."""
        return self.line(self.alert.reason)

    def why(self) -> str:
        """Give the reason where it says in words what the headline does not."""
        return "" if self.measured or self.reason == self.headline else self.reason

    def links(self) -> str:
        """Link what to open first, then the rest; the best link is bold."""
        links = self.alert.links
        source = registry.of_alert(self.alert.source).shown_as
        targets = [
            ("Open the runbook", self.shown(links.runbook_url) or markdown.address(self.route.runbook or "")),
            ("Dashboard", self.shown(links.dashboard_url)),
            (f"Alert in {source}", self.shown(links.source_url)),
        ]
        found = [f"[{label}]({target})" for label, target in targets if target]
        best = [f"**{link}**" for link in found[:1]]
        silence = self.shown(links.silence_url)
        return " · ".join([*best, *found[1:], *([f"[Silence it]({silence}) {SILENCED}"] if silence else [])])

    def mentions(self, priority: Priority) -> str:
        """Call the people of a priority."""
        return " ".join(self.route.mentions.get(priority, ()))


@lru_cache(KNOWN)
def _line(value: str, limit: int, details: Details) -> str:
    return markdown.line(_shown(value, limit, details))


@lru_cache(KNOWN)
def _target(url: str, details: Details) -> str:
    """An address that holds a credential is not shown: masked it would lead nowhere."""
    hidden = mask(url) != url or (details is not Details.FULL and redaction.hides(url))
    return "" if hidden else markdown.address(url)


def _shown(value: str, limit: int, details: Details) -> str:
    masked = mask(value)
    return markdown.cut((masked if details is Details.FULL else redaction.hide(masked)).strip(), limit)
