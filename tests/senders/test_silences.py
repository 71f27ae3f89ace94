"""Silences: nothing is sent while one lasts, and what ended within it is never reported as ended."""

from tests.senders.site import Site


def test_what_is_silenced_before_it_fires_has_its_issue_once_the_silence_ends(site: Site) -> None:
    silence = site.alertmanager.silence("windows-2019")
    site.fire("windows-2019")
    until_suppressed(site, "windows-2019")
    site.fire("windows-2022")  # of the same group, and so sent no sooner
    site.until_open("windows-2022")
    site.until_repeated("windows-2022")
    assert site.issues("windows-2019") == []
    site.alertmanager.unsilence(silence)
    site.until_open("windows-2019")
    site.end("windows-2019", "windows-2022")
    site.until_closed("windows-2019", "windows-2022")


def test_a_silence_while_it_fires_leaves_the_issue_open_until_it_resolves(site: Site) -> None:
    site.fire("windows-11")
    site.until_open("windows-11")
    silence = site.alertmanager.silence("windows-11")
    until_suppressed(site, "windows-11")
    assert site.states("windows-11") == ["open"]
    site.alertmanager.unsilence(silence)
    site.until_repeated("windows-11")
    assert site.states("windows-11") == ["open"]
    site.end("windows-11")
    site.until_closed("windows-11")


def test_what_ends_in_a_silence_is_stale_until_the_silence_ends(site: Site) -> None:
    """Prometheus repeats an end for 15 minutes, so Alertmanager may still report it after a short silence."""
    site.forget_ends()
    site.fire("windows-10")
    site.until_open("windows-10")
    silence = site.alertmanager.silence("windows-10")
    until_suppressed(site, "windows-10")
    site.end("windows-10")
    site.until_stale("windows-10")
    assert site.accepted("windows-10", "resolved") == []
    site.alertmanager.unsilence(silence)
    site.until_closed("windows-10")


def test_what_ended_in_a_silence_is_never_reported_once_its_group_was_sent(site: Site) -> None:
    """Alertmanager remembers of a group what it sent last: prometheus/alertmanager#226."""
    site.fire("windows-8", "windows-7")
    site.until_open("windows-8", "windows-7")
    silence = site.alertmanager.silence("windows-8")
    until_suppressed(site, "windows-8")
    site.end("windows-8")
    site.until(lambda: site.alertmanager.state("windows-8") is None, "Alertmanager to hear of the end")
    site.forget_ends()
    site.until_repeated("windows-7")  # its group is sent without the end, which is forgotten then
    site.alertmanager.unsilence(silence)
    site.until_repeated("windows-7")
    site.until_stale("windows-8")
    assert site.accepted("windows-8", "resolved") == []
    site.end("windows-7")
    site.until_closed("windows-7")


def until_suppressed(site: Site, pool: str) -> None:
    """Wait until Alertmanager holds an alert back; what it sent before that has been read then."""
    site.until(lambda: site.alertmanager.state(pool) == "suppressed", f"{pool} to be suppressed")
    site.until_read()
