"""The Chalice app: routes and triggers, without any decision."""

import os
from typing import Any

from chalicelib.wiring.loading import loading

with loading():
    from chalice import Chalice, Rate, Response

    from chalicelib import entrypoints

# This names the API; functions and roles are named after `app_name` in .chalice/config.json and the stage.
app = Chalice(app_name=f"alerting-{os.environ.get('ALERTING_STAGE', 'local')}")
queue = f"{app.app_name}-alerts"
entrypoints.load(os.environ.get("_HANDLER", ""))


# No content types: senders may use any, and the body is checked as JSON whatever its type. Some clients add a
# path of their own to the address that they are given, and Chalice has no catch-all.
@app.route("/webhooks/{source}", methods=["POST"], content_types=[])
@app.route("/webhooks/{source}/{a}/{b}", methods=["POST"], content_types=[])
@app.route("/webhooks/{source}/{a}/{b}/{c}", methods=["POST"], content_types=[])
@app.route("/webhooks/{source}/{a}/{b}/{c}/{d}", methods=["POST", "PUT"], content_types=[])
def webhook(source: str, **path: str) -> Response:
    """Receive alerts; answered as soon as the topic has them."""
    return _reply(entrypoints.webhook(source, path, app.current_request, app.lambda_context))


@app.route("/external-alerts-webhook", methods=["POST"], content_types=[])
def external_alerts() -> Response:
    """Receive alerts as the senders of the earlier pipeline post them."""
    return _reply(entrypoints.external_alerts(app.current_request, app.lambda_context))


@app.route("/github/events", methods=["POST"], content_types=[])
def github_events() -> Response:
    """Receive what people did on GitHub; passed to the queue at once."""
    return _reply(entrypoints.github_events(app.current_request, app.lambda_context))


@app.route("/health")
def health() -> dict[str, str]:
    """Say which version serves which stage."""
    return entrypoints.health()


@app.on_sqs_message(queue=queue, batch_size=10, name="collector", maximum_concurrency=5)
def collector(event: Any) -> None:
    """Record alerts from the queue in the table, and update GitHub."""
    entrypoints.collect(event.to_dict()["Records"], event.context)


@app.schedule(Rate(1, unit=Rate.MINUTES), name="reconcile")
def reconcile(event: Any) -> None:
    """Do whatever is still due."""
    entrypoints.reconcile(event.context)


def _reply(answer: Any) -> Response:
    headers = {"Content-Type": "application/json", **answer.headers}
    return Response(body=answer.body, status_code=answer.status, headers=headers)
