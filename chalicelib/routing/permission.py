"""What a sender may send alerts for: the teams and repositories in its entry of the webhook secret."""

from chalicelib.adapters.sender import Sender
from chalicelib.alert import UNKNOWN_TEAM, AlertEvent, Condition
from chalicelib.errors import Rejected
from chalicelib.routing.table import Routing


def check(sender: Sender | None, alert: AlertEvent, known: AlertEvent | None, routing: Routing) -> None:
    """Raise Rejected unless the sender may send this.

    `known` is the condition's last alert: if somebody else sent it, it has to be for the sender's teams as
    well. Otherwise an alert for its own team could take over or end another's. An end need not name its
    owner.
    """
    if sender is None or not sender.limited:
        return
    no_owner = alert.state is Condition.RESOLVED and alert.teams == (UNKNOWN_TEAM,)
    if not no_owner:
        _check(sender, alert.teams, routing)
    if known and known.sender != sender.name:
        _check(sender, known.teams, routing)


def _check(sender: Sender, teams: tuple[str, ...], routing: Routing) -> None:
    named, repository = routing.owners(teams), routing.route(teams).repository
    others = [team for team in named if sender.teams and team not in sender.teams]
    if others:
        raise _not_for(sender, f"the team {', '.join(others)}", "teams")
    allowed = {each.lower() for each in sender.repositories}
    if allowed and repository.lower() not in allowed:
        raise _not_for(sender, f"the repository {repository}", "repositories")


def _not_for(sender: Sender, what: str, limit: str) -> Rejected:
    return Rejected(
        "NOT_FOR_THIS_SENDER",
        f"the sender {sender.name} may not send alerts for {what}",
        f"Correct the alert's team, or add to `{limit}` of {sender.name} in the secret, then replay it.",
    )
