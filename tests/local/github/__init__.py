"""A stand-in for GitHub: a real HTTP server on a loopback port that keeps GitHub's rules and its own limits.

Example::

    key = AppKey.generate()
    github = GitHubServer(app_id="12345", public_key_pem=key.public_pem)
    github.world.add_repository("acme/alerts", labels=["area:alerting"], collaborators=["mona"])
    with github:
        ...                                     # the code under test, with github.url as the API's address
        github.person("mona").close("acme/alerts", 1)
        github.faults.add("drop", method="POST", path="/repos/*/issues", times=1, after_write=True)
    github.world.issue("acme/alerts", 1).timeline
"""

from .faults import Fault
from .key import AppKey
from .model import Comment, Event, Issue, Label, Repository
from .people import Person
from .server import GitHubServer

__all__ = ["AppKey", "Comment", "Event", "Fault", "GitHubServer", "Issue", "Label", "Person", "Repository"]
