"""A webhook that does not take what is sent: nothing is lost, and no person sends it again."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.local.aws import create_topic
from tests.senders.site import Site


@contextmanager
def without_topic(site: Site) -> Iterator[None]:
    """Let the webhook have nowhere to put alerts, which it answers with 503."""
    aws = site.stack.aws
    aws.sns.delete_topic(TopicArn=aws.topic_arn)
    try:
        yield
    finally:
        create_topic(aws)


def test_a_firing_that_the_webhook_could_not_queue_is_sent_until_it_can(site: Site) -> None:
    with without_topic(site):
        site.fire("netbsd-9")
        site.until_answered("netbsd-9", "firing", 503, times=2)
        assert site.issues("netbsd-9") == []
    site.until_open("netbsd-9")
    site.end("netbsd-9")
    site.until_closed("netbsd-9")


def test_so_is_an_end(site: Site) -> None:
    site.fire("netbsd-10")
    site.until_open("netbsd-10")
    with without_topic(site):
        site.end("netbsd-10")
        site.until_answered("netbsd-10", "resolved", 503, times=2)
        assert site.states("netbsd-10") == ["open"]
    site.until_closed("netbsd-10")


def test_what_a_wrong_token_kept_out_comes_once_it_is_put_right(site: Site) -> None:
    site.use_token("wrong")
    site.fire("netbsd-11")
    site.until_answered("netbsd-11", "firing", 401, times=2)
    assert site.issues("netbsd-11") == []
    site.use_token(site.stack.tokens["alertmanager"])
    site.until_open("netbsd-11")
    site.end("netbsd-11")
    site.until_closed("netbsd-11")
