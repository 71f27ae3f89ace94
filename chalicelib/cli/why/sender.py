"""The sender: an alarm as CloudWatch describes it now, and what to check if nothing ever arrived. Pure."""

import shlex
from collections.abc import Iterator
from datetime import UTC

from chalicelib.cli.why.case import AlarmNow, Case, QueueDepth, Unknown
from chalicelib.cli.why.verdict import Cause, Kind, Verdict
from chalicelib.render.words import moment

QUIET = Cause(
    "ALARM_DOES_NOT_FIRE",
    Kind.WELL,
    "{title} has sent nothing, because it is not firing: it has been in {state} since {since}.",
    "Nothing, if that is right; otherwise check the alarm's threshold and how it treats missing data.",
)
SILENT = Cause(
    "ALARM_ACTIONS_DISABLED",
    Kind.WANTED,
    "{title} has been in ALARM since {since}, but its actions are disabled, so CloudWatch sends nothing.",
    "Enable its actions; if it is still firing then, it is found within ten minutes.",
)
MUTED = Cause(
    "ALARM_MUTED_IN_CLOUDWATCH",
    Kind.WANTED,
    "{title} has been in ALARM since {since}, but CloudWatch itself is holding it back: {by}.",
    "End the mute rule or suppression; if it is still firing then, it is found within ten minutes.",
)
ELSEWHERE = Cause(
    "ALARM_SENDS_ELSEWHERE",
    Kind.SENDER,
    "{title} has been in ALARM since {since}, but none of its actions is the topic {topic}.",
    "Add the topic to the alarm's actions for ALARM and for OK, where the alarm is defined.",
)
NEVER = Cause(
    "NEVER_REACHED_US",
    Kind.UNSEEN,
    "{title} never reached the stage {stage}: no condition or dead letter is about it.",
    "Check the sender: its log says how the webhook answered. Then send a test alert the same way.",
)
CAUSES = (QUIET, SILENT, MUTED, ELSEWHERE, NEVER)


def alarm(case: Case) -> Verdict | None:
    """Return what CloudWatch says about an alarm without a row; one that will soon be found has none."""
    found = case.evidence.alarm(case.subject)
    if not isinstance(found, AlarmNow):
        return None
    described, title = found.described, f"The alarm {case.title}"
    since = moment(described["StateUpdatedTimestamp"].astimezone(UTC), case.now)
    name, arn = str(described["AlarmName"]), str(described["AlarmArn"])
    region = ["--region", arn.split(":")[3]]
    look = shlex.join(["aws", "cloudwatch", "describe-alarms", "--alarm-names", name, *region])
    evidence = [("alarm", arn), ("reason", described.get("StateReason", ""))]
    if described["StateValue"] != "ALARM":
        return QUIET.verdict(look, evidence, title=title, since=since, state=described["StateValue"])
    if not described.get("ActionsEnabled", True):
        enable = shlex.join(["aws", "cloudwatch", "enable-alarm-actions", "--alarm-names", name, *region])
        return SILENT.verdict(enable, evidence, title=title, since=since)
    if by := described.get("ActionsSuppressedBy") or (found.muted and "a mute rule"):
        by = by if found.muted else f"suppressed by {by}"
        return MUTED.verdict(look, evidence, title=title, since=since, by=by)
    actions = described.get("AlarmActions", [])
    if not any(action.endswith(f":{case.place.topic}") for action in actions):
        evidence.append(("actions", ", ".join(actions) or "none"))
        return ELSEWHERE.verdict(look, evidence, title=title, since=since, topic=case.place.topic)
    return None


def never(case: Case) -> Verdict:
    """Return that it never arrived, what was looked at, and what to check."""
    return NEVER.verdict(
        case.place.cli("send", "fire", "--wait", "60"),
        [*_looked_at(case), *_to_check(case)],
        title=case.title,
        stage=case.place.stage,
    )


def _looked_at(case: Case) -> Iterator[tuple[str, object]]:
    yield "conditions", "none with this title, issue, fingerprint or alarm"
    letters, queue, refused = case.evidence.letters, case.evidence.queue, case.evidence.refused
    yield "dead letters", _unless_unknown(letters, "none about it")
    yield "queue", _unless_unknown(queue, "empty" if isinstance(queue, QueueDepth) else "")
    yield "webhook", _unless_unknown(refused, "no request from a known sender was refused in the last day")
    found = case.evidence.alarm(case.subject)
    if isinstance(found, AlarmNow):
        yield "CloudWatch", "the alarm is in ALARM and names our topic: it will be found within ten minutes"
    else:
        yield "CloudWatch", _unless_unknown(found, "no alarm with this name in this account and region")


def _to_check(case: Case) -> Iterator[tuple[str, object]]:
    topic = case.place.topic
    yield "check", f"CloudWatch: the alarm's actions name {topic}, for ALARM and for OK, in its own region"
    yield "", "Grafana: the contact point's test, the route (notification policy), silences and mute timings"
    yield "", "Alertmanager: amtool config routes test; alertmanager_notifications_failed_total; silences"
    yield "", "your own script: how the webhook answered it; only 202 means accepted"


def _unless_unknown(found: object, otherwise: str) -> str:
    return f"not checked: {found.why}" if isinstance(found, Unknown) else otherwise
