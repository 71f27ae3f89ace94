"""The acts about several alerts at once: a storm with its parent issue, and an incident."""

from tests.local.demo.cast import FARM, PUBLISHING, RACK, SIGNING
from tests.local.demo.director import Director
from tests.local.github.model import Issue

TITLE = "No package can be released"
SAID = (
    ("began to fire", PUBLISHING.name),
    ("began to fire", SIGNING.name),
    ("`@mona` declared the incident", ""),
    ("`@mona` acknowledged", ""),
    ("the next people were called", ""),
    ("ended", ""),
    ("`@mona` ended the incident", ""),
)
"""What the incident's timeline says in the end."""


class Together(Director):
    """One cause, one page."""

    def storm(self) -> None:
        self.screen.act("A switch dies: Grafana posts fourteen alerts of one cause")
        self.grafana(*RACK)
        self.expect(
            "a storm of fourteen alerts has an issue for each, and one for the storm",
            lambda: all(self.open(alert.title) for alert in RACK) and self.parent() is not None,
        )
        parent = self.parent()
        self.check(
            "the storm's issue calls the team, and the issues opened after it call nobody",
            parent is not None
            and FARM in (parent.body or "")
            and not any(FARM in (i.body or "") for i in self.children() if i.number > parent.number),
        )

    def parent(self) -> Issue | None:
        """The storm's issue."""
        found = {
            issue.parent.number: issue.parent
            for alert in RACK
            for issue in self.issues(alert.title)
            if issue.parent
        }
        return next(iter(found.values())) if len(found) == 1 else None

    def children(self) -> list[Issue]:
        parent = self.parent()
        return parent.sub_issues if parent else []

    def lists_them(self) -> bool:
        parent = self.parent()
        body = (parent.body if parent else "") or ""
        return all(f"#{issue.number} |" in body for issue in self.children())

    def storm_ends(self) -> None:
        self.screen.act("The storm's issue has the others as sub-issues; then the switch is replaced")
        self.expect(
            "the issues of a storm's alerts are sub-issues of its parent, each once",
            lambda: len(self.children()) == len(RACK) == len({each.title for each in self.children()}),
        )
        self.expect("the parent's table lists them all", self.lists_them)
        self.resolve(*RACK)
        self.expect(
            "each alert of the storm that ends has its issue closed",
            lambda: all(self.closed(alert.title) == ["completed"] for alert in RACK),
        )

    def storm_is_over(self) -> None:
        self.screen.act("The storm's parent closes, some time after its last alert ended")
        self.expect("the storm's parent closes after its last sub-issue", self.parent_closed_last)

    def parent_closed_last(self) -> bool:
        parent = self.parent()
        if parent is None or parent.closed_at is None or parent.state_reason != "completed":
            return False
        return all(issue.closed_at and issue.closed_at <= parent.closed_at for issue in self.children())

    def sev(self) -> None:
        self.screen.act("A person makes one of the urgent alerts an incident")
        self.says_on(self.only(PUBLISHING.name), f"/sev {TITLE}")
        self.expect(
            "an incident has its own issue, with the alert and its sibling as sub-issues",
            lambda: self.names_of(self.incident()) == {PUBLISHING.name, SIGNING.name},
        )

    def says_on(self, issue: Issue | None, words: str) -> None:
        if issue:
            self.stack.github.person("mona").comment(issue.repository.full_name, issue.number, words)

    def incident(self) -> Issue | None:
        return self.only(TITLE)

    @staticmethod
    def names_of(issue: Issue | None) -> set[str]:
        """The alerts whose issues are sub-issues of an issue."""
        known = (PUBLISHING.name, SIGNING.name)
        children = issue.sub_issues if issue else []
        return {name for name in known for child in children if name in child.title}

    def sev_ends(self) -> None:
        self.screen.act("A person says that the incident is over")
        issue = self.incident()
        self.says_on(issue, "/sev resolved")
        self.expect(
            "an incident that is over is closed, and asks for what a review needs",
            lambda: self.closed(TITLE) == ["completed"] and any("review" in said for said in self.asked()),
        )
        lines = ((issue.body if issue else "") or "").splitlines()
        untold = [said for said, of in SAID if not any(said in line and of in line for line in lines)]
        self.check("its timeline says what happened", not untold, "; ".join(untold))

    def asked(self) -> list[str]:
        """What was said on the incident's issue, except for the person's own words."""
        issue = self.incident()
        return [comment.body for comment in issue.comments if comment.author.login != "mona"] if issue else []
