"""The JSON that GitHub shows of what it keeps: shapes of API version 2022-11-28."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from .auth import App, InstallationToken
from .model import Account, Comment, HookConfig, Installation, Issue, IssueField, Label, Repository

Json = dict[str, Any]

REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")
LEGACY = {"triage": "read", "maintain": "write"}
"""What `permission` calls a newer role (docs.github.com/rest/collaborators/collaborators)."""

# Links of a repository; most of them lead nowhere here.
REPOSITORY_LINKS = """
    archive assignees blobs branches collaborators comments commits compare contents contributors deployments
    downloads events forks git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels
    languages merges milestones notifications pulls releases stargazers statuses subscribers subscription tags
    teams trees
""".split()  # noqa: SIM905 - with each word on its own line, the rest would be hard to find


def timestamp(seconds: float) -> str:
    """Epoch seconds as GitHub writes them."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _timestamp_or_none(seconds: float | None) -> str | None:
    return None if seconds is None else timestamp(seconds)


@dataclass(frozen=True)
class Representations:
    """Renders the world for callers of the API at `api` and browsers of the site at `site`."""

    api: str
    site: str
    app: App
    bot: Account
    started_at: float

    def repository_url(self, repository: Repository) -> str:
        """The repository's address in the API."""
        return f"{self.api}/repos/{repository.full_name}"

    def lasting_url(self, repository: Repository) -> str:
        """The address that a rename does not change, as redirects and Link headers use it."""
        return f"{self.api}/repositories/{repository.id}"

    def user(self, account: Account) -> Json:
        """A `simple-user`."""
        url = f"{self.api}/users/{quote(account.login)}"
        return {
            "login": account.login,
            "id": account.id,
            "node_id": f"U_{account.id}",
            "avatar_url": f"{self.site}/avatars/{account.id}",
            "gravatar_id": "",
            "url": url,
            "html_url": self._profile(account),
            "followers_url": f"{url}/followers",
            "following_url": f"{url}/following{{/other_user}}",
            "gists_url": f"{url}/gists{{/gist_id}}",
            "starred_url": f"{url}/starred{{/owner}}{{/repo}}",
            "subscriptions_url": f"{url}/subscriptions",
            "organizations_url": f"{url}/orgs",
            "repos_url": f"{url}/repos",
            "events_url": f"{url}/events{{/privacy}}",
            "received_events_url": f"{url}/received_events",
            "type": account.type,
            "user_view_type": "public",
            "site_admin": False,
        }

    def label(self, repository: Repository, label: Label) -> Json:
        """A `label`."""
        return {
            "id": label.id,
            "node_id": f"LA_{label.id}",
            "url": f"{self.repository_url(repository)}/labels/{quote(label.name)}",
            "name": label.name,
            "color": label.color,
            "default": False,
            "description": label.description,
            "archived_at": None,
            "archived_by": None,
        }

    def issue(self, issue: Issue) -> Json:
        """An `issue`."""
        repository = issue.repository
        url = self._issue_url(issue)
        assignees = [self.user(account) for account in issue.assignees]
        return {
            "url": url,
            "repository_url": self.repository_url(repository),
            "labels_url": f"{url}/labels{{/name}}",
            "comments_url": f"{url}/comments",
            "events_url": f"{url}/events",
            "timeline_url": f"{url}/timeline",
            "html_url": f"{self.site}/{repository.full_name}/issues/{issue.number}",
            "id": issue.id,
            "node_id": f"I_{issue.id}",
            "number": issue.number,
            "title": issue.title,
            "body": issue.body,
            "user": self.user(issue.author),
            "labels": [self.label(repository, label) for label in issue.labels],
            "state": issue.state,
            "state_reason": issue.state_reason,
            "locked": issue.locked,
            "active_lock_reason": issue.lock_reason,
            "assignee": assignees[0] if assignees else None,
            "assignees": assignees,
            "milestone": None,
            "comments": len(issue.comments),
            "created_at": timestamp(issue.created_at),
            "updated_at": timestamp(issue.updated_at),
            "closed_at": _timestamp_or_none(issue.closed_at),
            "closed_by": None if issue.closed_by is None else self.user(issue.closed_by),
            "author_association": self._association(repository, issue.author),
            "performed_via_github_app": self._through_app(issue.author),
            "reactions": self._reactions(url),
            "type": None if issue.type is None else self.issue_type(issue.type),
            "parent_issue_url": None if issue.parent is None else self._issue_url(issue.parent),
            "sub_issues_summary": self._progress(issue),
            "issue_field_values": [
                self._field_value(repository.issue_fields[number], value)
                for number, value in issue.field_values.items()
            ],
        }

    def _issue_url(self, issue: Issue) -> str:
        return f"{self.repository_url(issue.repository)}/issues/{issue.number}"

    def _progress(self, issue: Issue) -> Json:
        total, completed = len(issue.sub_issues), issue.sub_issues_closed
        return {"total": total, "completed": completed, "percent_completed": 100 * completed // (total or 1)}

    def issue_type(self, name: str) -> Json:
        """An `issue-type`."""
        number = sum(map(ord, name))
        about = {"description": None, "color": "gray", "is_enabled": True}
        return {"id": number, "node_id": f"IT_{number}", "name": name} | about

    def issue_field(self, field: IssueField) -> Json:
        """An `issue-field`."""
        options = [{"id": number, "name": name} for number, name in enumerate(field.options, 1)]
        shown = {
            "id": field.id,
            "node_id": f"IF_{field.id}",
            "name": field.name,
            "data_type": field.data_type,
        }
        return shown | ({"options": options} if options else {})

    def project(self, owner: Account, number: int) -> Json:
        """A `projects-v2`."""
        at, nobody = timestamp(self.started_at), dict.fromkeys(("closed_at", "deleted_at", "deleted_by"))
        about = {
            "title": f"Project {number}",
            "description": None,
            "short_description": None,
            "public": False,
        }
        made = {"owner": self.user(owner), "creator": self.user(owner), "created_at": at, "updated_at": at}
        return {"id": number, "node_id": f"PVT_{number}", "number": number} | about | made | nobody

    def project_item(self, issue: Issue, number: int) -> Json:
        """A `projects-v2-item-simple`."""
        at = timestamp(issue.created_at)
        shown = {"id": number, "node_id": f"PVTI_{number}", "content_type": "Issue"}
        return shown | {"created_at": at, "updated_at": at, "archived_at": None}

    def _field_value(self, field: IssueField, value: Any) -> Json:
        shown = {"issue_field_id": field.id, "issue_field_name": field.name, "node_id": f"IF_{field.id}"}
        if field.data_type == "single_select":
            option = {"id": field.options.index(value) + 1, "name": value, "color": "gray"}
            shown["single_select_option"] = option
        return shown | {"data_type": field.data_type, "value": value}

    def permission(self, repository: Repository, account: Account) -> Json:
        """A `repository-collaborator-permission`: of a public repository, so everybody may read."""
        level = "write" if account.login in repository.collaborators else "read"
        level = repository.permissions.get(account.login, level)
        order = ("read", "triage", "write", "maintain", "admin")
        names = zip(("pull", "triage", "push", "maintain", "admin"), order, strict=True)
        may = {name: level in order[order.index(least) :] for name, least in names}
        user = self.user(account) | {"permissions": may, "role_name": level}
        return {"permission": LEGACY.get(level, level), "role_name": level, "user": user}

    def _profile(self, account: Account) -> str:
        """The page of somebody; a bot's is that of its app."""
        return (
            f"{self.site}/apps/{self.app.slug}"
            if account is self.bot
            else f"{self.site}/{quote(account.login)}"
        )

    def reaction(self, comment: Comment, content: str) -> Json:
        """A `reaction` of the app's bot."""
        return {
            "id": comment.id,
            "node_id": f"REA_{comment.id}",
            "user": self.user(self.bot),
            "content": content,
            "created_at": timestamp(comment.created_at),
        }

    def comment(self, issue: Issue, comment: Comment) -> Json:
        """An `issue-comment`."""
        repository = issue.repository
        url = f"{self.repository_url(repository)}/issues/comments/{comment.id}"
        page = f"{self.site}/{repository.full_name}/issues/{issue.number}"
        return {
            "url": url,
            "issue_url": f"{self.repository_url(repository)}/issues/{issue.number}",
            "html_url": f"{page}#issuecomment-{comment.id}",
            "id": comment.id,
            "node_id": f"IC_{comment.id}",
            "user": self.user(comment.author),
            "body": comment.body,
            "created_at": timestamp(comment.created_at),
            "updated_at": timestamp(comment.created_at),
            "author_association": self._association(repository, comment.author),
            "performed_via_github_app": self._through_app(comment.author),
            "reactions": self._reactions(url),
        }

    def installation(self, installation: Installation) -> Json:
        """An `installation`."""
        account, url = installation.account, f"{self.api}/app/installations/{installation.id}"
        suspended = installation.suspended_at
        return {
            "id": installation.id,
            "account": self.user(account),
            "repository_selection": "selected",
            "access_tokens_url": f"{url}/access_tokens",
            "repositories_url": f"{self.api}/installation/repositories",
            "html_url": f"{self.site}/organizations/{account.login}/settings/installations/{installation.id}",
            "app_id": int(self.app.id),
            "client_id": self.app.client_id,
            "app_slug": self.app.slug,
            "target_id": account.id,
            "target_type": account.type,
            "permissions": installation.permissions,
            "events": list(self.app.events),
            "created_at": timestamp(installation.created_at),
            "updated_at": timestamp(installation.created_at),
            "single_file_name": None,
            "suspended_by": None if suspended is None else self.user(account),
            "suspended_at": _timestamp_or_none(suspended),
        }

    def token(self, token: InstallationToken, repositories: list[Repository] | None) -> Json:
        """An `installation-token`."""
        shown: Json = {
            "token": token.value,
            "expires_at": timestamp(token.expires_at),
            "permissions": token.permissions,
            "repository_selection": "selected",
        }
        if repositories is not None:
            shown["repositories"] = [self.repository(repository) for repository in repositories]
        return shown

    def the_app(self) -> Json:
        """The app itself, an `integration`."""
        return {
            "id": int(self.app.id),
            "slug": self.app.slug,
            "node_id": f"A_{self.app.id}",
            "client_id": self.app.client_id,
            "owner": self.user(self.bot),
            "name": self.app.slug,
            "description": None,
            "external_url": self.site,
            "html_url": f"{self.site}/apps/{self.app.slug}",
            "created_at": timestamp(self.started_at),
            "updated_at": timestamp(self.started_at),
            "permissions": dict(self.app.permissions),
            "events": list(self.app.events),
        }

    def hook(self, hook: HookConfig) -> Json:
        """A `webhook-config`: the secret is masked."""
        secret = {"secret": "********"} if hook.secret else {}
        return {"content_type": hook.content_type, "insecure_ssl": "0", "url": hook.url} | secret

    def repository(self, repository: Repository) -> Json:
        """A `full-repository`."""
        api, page = self.repository_url(repository), f"{self.site}/{repository.full_name}"
        open_issues = sum(issue.state == "open" for issue in repository.listed)
        return {
            **{f"{link}_url": f"{api}/{link}" for link in REPOSITORY_LINKS},
            **dict.fromkeys(("git_url", "ssh_url", "clone_url", "svn_url"), f"{page}.git"),
            **dict.fromkeys(("forks", "forks_count", "stargazers_count", "watchers", "watchers_count"), 0),
            **dict.fromkeys(("size", "network_count", "subscribers_count"), 0),
            **dict.fromkeys(("description", "homepage", "language", "license", "mirror_url"), None),
            **dict.fromkeys(("fork", "disabled", "has_pages", "has_wiki", "has_projects"), False),
            **dict.fromkeys(("created_at", "updated_at", "pushed_at"), timestamp(repository.created_at)),
            "id": repository.id,
            "node_id": f"R_{repository.id}",
            "name": repository.name,
            "full_name": repository.full_name,
            "owner": self.user(repository.owner),
            "url": api,
            "html_url": page,
            "private": repository.private,
            "visibility": "private" if repository.private else "public",
            "default_branch": "main",
            "archived": repository.archived,
            "has_issues": repository.has_issues,
            "has_discussions": False,
            "has_downloads": False,
            "open_issues": open_issues,
            "open_issues_count": open_issues,
        }

    def _association(self, repository: Repository, author: Account) -> str:
        return "COLLABORATOR" if author.login in repository.collaborators else "NONE"

    def _through_app(self, author: Account) -> Json | None:
        return self.the_app() if author == self.bot else None

    def _reactions(self, url: str) -> Json:
        return {"url": f"{url}/reactions", "total_count": 0} | dict.fromkeys(REACTIONS, 0)
