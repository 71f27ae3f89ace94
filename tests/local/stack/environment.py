"""The environment of the stack's processes."""

import os

from tests.local.aws import DUMMY_ENVIRONMENT


def child_environment() -> dict[str, str]:
    """Return this process's environment, without anybody's AWS settings and with loopback off the proxies."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    loopback = "127.0.0.1,localhost"
    return (
        inherited | DUMMY_ENVIRONMENT | {"PYTHONUNBUFFERED": "1", "NO_PROXY": loopback, "no_proxy": loopback}
    )
