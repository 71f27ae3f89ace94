"""GitHub: the budget of writes, the breaker, GitHub's own limits and refusals, and unknown outcomes. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime

from chalicelib.cli.why.case import Case
from chalicelib.cli.why.condition import facts
from chalicelib.cli.why.verdict import Cause, Kind, Verdict
from chalicelib.conditions.calls import Kind as CallKind
from chalicelib.conditions.setbacks import Denial, PutOff, Refusal
from chalicelib.conditions.unopened import Failing, Unfinished
from chalicelib.quantities import counted
from chalicelib.rate_limit import forecast, health, rules
from chalicelib.rate_limit.rules import Call
from chalicelib.render.words import moment

BUDGET = Cause(
    "BUDGET_USED_UP",
    Kind.COMING,
    "{title} is waiting for the hourly issue limit: {ahead} ahead of it, and its turn comes at about {turn}.",
    "Wait, or silence the noisiest alerts at their source. P0 and P1 have a reserve of their own.",
)
BREAKER = Cause(
    "GITHUB_DOES_NOT_ANSWER",
    Kind.COMING,
    "{title} is waiting for GitHub, which has failed {failures} in a row; the next try is at {until}.",
    "See githubstatus.com; everything that is firing gets its issue once GitHub answers.",
)
LIMITED = Cause(
    "GITHUB_ASKS_TO_WAIT",
    Kind.COMING,
    "{title} is waiting because GitHub limits our calls ({reason}); the next try is at {until}.",
    "Wait; if this keeps happening, something else is using the same GitHub App.",
)
REFUSED = Cause(
    "GITHUB_REFUSES",
    Kind.GITHUB,
    "GitHub has refused the issue for {title} since {since}: {answer}.",
    "Fix the App, the repository or the routing; Alerting keeps retrying.",
)
UNANSWERED = Cause(
    "NO_ANSWER",
    Kind.COMING,
    "{title} has no issue yet, because the last call to GitHub had no effect: {answer}; the next try is at "
    "{until}.",
    "Wait; Alerting keeps retrying.",
)
UNKNOWN = Cause(
    "OUTCOME_UNKNOWN",
    Kind.COMING,
    "It is not known whether {title} got its issue ({answer} at {since}); Alerting is looking for it.",
    "Wait; nothing else happens until that is known, so that no second issue is opened.",
)
CAUSES = (BUDGET, BREAKER, LIMITED, REFUSED, UNANSWERED, UNKNOWN)

FIXES = {
    401: "The key or id in the secret does not belong to the App; create a new key on the App's page.",
    403: "Restore access: the App is suspended or lacks `Issues: write`, or the repository is archived.",
    404: "Install the GitHub App on {repository}, or correct its name in chalicelib/routing.toml.",
    410: "Enable issues in the settings of {repository}, or route its teams elsewhere.",
}


def waiting(case: Case, put_off: PutOff, refusal: Refusal | None) -> Verdict:
    """Return why the budget put it off, and until when."""
    until = moment(put_off.until, case.now)
    evidence = [*_answer(refusal, case.now), *_facts(case)]
    doctor, title = case.place.cli("doctor"), case.title
    match put_off.reason:
        case Denial.BUDGET | Denial.BUSY:
            return _budget(case, put_off, evidence)
        case Denial.BREAKER_OPEN:
            failures = counted(case.evidence.budget(_owner(case)).failures, "time")
            return BREAKER.verdict(doctor, evidence, title=title, failures=failures, until=until)
        case Denial.RATE_LIMITED | Denial.CALLS_SCARCE as reason:
            return LIMITED.verdict(doctor, evidence, title=title, reason=reason.value, until=until)


def due(case: Case) -> Verdict | None:
    """Ask the budget about a row that is due, and return if it would put it off again."""
    row = case.row
    if row is None:
        return None
    answer = rules.ask(
        case.evidence.budget(_owner(case)),
        Call(CallKind.OPEN, row.priority),
        case.now.timestamp(),
        case.place.limits,
    )
    if isinstance(answer, rules.Granted):
        return None
    put_off = PutOff(answer.reason, case.now, datetime.fromtimestamp(answer.until, UTC))
    return waiting(case, put_off, None)


def failing(case: Case, why: Failing) -> Verdict:
    """Return GitHub's last answer in its own words; a request to wait is not a refusal."""
    refusal, repository = why.refusal, _repository(case)
    denied = due(case)
    if denied and denied.cause is LIMITED:
        return denied
    until = moment(why.until, case.now) if why.until else "the next turn"
    evidence = [*_answer(refusal, case.now), ("again", until), *_facts(case)]
    if refusal.status is None or refusal.status >= 500:
        answer = str(refusal).rstrip(".")
        return UNANSWERED.verdict(
            case.place.cli("doctor"), evidence, title=case.title, answer=answer, until=until
        )
    return REFUSED.verdict(
        case.place.cli("doctor"),
        [("repository", repository), *evidence],
        fix=FIXES.get(refusal.status, "").format(repository=repository),
        title=case.title,
        since=moment(refusal.since, case.now),
        answer=str(refusal).rstrip("."),
    )


def unfinished(case: Case, why: Unfinished) -> Verdict:
    """Return that a call may have taken effect."""
    looks = counted(why.intent.looks, "time") if why.intent.looks else "not yet"
    answer = str(why.refusal).rstrip(".") if why.refusal else "no answer came to the call"
    until = moment(why.until, case.now) if why.until else None
    return UNKNOWN.verdict(
        case.place.cli("show", case.row.fingerprint if case.row else case.subject.words),
        [("step", why.intent.verb), ("looked for", looks), ("again", until), *_facts(case)],
        title=case.title,
        answer=answer,
        since=moment(why.intent.since, case.now),
    )


def _budget(case: Case, put_off: PutOff, evidence: list[tuple[str, object]]) -> Verdict:
    row, now = case.row, case.now.timestamp()
    budget, limits = case.evidence.budget(_owner(case)), case.place.limits
    ahead = case.evidence.ahead(row) if row else 0
    call = Call(CallKind.OPEN, row.priority) if row else None
    at = forecast.turn(budget, call, ahead, now, limits) if call else now
    turn = max(put_off.until, datetime.fromtimestamp(at, UTC))
    left = f"{health.creations_left(budget, now, limits)} of {limits.per_hour}, reserves included"
    return BUDGET.verdict(
        case.place.cli("list", "--due"),
        [("left this hour", left), ("asked again", moment(put_off.until, case.now)), *evidence],
        title=case.title,
        ahead=f"{ahead:,} {'is' if ahead == 1 else 'are'}" if ahead else "nothing is",
        turn=moment(turn, case.now),
    )


def _answer(refusal: Refusal | None, now: datetime) -> Iterator[tuple[str, object]]:
    if refusal:
        yield "GitHub said", str(refusal)
        yield (
            "last at",
            f"{moment(refusal.at, now)}, {refusal.step}, request {refusal.request_id or 'unknown'}",
        )


def _facts(case: Case) -> Iterator[tuple[str, object]]:
    if case.row:
        yield from facts(case.row, case.now)


def _repository(case: Case) -> str:
    alert = case.row.spec.alert if case.row else None
    return case.place.policy.routing.route(alert.teams).repository if alert else ""


def _owner(case: Case) -> str:
    return _repository(case).partition("/")[0]
