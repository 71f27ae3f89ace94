"""The bucket that stores Terraform's state, and Chalice's record of its deployments."""

from ops import checks, terraform
from ops.setup.step import Setup, Step


def will(setup: Setup) -> str:
    """Say what it is for."""
    return f"create a bucket for the Terraform state of {setup.names.prefix}"


def there(setup: Setup) -> str | None:
    """Check whether it exists, and belongs to this account."""
    return (
        None if any(checks.state_bucket(setup.stage)) else f"the bucket {setup.stage.bucket} already exists"
    )


def make(setup: Setup) -> None:
    """Create it."""
    terraform.make_bucket(setup.stage)


STEP = Step("bucket", will, there, make)
