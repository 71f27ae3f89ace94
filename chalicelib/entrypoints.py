"""Entry points: what Lambda calls; they turn its events and contexts into our own terms.

The parts of each are imported inside it, so that no entry point loads those of another.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from chalicelib import version
from chalicelib.errors import ConfigurationError
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.function import serving, settings, telemetry
from chalicelib.wiring.loading import loading

if TYPE_CHECKING:
    from chalicelib.collector.collector import Collector
    from chalicelib.reconcile.reconcile import Reconcile
    from chalicelib.webhook.http import HttpAnswer, Posted
    from chalicelib.wiring.stage import Stage

MARGIN = timedelta(seconds=3)
"""How much of an invocation is left when the work ends."""

WIRED = {"app.app": "webhook", "app.collector": "collector", "app.reconcile": "reconcile"}
"""Where a handler's parts are put together."""


def load(handler: str) -> None:
    """Load what a handler will need, and make its clients, while Lambda starts its function.

    While it starts, a function has a whole CPU; an invocation has what its memory buys, which at 512 MB is
    less than a third of one (docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html). A P0 may be
    waiting.
    """
    if handler in WIRED:
        with loading(), suppress(ConfigurationError):  # each invocation raises it too, and logs it
            import_module(f"chalicelib.wiring.{WIRED[handler]}").prepare()


def health() -> dict[str, str]:
    """Say which version serves which stage, and nothing more."""
    return {"version": version.running(), "stage": settings().stage}


def webhook(source: str, path: Mapping[str, str], request: Any, context: Any) -> "HttpAnswer":
    """Handle a request to the webhook, or to a path below it, by the names of the path's parts."""
    from chalicelib.wiring.webhook import ingest  # noqa: PLC0415 - the collector needs none of it

    parts = tuple(unquote(path[name]) for name in sorted(path))
    return _answer(lambda stage: ingest(stage).accept, source.lower(), request, context, parts)


def external_alerts(request: Any, context: Any) -> "HttpAnswer":
    """Handle a request to the address of the earlier pipeline."""
    from chalicelib.wiring.webhook import external  # noqa: PLC0415 - only this function needs it

    return _answer(lambda stage: external(stage).accept, "external", request, context)


def github_events(request: Any, context: Any) -> "HttpAnswer":
    """Handle an event from GitHub."""
    from chalicelib.wiring.webhook import hooks  # noqa: PLC0415 - only this function needs it

    return _answer(lambda stage: hooks(stage).accept, "github", request, context)


def collect(records: Sequence[Mapping[str, Any]], context: Any) -> None:
    """Handle a batch of the queue's messages."""
    if records:
        with telemetry().invocation("collector", _request_id(context)):
            _collector(records[0]["eventSourceARN"]).collect(records, _until(context))


def reconcile(context: Any) -> None:
    """Do what is due."""
    with telemetry().invocation("reconcile", _request_id(context)):
        _reconcile(_function_arn(context)).run(_until(context))


def _answer(
    edge: "Callable[[Stage], Callable[[Posted], HttpAnswer]]",
    source: str,
    request: Any,
    context: Any,
    path: tuple[str, ...] = (),
) -> "HttpAnswer":
    from chalicelib.webhook.http import HttpAnswer, Posted  # noqa: PLC0415 - the collector needs none of it

    headers = {name.lower(): value for name, value in request.headers.items()}
    posted = Posted(source, headers, request.raw_body, _request_id(context), _received_at(request), path=path)
    with telemetry().invocation("webhook", posted.request_id):
        try:
            return edge(serving(_function_arn(context)))(posted)
        except Exception as error:  # noqa: BLE001 - Chalice would log its text, which may quote the request
            telemetry().problem("WEBHOOK_FAILED", error)
            return HttpAnswer(500, {"error": "the webhook failed; its log says where"})


@cache
@loading()
def _collector(queue_arn: str) -> "Collector":
    from chalicelib.wiring.collector import collector as wire  # noqa: PLC0415 - the webhook needs none of it

    return wire(serving(queue_arn))


@cache
@loading()
def _reconcile(function_arn: str) -> "Reconcile":
    from chalicelib.wiring.reconcile import reconcile as wire  # noqa: PLC0415 - only this function needs it

    return wire(serving(function_arn))


def _request_id(context: Any) -> str:
    """Lambda's id of the invocation; `chalice local` has none."""
    return getattr(context, "aws_request_id", None) or CLOCK.unique()


def _received_at(request: Any) -> datetime:
    """When API Gateway received a request, by its clock; `chalice local` does not say."""
    milliseconds = (request.context or {}).get("requestTimeEpoch")
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else CLOCK.now()


def _until(context: Any) -> datetime:
    return CLOCK.now() + timedelta(milliseconds=context.get_remaining_time_in_millis()) - MARGIN


def _function_arn(context: Any) -> str:
    """The ARN of the function; under `chalice local`, which has none, the stage names the place."""
    stage = settings()
    local = f"arn:aws:lambda:{stage.region}:{stage.account_id}:function:local"
    return getattr(context, "invoked_function_arn", "") or local
