"""A site: what it monitors, what reports it, and the issues that come of it."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from chalicelib.labels import STALE_LABEL
from tests.local.github.model import Issue
from tests.local.patience import wait_until
from tests.local.stack import LocalStack
from tests.senders.alertmanager import Alertmanager
from tests.senders.exporter import SHORT, TOO_LONG, Exporter
from tests.senders.posted import Posted, Settled
from tests.senders.program import Program
from tests.senders.prometheus import Prometheus
from tests.senders.relay import Post, Relay

REPOSITORY = "example-org/ci-infra"
Senders = Callable[[Path, str, Path], tuple[Alertmanager, ...]]


@dataclass(frozen=True)
class Site:
    """Pools of runners, and the issues about them; each scenario has its own pools and ends what it began."""

    stack: LocalStack
    exporter: Exporter
    relay: Relay
    token_file: Path
    prometheus: Prometheus
    alertmanagers: tuple[Alertmanager, ...]
    replicas: tuple[Prometheus, ...] = ()

    @property
    def programs(self) -> tuple[Program, ...]:
        return (*self.alertmanagers, self.prometheus, *self.replicas)

    @property
    def alertmanager(self) -> Alertmanager:
        """The only one."""
        (only,) = self.alertmanagers
        return only

    def fire(self, *pools: str) -> None:
        """Let these pools, too, have queues that are too long."""
        self.exporter.show(TOO_LONG, *pools)

    def end(self, *pools: str) -> None:
        """Let these pools have recovered."""
        self.exporter.show(SHORT, *pools)

    def restart_prometheus(self) -> None:
        """Restart it, and wait until it has read again: before, it takes for true what it read last."""
        self.prometheus.stop()
        self.prometheus.start()
        read = self.exporter.reads
        self.until(lambda: self.exporter.reads > read, "Prometheus to read", lambda: self.exporter.reads)

    def forget_ends(self) -> None:
        """Let Prometheus repeat no end any more, as after 15 minutes.

        Of a group Alertmanager remembers what it sent last. Where other ends come first after a restart or a
        silence, it sends those alone, and then knows of nothing else that could end.
        """
        self.restart_prometheus()

    def use_token(self, token: str) -> None:
        """Put a token in Alertmanager's file, with a newline at its end, as editors do."""
        self.token_file.write_text(f"{token}\n", encoding="utf-8")

    def issues(self, pool: str) -> list[Issue]:
        """Return every issue about a pool."""
        listed = self.stack.github.world.repository(REPOSITORY).listed
        return [issue for issue in listed if f" {pool} " in f" {issue.body or ''} ".replace("`", " ")]

    def states(self, pool: str) -> list[str]:
        return [issue.state for issue in self.issues(pool)]

    def posts(self, pool: str) -> list[Post]:
        """Return the notifications that tell of a pool."""
        return [post for post in self.relay.posts if post.of(pool)]

    def posted(self) -> Posted:
        """Return all that has been posted until now."""
        return Posted(self.relay, self.stack.aws)

    def accepted(self, pool: str, said: str) -> list[Post]:
        """Return those that said this of it, and that the webhook took."""
        return self.answered(pool, said, 202)

    def answered(self, pool: str, said: str, answer: int) -> list[Post]:
        """Return those that said this of it, and that were answered so."""
        return [
            post
            for post in self.posts(pool)
            if post.status == answer and any(alert["status"] == said for alert in post.of(pool))
        ]

    def reporters(self, pool: str, said: str) -> list[str]:
        """Return the addresses of those that have said this of it, the first to say so first."""
        return list(dict.fromkeys(post.sender for post in self.accepted(pool, said)))

    def until(
        self, holds: Callable[[], bool], what: str, progress: Callable[[], Hashable] | None = None
    ) -> None:
        """Wait while there is progress: by itself, something new in notifications, or issues that change.

        What was posted before is read first, and that is progress too.
        """
        before, progress = self.posted(), progress or self._progress

        def alive() -> bool:
            for program in self.programs:
                program.check()
            return holds()

        wait_until(alive, what, lambda: (progress(), before.left()))

    def until_open(self, *pools: str) -> None:
        """Wait until each pool has one issue, an open one, and nothing waits to be read.

        Alertmanager may not have the answer to its notification yet, and so not have noted what it sent: a
        test that stops it and means to hear of the end waits until it has repeated it.
        """
        self._until_each(pools, ["open"])

    def until_closed(self, *pools: str) -> None:
        """Wait until each pool has one issue, a closed one, and nothing waits to be read."""
        self._until_each(pools, ["closed"])

    def until_stale(self, pool: str) -> None:
        """Wait until its issue says that nothing has been heard of it for too long; it stays open."""
        self.until(
            lambda: [STALE_LABEL in issue.label_names for issue in self.issues(pool)] == [True], "stale"
        )
        self.until_open(pool)

    def until_repeated(self, pool: str, times: int = 2) -> None:
        """Wait until Alertmanager has reported this many more times that the pool fires."""
        self._until_more(lambda: self.accepted(pool, "firing"), times, f"Alertmanager to repeat {pool}")

    def until_posted(self, pool: str, times: int) -> None:
        """Wait until that number of further requests have reported a pool."""
        self._until_more(lambda: self.posts(pool), times, f"{times} posts about {pool}")

    def until_answered(self, pool: str, said: str, answer: int, times: int) -> None:
        """Wait until the webhook has given this answer this many times to what was said of a pool."""
        what = f"{times} answers of {answer} about {pool}"
        self.until(lambda: len(self.answered(pool, said, answer)) >= times, what)

    def until_read(self) -> None:
        """Wait until all that has been posted so far is read."""
        posted = self.posted()
        self.until(lambda: posted.left() == 0, "what was posted to be read")

    def _until_more(self, posts: Callable[[], list[Post]], times: int, what: str) -> None:
        wanted = len(posts()) + times
        self.until(lambda: len(posts()) >= wanted, what, lambda: len(posts()))
        self.until_read()

    def _until_each(self, pools: Sequence[str], states: list[str]) -> None:
        def hold() -> bool:
            return all(self.states(pool) == states for pool in pools)

        self.until(Settled(hold, self.posted), f"{states} for each of {pools}")

    def _progress(self) -> Hashable:
        said = {
            (str(alert["labels"].get("pool")), alert.get("status"), alert["startsAt"], post.status)
            for post in list(self.relay.posts)
            for alert in post.alerts
        }
        issues = self.stack.github.world.repository(REPOSITORY).listed
        states = ((f"#{issue.number}", issue.state, *issue.label_names) for issue in list(issues))
        return tuple(sorted(said)), tuple(states)


@contextmanager
def running(stack: LocalStack, folder: Path, senders: Senders, rules: str = "") -> Iterator[Site]:
    """Run a site with these Alertmanagers, made for a folder, an API and a token's file.

    `rules` stand in for the documented rule.
    """
    with ExitStack() as ending:
        exporter, relay = ending.enter_context(Exporter()), ending.enter_context(Relay(stack.http_url))
        alertmanagers = senders(folder, relay.url, folder / "alerting-token")
        addresses = [sender.address for sender in alertmanagers]
        prometheus = Prometheus(folder / "prometheus", exporter.address, addresses, rules=rules)
        site = Site(stack, exporter, relay, folder / "alerting-token", prometheus, alertmanagers)
        yield started(site, ending, "alertmanager")


def started(site: Site, ending: ExitStack, source: str) -> Site:
    """Start the programs of a site, with the token of a source, and stop them at the end."""
    site.use_token(site.stack.tokens[source])
    for program in site.programs:
        ending.callback(program.stop)
        program.start()
    return site
