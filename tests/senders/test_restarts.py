"""Restarts: what Alertmanager forgets, and what Prometheus says again, opens no second issue."""

from tests.senders.site import Site


def test_an_alertmanager_that_restarts_with_its_data_goes_on(site: Site) -> None:
    site.fire("freebsd-13")
    site.until_open("freebsd-13")
    site.alertmanager.stop()
    site.alertmanager.start()
    site.until_repeated("freebsd-13")
    assert site.states("freebsd-13") == ["open"]
    site.end("freebsd-13")
    site.until_closed("freebsd-13")


def test_an_end_while_alertmanager_restarts_is_reported_afterwards(site: Site) -> None:
    site.forget_ends()
    site.fire("freebsd-14")
    site.until_open("freebsd-14")
    site.until_repeated("freebsd-14")
    site.alertmanager.stop()
    site.end("freebsd-14")
    site.until(lambda: site.prometheus.state("freebsd-14") is None, "Prometheus to see the end")
    site.alertmanager.start()
    site.until_closed("freebsd-14")


def test_an_alertmanager_that_crashed_and_lost_its_data_reports_again_what_fires(site: Site) -> None:
    site.fire("freebsd-15")
    site.until_open("freebsd-15")
    site.alertmanager.kill()
    site.alertmanager.forget()
    site.alertmanager.start()
    site.until_repeated("freebsd-15")
    assert site.states("freebsd-15") == ["open"]
    site.end("freebsd-15")
    site.until_closed("freebsd-15")


def test_an_end_while_alertmanager_loses_its_data_is_never_reported_and_said_to_be_stale(site: Site) -> None:
    site.fire("freebsd-16")
    site.until_open("freebsd-16")
    site.alertmanager.stop()
    site.alertmanager.forget()
    site.end("freebsd-16")
    site.until(lambda: site.prometheus.state("freebsd-16") is None, "Prometheus to see the end")
    site.alertmanager.start()
    site.until_stale("freebsd-16")
    assert site.accepted("freebsd-16", "resolved") == []


def test_a_prometheus_that_restarts_goes_on(site: Site) -> None:
    site.fire("openbsd-7")
    site.until_open("openbsd-7")
    site.restart_prometheus()
    site.until_repeated("openbsd-7")
    site.until_open("openbsd-7")
    site.end("openbsd-7")
    site.until_closed("openbsd-7")


def test_what_alertmanager_resolves_by_timeout_is_open_once_it_is_sent_again_with_its_old_start(
    site: Site,
) -> None:
    """As https://github.com/prometheus/alertmanager/issues/952 and #1546 tell."""
    site.fire("openbsd-8")
    site.until_open("openbsd-8")
    site.prometheus.pause()
    site.until_closed("openbsd-8")
    site.prometheus.resume()
    site.until_repeated("openbsd-8")
    assert len({alert["startsAt"] for post in site.posts("openbsd-8") for alert in post.of("openbsd-8")}) == 1
    site.until_open("openbsd-8")
    site.end("openbsd-8")
    site.until_closed("openbsd-8")
