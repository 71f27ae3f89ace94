"""The functions' policies: for any account in git, and for the one that they are deployed to on AWS."""

import re
from pathlib import Path

# What is of no region, such as a role of another account, is left as it is.
_ANY_ACCOUNT = re.compile(r'"arn:([\w-]+):([\w-]+):([\w-]+):\*:')


def name_account(project: Path, account_id: str) -> None:
    """Have the policies of a project that Chalice is about to deploy name their account."""
    for file in (project / ".chalice").glob("policy-*.json"):
        text = file.read_text(encoding="utf-8")
        file.write_text(_ANY_ACCOUNT.sub(rf'"arn:\1:\2:\3:{account_id}:', text), encoding="utf-8")
