"""The tracker on GitHub's stand-in, for what no twin has."""

from collections.abc import Iterator

import httpx
import pytest

from tests.contract.github_rig import Rig, no_tls
from tests.contract.tracker_rig import Hub


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Rig() as rig, httpx.Client(base_url=rig.github.url, trust_env=False, verify=no_tls()) as http:
        yield Hub(rig, http)
