"""The endpoints of the app itself: its conversion from a manifest, and its webhook.

docs.github.com/en/rest/apps/apps#create-a-github-app-from-a-manifest, docs.github.com/en/rest/apps/webhooks
"""

from __future__ import annotations

from .call import Call, Reply
from .errors import not_found
from .routes import Route

CODE_LIFETIME = 3600.0


def _convert(call: Call) -> Reply:
    """Exchange the code of a manifest, which works once and for an hour, for the app's credentials."""
    created_at, converted = call.world.conversions.pop(call.arguments["code"], (0.0, {}))
    if call.world.now() - created_at > CODE_LIFETIME:
        raise not_found()
    return Reply(201, converted)


def _hook(call: Call) -> Reply:
    return Reply(200, call.show.hook(call.world.hook))


def _configure_hook(call: Call) -> Reply:
    sent, hook = call.payload(), call.world.hook
    hook.url = sent.get("url", hook.url)
    hook.secret = sent.get("secret", hook.secret)
    hook.content_type = sent.get("content_type", hook.content_type)
    return Reply(200, call.show.hook(hook))


APP_ROUTES = (
    Route("POST", "/app-manifests/<code>/conversions", _convert, "path"),
    Route("GET", "/app/hook/config", _hook, "app"),
    Route("PATCH", "/app/hook/config", _configure_hook, "app"),
)
