"""The questions: which organisation, which repositories get the issues, and whether to begin."""

import json
import re

from chalicelib import routing
from chalicelib.errors import ConfigurationError
from ops.deployment import Faults
from ops.setup.step import Setup

ORGANIZATION = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})"
TABLE = """\
# Where alerts go. Every key is explained in docs/routing.example.toml.

[default]
repository = {}
"""
TEAM = """
[team.{}]
repository = {}
"""


def ask(setup: Setup) -> None:
    """Ask for what is not known yet; nothing if the routing table is no longer the example's."""
    if setup.routing:
        return
    person, wanted = setup.person, setup.wanted
    organization = wanted.organization or person.ask(
        "Your GitHub organisation (you must be an owner)", "", "--organization"
    )
    repositories = wanted.repositories or person.ask(
        "Repository for issues, then any teams that have their own (such as: alerts web=web-app)",
        "alerts",
        "--repositories",
    )
    setup.routes = table(organization, repositories)


def table(organization: str, repositories: str) -> str:
    """Write the routing table for an answer such as `alerts web=web-app`; raises Faults."""
    if not re.fullmatch(ORGANIZATION, organization):
        raise Faults("the organisation cannot be used:", [f"{organization!r} is not a valid GitHub name"])
    first, *others = repositories.split() or [""]
    teams = [each.partition("=") for each in others]
    faults = [f"{team!r}: write team=repository" for team, equals, _ in teams if not equals]
    named = {team: _whole(organization, repository) for team, _, repository in teams}
    owner = f"{organization.lower()}/"
    faults += [
        f"{each} is not in {organization}: the App can be installed only there"
        for each in (_whole(organization, first), *named.values())
        if not each.lower().startswith(owner)
    ]
    written = TABLE.format(json.dumps(_whole(organization, first)))
    written += "".join(TEAM.format(team, json.dumps(each)) for team, each in named.items())
    if not faults:
        try:
            routing.load(written)
        except ConfigurationError as error:
            faults = error.faults
    if faults:
        raise Faults("the repositories cannot be used:", faults)
    return written


def begin(setup: Setup, will: list[str]) -> bool:
    """Show who does what and where, and ask whether to begin."""
    person = setup.person
    person.say(f"\nalerting-{setup.name}, in account {setup.identity['Account']}, region {setup.region},")
    person.say(f"by {setup.identity['Arn']}, for {', '.join(setup.repositories)}.")
    person.say("These steps will run, except those that are already done:\n")
    for number, each in enumerate(will, 1):
        person.say(f"  {number}. {each}")
    return person.ask("\nBegin?", "yes", "--yes").lower() in ("y", "yes")


def _whole(organization: str, repository: str) -> str:
    return repository if "/" in repository else f"{organization}/{repository}"
