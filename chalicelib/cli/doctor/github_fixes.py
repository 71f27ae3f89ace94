"""What to do about a refusal from GitHub, by its status and its words. Pure."""

from chalicelib.errors import GitHubError, RateLimited, Refused

SILENT = "GitHub did not answer; see githubstatus.com and try again."
LIMITED = "Wait until then: GitHub is limiting this App's calls."


def fix_of(error: GitHubError, repository: str) -> str:
    """Say what to do about a call's error."""
    if isinstance(error, RateLimited):
        return LIMITED
    return fix(error.status, str(error), repository) if isinstance(error, Refused) else SILENT


def fix(status: int | None, words: str, repository: str) -> str:
    """Say what to do about a refusal, by its status and by GitHub's words for each case."""
    owner, text = repository.partition("/")[0], words.lower()
    elsewhere = "or route its teams to another repository in chalicelib/routing.toml"
    if status is None or status >= 500:
        return SILENT
    if status == 410:
        return f"Enable issues in the settings of {repository}, {elsewhere}."
    if status == 404:
        return f"Install the GitHub App on {repository}, or correct its name in chalicelib/routing.toml."
    if status == 401:
        return "The key or id in the secret does not belong to the App; create a new key on the App's page."
    if "archived" in text:
        return f"Unarchive {repository} in its settings, {elsewhere}."
    if "suspended" in text:
        return f"Restore the App in the settings of {owner}, under GitHub Apps."
    if "ip allow list" in text:
        # docs.github.com/en/enterprise-cloud@latest/organizations, "Managing allowed IP addresses"
        return (
            f"Add the address that Alerting calls from to the IP allow list of {owner}: its settings, "
            "Authentication security. The functions need a fixed address for that (a NAT gateway)."
        )
    if status == 403 or "permissions" in text:
        return "Grant the App `Issues: read and write`, and accept that on the installation's page."
    return f"See what GitHub does not accept: {words}"
