"""The deployment: Terraform's resources, then the functions, as `make deploy-<stage>` does it."""

from ops import __main__ as verbs
from ops.setup.step import Setup, Step


def will(setup: Setup) -> str:
    """Say what is deployed."""
    return (
        f"create the topic, queues, table, alarms and dashboard of {setup.names.prefix} with Terraform, "
        "then its functions and API with Chalice"
    )


def deploy(setup: Setup) -> None:
    """Deploy; what is the same already is left alone. Raises Faults, or CalledProcessError."""
    verbs.plan(setup.stage)
    verbs.change(setup.stage)


STEP = Step("deploy", will, lambda _: None, deploy)
