"""GitHub's manifest flow without a socket: what the App will be like, and the page that offers it. Pure.

docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
"""

import html
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from chalicelib.github.protocol import ISSUE_FIELDS, PROJECTS
from chalicelib.routing import Routing

LONGEST_NAME = 34
LATER = "https://example.com/github/events"
"""The webhook's address until the API has one.

GitHub has no call that turns a webhook on, so it is on from the start, and the address must be a public one.
It only receives the ping of the App's creation: there are no events before the App is installed.
"""

PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 40em; margin: 3em auto; padding: 0 1em }}
button {{ font: inherit; padding: .5em 1em }}</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""
OFFER = """\
<p>GitHub shows you the App and lets you change its name. It can read and write issues in the repositories
that you install it on{more}, and nothing else. Its key goes straight to AWS Secrets Manager.</p>
<form method="post" action="{action}">
<input type="hidden" name="manifest" value="{manifest}">
<button>Continue on GitHub</button>
</form>
"""


MORE = {ISSUE_FIELDS: "read the organization's issue fields", PROJECTS: "add issues to its projects"}
"""What a permission that few stages need lets the App do."""


def permissions(routing: Routing) -> dict[str, str]:
    """Say what the App needs: of the organization only what the routing table uses."""
    fields = {ISSUE_FIELDS: "read"} if any(route.fields for route in routing.routes) else {}
    projects = {PROJECTS: "write"} if any(route.project for route in routing.routes) else {}
    return {"issues": "write"} | fields | projects


def manifest(
    *, stage: str, organization: str, web: str, back: str, needs: Mapping[str, str]
) -> dict[str, Any]:
    """Describe the App of a stage and the permissions it needs; `back` is where GitHub sends the browser."""
    return {
        "name": f"alerting-{stage}-{organization}"[:LONGEST_NAME].rstrip("-"),
        "url": f"{web}/{organization}",
        "description": "Turns alerts into issues.",
        "public": False,
        "redirect_url": back,
        "hook_attributes": {"url": LATER, "active": True},
        "default_permissions": dict(needs),
        "default_events": ["issues", "issue_comment"],
    }


def offer(described: dict[str, Any], *, organization: str, web: str, state: str) -> str:
    """Write the page whose button sends the manifest to GitHub."""
    action = f"{web}/organizations/{quote(organization, safe='')}/settings/apps/new?state={state}"
    more = "".join(f", {does}" for needed, does in MORE.items() if needed in described["default_permissions"])
    body = OFFER.format(action=html.escape(action), manifest=html.escape(json.dumps(described)), more=more)
    return page(f"Create the GitHub App for {organization}", body)


def page(title: str, body: str) -> str:
    """Write a page; `body` is HTML."""
    return PAGE.format(title=html.escape(title), body=body)
