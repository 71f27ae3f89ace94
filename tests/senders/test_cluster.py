"""Two Alertmanagers of one cluster: one sends for both, or both send; each condition has one issue."""

from tests.senders.site import Site


def test_two_that_agree_open_one_issue_and_close_it(clustered: Site) -> None:
    clustered.fire("solaris-10")
    clustered.until_open("solaris-10")
    clustered.until_repeated("solaris-10")
    assert clustered.states("solaris-10") == ["open"]
    clustered.end("solaris-10")
    clustered.until_closed("solaris-10")


def test_the_other_goes_on_when_the_one_that_reported_it_is_gone_and_reports_the_end(clustered: Site) -> None:
    """The other must have taken over first.

    It reports no end of what it has not seen firing itself and has not heard of: `needsUpdate` in
    https://github.com/prometheus/alertmanager/blob/v0.25.0/notify/notify.go.
    """
    clustered.fire("solaris-11")
    clustered.until_open("solaris-11")
    first = clustered.reporters("solaris-11", "firing")[0]
    gone, other = sorted(clustered.alertmanagers, key=lambda each: each.url != first)
    gone.kill()
    clustered.until(
        lambda: other.url in clustered.reporters("solaris-11", "firing"), "the other to take over"
    )
    clustered.until_open("solaris-11")
    clustered.end("solaris-11")
    clustered.until_closed("solaris-11")
    assert other.url in clustered.reporters("solaris-11", "resolved")
    gone.start()


def test_two_that_do_not_hear_of_each_other_both_send_and_the_issue_is_one(separated: Site) -> None:
    separated.fire("solaris-12")
    separated.until_open("solaris-12")
    separated.until(lambda: len(separated.reporters("solaris-12", "firing")) == 2, "both to report it")
    separated.until_repeated("solaris-12", times=4)
    assert separated.states("solaris-12") == ["open"]
    separated.end("solaris-12")
    separated.until(lambda: len(separated.reporters("solaris-12", "resolved")) == 2, "both to report its end")
    separated.until_closed("solaris-12")
