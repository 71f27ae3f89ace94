"""Step Functions executions: a state machine fails until one of its executions succeeds.

Only standard workflows have these events; a rule must send SUCCEEDED too, or nothing ever ends.
https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
"""

from urllib.parse import quote

from chalicelib.adapters import aws_event, eventbridge
from chalicelib.adapters.aws_event import ACCOUNT, REGION, Event, Occurrence
from chalicelib.adapters.fields import Ignored
from chalicelib.adapters.source import Example, Payload
from chalicelib.alert_values import Condition

STATES = {
    **dict.fromkeys(("FAILED", "TIMED_OUT", "ABORTED"), Condition.FIRING),
    "SUCCEEDED": Condition.RESOLVED,
    **dict.fromkeys(("RUNNING", "PENDING_REDRIVE"), None),
}


def _read(event: Event) -> Occurrence | Ignored:
    machine = aws_event.arn(event.detail.get("stateMachineArn"))
    state = aws_event.state(event, "status", STATES)
    name = machine.resource.removeprefix("stateMachine:")
    if state is None:
        return Ignored("IN_PROGRESS", name)
    execution = event.text("executionArn")
    return Occurrence(
        state=state,
        id=machine.text,
        name=name,
        what="execution failed",
        link=event.page(machine, "states/home", f"#/v2/executions/details/{quote(execution, safe=':')}"),
        reason=aws_event.joined(event.text("status"), event.text("error"), event.text("cause")),
        labels={"Execution": event.text("name")},
    )


def _example(of: Example) -> Payload:
    place = f"{REGION}:{ACCOUNT}"
    return {
        "executionArn": f"arn:aws:states:{place}:execution:{of.name}:2026-11-23",
        "stateMachineArn": f"arn:aws:states:{place}:stateMachine:{of.name}",
        "name": "2026-11-23",
        "status": of.either("FAILED", "SUCCEEDED"),
        "startDate": 1795399800000,
        "stopDate": 1795403400000,
    }


SOURCE = eventbridge.source(
    "aws-states",
    "AWS Step Functions",
    "Step Functions Execution Status Change",
    read=_read,
    example=_example,
)
