"""Ends that nobody reports, learned from what the real Alertmanager lists."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from chalicelib.conditions.listed_alerts import Key, Listing, State
from chalicelib.lookups.alertmanager import SETTLED, Alertmanager
from chalicelib.lookups.http import Api
from chalicelib.reconcile.alert_lists import AlertLists, Lister, Provider
from chalicelib.store.census import DynamoCensus
from chalicelib.store.rows import DynamoStore
from tests.local.patience import HTTP_SECONDS
from tests.senders.site import Site
from tests.twins.telemetry import Recorder

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Later:
    """Takes an Alertmanager for one that has been up for half an hour; before, its lists prove no end."""

    peer: Lister

    def list_alerts(self, now: datetime) -> Listing:
        return self.peer.list_alerts(now + SETTLED)


@pytest.fixture(scope="module")
def peer(site: Site) -> Iterator[Alertmanager]:
    with httpx.Client(base_url=site.alertmanager.url, trust_env=False) as http:
        yield Alertmanager(Api(http, str, HTTP_SECONDS))


@pytest.fixture(scope="module")
def listings(site: Site, peer: Alertmanager) -> AlertLists:
    """Asks every second, and takes two for the time that a list must lack what has ended."""
    aws = site.stack.aws
    return AlertLists(
        census=DynamoCensus(aws.dynamodb, aws.table),
        rows=DynamoStore(aws.dynamodb, aws.table),
        providers=(Provider("alertmanager", "Alertmanager", (Later(peer),), apart=2 * SECOND),),
        stale_after=None,
        now=lambda: datetime.now(UTC),
        telemetry=Recorder(),
        every=SECOND,
    )


def until_learned(site: Site, listings: AlertLists, pool: str, state: str) -> None:
    def learned() -> bool:
        listings.check(datetime.now(UTC) + timedelta(minutes=1))
        return site.states(pool) == [state]

    site.until(learned, f"{pool} to be {state}, as listed")


def key(site: Site, pool: str) -> Key:
    return None, site.posts(pool)[0].of(pool)[0]["fingerprint"]


def test_what_ends_in_a_silence_is_closed_and_opened_again_when_it_fires_there(
    site: Site, listings: AlertLists
) -> None:
    site.fire("plan9-386")
    site.until_open("plan9-386")
    listings.check(datetime.now(UTC) + timedelta(minutes=1))
    silence = site.alertmanager.silence("plan9-386")
    site.until(lambda: site.alertmanager.state("plan9-386") == "suppressed", "it to be suppressed")
    site.until_read()
    site.end("plan9-386")
    until_learned(site, listings, "plan9-386", "closed")
    (issue,) = site.issues("plan9-386")
    assert issue.state_reason == "completed"
    assert "Alertmanager no longer lists this alert." in (issue.body or "")
    site.fire("plan9-386")
    until_learned(site, listings, "plan9-386", "open")
    site.end("plan9-386")
    until_learned(site, listings, "plan9-386", "closed")
    assert site.accepted("plan9-386", "resolved") == []
    site.alertmanager.unsilence(silence)


def test_it_lists_what_fires_though_silenced_and_after_a_start_says_that_it_knows_too_little(
    site: Site, peer: Alertmanager
) -> None:
    site.fire("plan9-arm")
    site.until_open("plan9-arm")
    now = datetime.now(UTC)
    listed = peer.list_alerts(now)
    assert listed.alerts[key(site, "plan9-arm")] is State.ACTIVE
    assert not listed.whole
    assert peer.list_alerts(now + SETTLED).whole
    silence = site.alertmanager.silence("plan9-arm")
    site.until(lambda: site.alertmanager.state("plan9-arm") == "suppressed", "it to be suppressed")
    assert peer.list_alerts(now).alerts[key(site, "plan9-arm")] is State.SILENCED
    site.alertmanager.unsilence(silence)
    # The silence left it out of what its group sent last: it is reported as firing again before its end is.
    site.until_repeated("plan9-arm")
    site.end("plan9-arm")
    site.until_closed("plan9-arm")
    assert key(site, "plan9-arm") not in peer.list_alerts(now).alerts
