"""What an issue and its comments have in common: one row, as its team's route allows it to be shown."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache

from chalicelib.adapters import own, registry
from chalicelib.alert import AlertEvent, Links, Measurement, Priority
from chalicelib.conditions.row import AlertState
from chalicelib.quantities import counted, shortened
from chalicelib.render import markdown, redaction, title
from chalicelib.render.words import MINUTE, SEVERITIES, duration, figures, moment
from chalicelib.routing import Details, Home, Route, Routing
from chalicelib.telemetry.masking import mask

KNOWN = 2048
"""How many written lines are remembered: most recur from alert to alert."""

SHORT = 300
"""The longest text, in code points, before the links."""


@dataclass(frozen=True)
class View:
    """A row, its newest firing, who has it, its route, and the current time."""

    row: AlertState
    alert: AlertEvent
    owners: tuple[str, ...]
    route: Route
    now: datetime
    home: Home | None = None

    @classmethod
    def of(cls, row: AlertState, routing: Routing, now: datetime) -> "View":
        """Return the view of a row; raises ValueError for a tombstone, which has nothing to show."""
        alert = row.spec.alert
        if alert is None:
            raise ValueError(f"nothing to show: no firing is known of {row.fingerprint}")
        route = routing.route(alert.teams, row.called)
        if route.details is Details.NONE:
            alert = alert.model_copy(update={"reason": redaction.without_series(alert.reason or "") or None})
            alert = alert.model_copy(update={"links": Links()}) if alert.source in own.OWN else alert
        return cls(row, alert, routing.owners(alert.teams), route, now, routing.home)

    @property
    def firing(self) -> bool:
        """Whether it fires now."""
        return self.row.spec.firing

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
        """When this episode ended; the row's time if that is not kept."""
        ends = [episode.ended for episode in self.row.spec.episodes if episode.began == self.began]
        return ends[-1] if ends else self.row.spec.at

    def line(self, value: str | None, limit: int = SHORT) -> str:
        """Write one line of a provider's text."""
        return _line(value or "", limit, self.route.details)

    def text(self, value: str | None, limit: int) -> str:
        """Write paragraphs of a provider's text."""
        return markdown.text(_shown(shortened(value or ""), limit, self.route.details))

    def words(self, value: str | None, limit: int = SHORT) -> str:
        """Write one line of a provider's words, with readable numbers."""
        return self.line(shortened(value or ""), limit)

    def shown(self, url: str | None) -> str:
        """Write an address as the target of a link; empty if it is missing or may not be shown."""
        return _target(url, self.route.details) if url and not self.withholds(url) else ""

    def withholds(self, url: str) -> bool:
        """Whether an address contains a label that may not be shown."""
        return self.route.details is Details.NONE and redaction.names_label(url, self.alert.labels)

    @cached_property
    def measured(self) -> bool:
        """Whether the reason is only figures, while the headline has words."""
        return figures(self.alert.reason or "") and self.reason != self.headline

    def since(self, *, dated: bool = False) -> str:
        """Say since when it fires, and after a minute for how long; `dated` also says as of when."""
        lasted = self.now - self.began
        if lasted < MINUTE:
            return f"since {moment(self.began)}"
        day = f" ({self.now:%Y-%m-%d})" if self.now.date() != self.began.date() else ""
        as_of = f" as of {self.now:%H:%M}{day}" if dated else ""
        return f"since {moment(self.began)}, {duration(lasted)}{as_of}"

    def ending(self) -> str:
        """Say when it ended, after how long, and how."""
        when = f"at {moment(self.ended)} after {duration(self.ended - self.began)}"
        resolution = self.row.spec.resolution
        reason = resolution.reason if resolution else None
        if self.route.details is Details.NONE:
            reason = redaction.without_series(reason or "")
        if self.recovered:
            figures = self._figures(resolution.measurement) if resolution else ""
            said = f"Now {figures}." if figures else self.words(reason)
            return f"**RESOLVED** {when}. {said}".rstrip()
        why = self.line((reason or "").rstrip(". ")) or "the provider stopped watching it"
        return f"**Closed: {why}** {when}. Whether the condition itself has ended is not known."

    def facts(self, state: str = "") -> str:
        """Say how urgent it is, since when or in which `state`, whose it is, and who reports it."""
        alert = self.alert
        place = " ".join(
            filter(None, [self.line(registry.shown_as(alert.source)), self.line(alert.identity.region, 40)])
        )
        teams = ("team " if len(self.owners) == 1 else "teams ") + ", ".join(map(self.line, self.owners))
        fired = f"fired from {moment(self.began, self.ended)}"
        state = state or (f"firing {self.since(dated=True)}" if self.firing else fired)
        return " · ".join([self.severity(alert.priority), state, teams, place])

    def severity(self, priority: Priority) -> str:
        """Say how urgent a priority is."""
        return f"**{priority} {SEVERITIES[priority]}**"

    @cached_property
    def title(self) -> str:
        """Return the title without its priority."""
        return title.shown(self.alert, self.route.details, self.home)

    @cached_property
    def headline(self) -> str:
        """Say what is wrong, in the best words there are."""
        alert = self.alert
        first_words = (alert.description or "").strip().partition("\n")[0]
        said = (self.words(value) for value in (alert.summary, first_words, alert.reason, self.title))
        return next(filter(None, said), "An alert without a readable text")

    def reported(self) -> str:
        """Say how often it was reported in this episode, and when last."""
        spec = self.row.spec
        return f"Reported {counted(spec.count, 'time')}, last at {moment(spec.seen_at, self.began)}."

    @cached_property
    def reason(self) -> str:
        """Return the provider's reason for the current state."""
        return self.words(self.alert.reason)

    @cached_property
    def figures(self) -> str:
        """Write what was measured and the threshold."""
        return self._figures(self.alert.measurement)

    def _figures(self, measured: Measurement | None) -> str:
        if measured is None or not (value := self.words(measured.value)):
            return ""
        limit = self.words(measured.threshold)
        return f"**{value}**, threshold {limit}" if limit else f"**{value}**"

    @property
    def told_shorter(self) -> bool:
        """Whether the first lines already contain the reason: as figures, or as how it ended."""
        resolution = self.row.spec.resolution
        over = not self.firing and resolution is not None and bool(resolution.reason)
        words = not self.measured and self.reason != self.headline
        return words and (over or bool(self.figures))

    def why(self) -> str:
        """Return the reason if it adds words to what is above."""
        return "" if self.measured or self.told_shorter or self.reason == self.headline else self.reason

    def now_says(self) -> str:
        """Return the figures, or the reason if there are none."""
        return self.figures or self.reason

    def mentions(self, priority: Priority) -> str:
        """Return the mentions for a priority."""
        return " ".join(self.route.mentions.get(priority, ()))


@lru_cache(KNOWN)
def _line(value: str, limit: int, details: Details) -> str:
    return markdown.line(_shown(value, limit, details))


@lru_cache(KNOWN)
def _target(url: str, details: Details) -> str:
    """Return a link's target; an address with a credential is withheld: masked, it would lead nowhere."""
    hidden = redaction.holds_credential(url) or (details is not Details.FULL and redaction.hides(url))
    return "" if hidden else markdown.address(url)


def _shown(value: str, limit: int, details: Details) -> str:
    masked = mask(value)
    return markdown.cut((masked if details is Details.FULL else redaction.hide(masked)).strip(), limit)
