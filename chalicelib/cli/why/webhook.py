"""The webhook: which requests it refused recently, so that their content never got in. Pure."""

from chalicelib.cli.doctor import refused as words
from chalicelib.cli.refused_requests import RefusedRequests
from chalicelib.cli.why.case import AlarmNow, Case, Unknown
from chalicelib.cli.why.verdict import Cause, Kind, Verdict
from chalicelib.quantities import counted
from chalicelib.render.words import moment

REFUSED = Cause(
    "REFUSED_AT_THE_WEBHOOK",
    Kind.SENDER,
    "{title} is not known here, but may have been in {requests} from {source} that the webhook refused, "
    "the last at {last}: {why} ({reason}).",
    "Fix the sender's token or payload, then have it send again.",
)
CAUSES = (REFUSED,)
NO_SENDERS = ("github", words.STRANGER)
"""Sources whose requests contain no alerts."""


def refused(case: Case) -> Verdict | None:
    """Name the last refusals: a request is refused before anybody reads its alerts."""
    if isinstance(case.evidence.refused, Unknown) or isinstance(case.evidence.alarm(case.subject), AlarmNow):
        return None  # an alarm of CloudWatch does not come through the webhook
    of_senders = [each for each in case.evidence.refused if each.source not in NO_SENDERS]
    if not of_senders:
        return None
    last = max(of_senders, key=lambda each: each.at)
    return REFUSED.verdict(
        case.place.cli("doctor"),
        [("refused", _line(each, case)) for each in sorted(of_senders, key=lambda each: each.at)[::-1]],
        title=case.title,
        requests=counted(last.count, "request"),
        source=last.whose,
        last=moment(last.at, case.now),
        why=words.WHY.get(last.reason, "see the log"),
        reason=last.reason,
    )


def _line(each: RefusedRequests, case: Case) -> str:
    what = words.WHY.get(each.reason, each.reason)
    times = f"{counted(each.count, 'time')}, last at {moment(each.at, case.now)}"
    return f"{each.whose}: {what}, {each.status} {each.reason}, {times}, request {each.request}"
