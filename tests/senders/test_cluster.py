"""Two Alertmanagers of one cluster: one sends for both, or both send; each condition has one issue."""

from tests.senders.site import Site


def test_two_that_agree_open_one_issue_and_close_it(clustered: Site) -> None:
    clustered.fire("solaris-10")
    clustered.until_open("solaris-10")
    clustered.until_repeated("solaris-10")
    assert clustered.states("solaris-10") == ["open"]
    clustered.end("solaris-10")
    clustered.until_closed("solaris-10")


def test_the_other_reports_the_end_when_one_is_gone(clustered: Site) -> None:
    first, second = clustered.alertmanagers
    clustered.fire("solaris-11")
    clustered.until_open("solaris-11")
    first.kill()
    clustered.end("solaris-11")
    clustered.until_closed("solaris-11")
    assert {post.sender for post in clustered.accepted("solaris-11", "resolved")} == {second.url}
    first.start()


def test_two_that_do_not_hear_of_each_other_both_send_and_the_issue_is_one(separated: Site) -> None:
    separated.fire("solaris-12")
    separated.until_open("solaris-12")
    separated.until(lambda: len(senders(separated, "firing")) == 2, "both to report it")
    separated.until_repeated("solaris-12", times=4)
    assert separated.states("solaris-12") == ["open"]
    separated.end("solaris-12")
    separated.until(lambda: len(senders(separated, "resolved")) == 2, "both to report its end")
    separated.until_closed("solaris-12")


def senders(site: Site, status: str) -> set[str]:
    return {post.sender for post in site.accepted("solaris-12", status)}
