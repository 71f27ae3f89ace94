"""The queue: what waits for the collector; only the number and the age can be known. Pure."""

from chalicelib.cli.why.case import Case, Unknown
from chalicelib.cli.why.verdict import Cause, Kind, Verdict
from chalicelib.quantities import counted
from chalicelib.render.words import duration

WAITING = Cause(
    "IN_THE_QUEUE",
    Kind.COMING,
    "{title} has not been recorded yet and may be in the queue: {messages}.",
    "Ask again in a moment; if the number does not fall, `doctor` says whether the collector is running.",
)
CAUSES = (WAITING,)


def waiting(case: Case) -> Verdict | None:
    """Return that messages wait: nobody can see which ones without receiving them."""
    queue = case.evidence.queue
    if isinstance(queue, Unknown) or not queue.waiting + queue.in_work:
        return None
    parts = [f"{counted(queue.waiting, 'message')} waiting"] if queue.waiting else []
    if queue.in_work:
        parts.append(f"{counted(queue.in_work, 'message')} received but not finished")
    if queue.oldest:
        parts.append(f"the oldest for {duration(queue.oldest)}")
    why = "SQS does not say what is in them; receiving them to look would count as tries"
    return WAITING.verdict(
        case.place.cli("doctor"), [("queue", why)], title=case.title, messages=", ".join(parts)
    )
