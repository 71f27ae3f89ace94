"""Going back to the package that ran before, without building it; what it cannot read keeps it from that.

Terraform's resources and their variables stay as they are, as do the secrets. Settings and policies are in
the package, and go back with it.
"""

from ops import asking, functions, kept
from ops.deployment import Deployment, Faults
from ops.kept import Kept

TOLD = 3
"""Rows that are named."""


def run(stage: Deployment) -> None:
    """Deploy the package before the one that runs; raises Faults where there is none, or it cannot."""
    running, packages = functions.digest(stage), kept.packages(stage)
    if running is None:
        raise Faults(f"{stage.prefix} has nothing to go back from, since", ["it is not deployed"])
    known = next((place for place, each in enumerate(packages) if each.code == running), None)
    older = packages if known is None else packages[known + 1 :]
    print(f"{stage.prefix} runs {'a package that was not kept' if known is None else packages[known]}.")
    if not older:
        raise Faults(f"{stage.prefix} is left as it is, since", ["no older package is kept"])
    target = older[0]
    print(f"It goes back to {target}.")
    if faults := _unread(stage, target):
        raise Faults(f"{stage.prefix} is left as it is, since", faults)
    if stage.asks:
        asking.require(f"{stage.prefix} goes back to {target}.")
    kept.restore(stage, target)
    functions.redeploy(stage, target.python)
    for newer in packages[: packages.index(target)]:
        kept.forget(stage, newer)
    print(f"{stage.prefix} runs {target}.")


def _unread(stage: Deployment, target: Kept) -> list[str]:
    """Say which rows that package would not understand."""
    found = (
        stage.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=stage.table,
            FilterExpression="#schema > :reads",
            ProjectionExpression="fingerprint",
            ExpressionAttributeNames={"#schema": "schema"},
            ExpressionAttributeValues={":reads": {"N": str(target.reads)}},
        )
    )
    names = [item["fingerprint"]["S"] for page in found for item in page["Items"]]
    if not names:
        return []
    few = ", ".join(name[:12] for name in names[:TOLD]) + (" and others" if len(names) > TOLD else "")
    needs = f"need a version that reads schema {target.reads + 1} or later"
    return [f"rows of {stage.table} {needs}, {len(names)} in all ({few}): fix what is wrong and deploy that"]
