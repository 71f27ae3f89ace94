"""The deployment: Terraform's resources, then the functions, as `make deploy-<stage>` does it."""

from ops import __main__ as verbs
from ops import functions
from ops.setup.step import Setup, Step


def will(setup: Setup) -> str:
    """Say what is deployed."""
    return (
        f"create the topic, queues, table, alarms and dashboard of {setup.names.prefix} with Terraform, "
        "then its functions and API with Chalice"
    )


def deploy(setup: Setup) -> None:
    """Deploy; unchanged parts are left alone. Raises Faults, or CalledProcessError.

    Starting a new stage means agreeing to all of it. A running stage that asks first, such as prod, asks
    about its plan.
    """
    if functions.digests(setup.stage):
        verbs.deploy(setup.stage)
    else:
        verbs.plan(setup.stage)
        verbs.change(setup.stage)


STEP = Step("deploy", will, lambda _: None, deploy)
