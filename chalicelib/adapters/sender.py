"""Who sent a message: the entry of the webhook secret whose token it came with, as the message carries it.

The webhook writes it into an attribute, so that the collector knows the sender and its limits without the
secret. No body is believed about it.
"""

import json
import re
from dataclasses import asdict, dataclass

from chalicelib.errors import Rejected

ATTRIBUTE = "sender"
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9])){0,44}")
MOST_LIMITS = 400
"""How many characters the teams and repositories may take: an attribute is cut after 500."""


@dataclass(frozen=True, slots=True)
class Sender:
    """A sender, and which teams and repositories its alerts may be for; all of them if none is named.

    With `keeps_identity` its alerts belong to the same conditions as before it had a name.
    """

    name: str
    teams: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    keeps_identity: bool = False

    @property
    def limited(self) -> bool:
        """Whether it is limited at all."""
        return bool(self.teams or self.repositories)

    def written(self) -> str:
        """Write it as an attribute, leaving out what is not set."""
        return json.dumps({name: value for name, value in asdict(self).items() if value})


def read(attribute: str) -> Sender:
    """Read an attribute that the webhook wrote; raises Rejected, so that its limits are never lost."""
    try:
        said = json.loads(attribute)
        return Sender(
            name=_slug(said["name"]),
            teams=tuple(map(str, said.get("teams", ()))),
            repositories=tuple(map(str, said.get("repositories", ()))),
            keeps_identity=bool(said.get("keeps_identity")),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Rejected(
            "UNKNOWN_SENDER",
            "the message's attribute `sender` was not written by the webhook",
            "Let only the webhook publish with attributes, then have the alert sent again.",
        ) from error


def _slug(name: str) -> str:
    if SLUG.fullmatch(name):
        return name
    raise ValueError
