"""Rollback: returns to the package that ran before, without building it, unless it cannot read a row.

Terraform's resources and their variables stay as they are, as do the secrets. Settings and policies are in
the package, and go back with it.
"""

from ops import asking, functions, kept
from ops.deployment import Deployment, Faults
from ops.kept import Kept

TOLD = 3
"""How many rows are named."""


def run(stage: Deployment) -> None:
    """Deploy the package that ran before this one; raises Faults if it is missing or must not run."""
    running, packages = functions.digests(stage), kept.packages(stage)
    if not running:
        raise Faults(f"{stage.prefix} cannot be rolled back:", ["it is not deployed"])
    print(f"{stage.prefix} runs {' and '.join(_named(running, packages))}.")
    older = _older(running, packages)
    if not older:
        raise Faults(f"{stage.prefix} was not changed:", ["no older package is kept"])
    target = older[0]
    begun = target.code in running and packages[0].code != target.code
    print(f"It will {'finish returning' if begun else 'return'} to {target}.")
    if faults := _unread(stage, target):
        raise Faults(f"{stage.prefix} was not changed:", faults)
    if stage.asks:
        asking.require(f"Roll back {stage.prefix}?")
    kept.restore(stage, target)
    functions.redeploy(stage, target.python)
    for newer in packages[: packages.index(target)]:
        kept.forget(stage, newer)
    print(f"{stage.prefix} now runs {target}.")


def _older(running: set[str], packages: list[Kept]) -> list[Kept]:
    """List the packages to return to, the newest first.

    The newest package is the one that was deployed last. If the functions run another one, a deployment
    stopped midway: to a package that was never kept, or back to an older one, which is finished first.
    """
    codes = [each.code for each in packages]
    if running == set(codes[:1]):
        return packages[1:]
    return packages[max((codes.index(code) for code in running if code in codes), default=0) :]


def _named(running: set[str], packages: list[Kept]) -> list[str]:
    """Name the running packages, the newest first."""
    codes = [each.code for each in packages]
    unknown = ["a package that was not kept"] if running - set(codes) else []
    return unknown + [
        str(packages[place]) for place in sorted(codes.index(code) for code in running & set(codes))
    ]


def _unread(stage: Deployment, target: Kept) -> list[str]:
    """Name the rows that a package would not understand."""
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
    which = f"{stage.table} has rows that {needs} ({len(names)} in all: {few})"
    return [f"{which}: fix the problem and deploy the fix instead"]
