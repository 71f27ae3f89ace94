"""Signatures are checked as others make them: GitHub's own library, and Grafana's documentation."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from chalicelib.adapters.registry import SOURCES
from chalicelib.webhook.authentication import Credentials, authentic, signed_by_github

HERE = Path(__file__).parent
LIBRARY = HERE / "node_modules/@octokit/webhooks-methods"
SECRET = "It's a Secret to Everybody \N{KEY}"
BODIES = ("{}", '{"a": "\N{LATIN SMALL LETTER E WITH ACUTE} \N{PILE OF POO}"}', '{"b":\t[1,\n2]}')
NOW = 1_800_000_000

pytestmark = pytest.mark.skipif(not LIBRARY.exists(), reason="npm is not installed, so there is no @octokit")


@pytest.fixture(scope="module")
def signed() -> list[dict[str, str]]:
    run = subprocess.run(
        ["node", "sign.mjs"],
        cwd=HERE,
        input=json.dumps({"secret": SECRET, "bodies": BODIES, "timestamp": str(NOW)}),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[dict[str, str]] = json.loads(run.stdout)
    assert [each["body"] for each in found] == list(BODIES)
    return found


def test_what_githubs_library_signed_is_taken_for_githubs(signed: list[dict[str, str]]) -> None:
    for each in signed:
        headers = {"x-hub-signature-256": each["github"]}
        assert signed_by_github(headers, each["body"].encode(), SECRET)
        assert not signed_by_github(headers, each["body"].encode() + b" ", SECRET)
        assert not signed_by_github(headers, each["body"].encode(), SECRET + " ")


def test_what_is_signed_as_grafana_documents_it_is_taken_for_grafanas(signed: list[dict[str, str]]) -> None:
    def taken(body: str, **headers: Any) -> bool:
        named = {f"x-grafana-alerting-{name}": value for name, value in headers.items()}
        return authentic(SOURCES["grafana"], named, body.encode(), Credentials((), SECRET), NOW)

    for each in signed:
        assert taken(each["body"], signature=each["grafana"])
        assert taken(each["body"], signature=each["timed"], timestamp=str(NOW))
        assert not taken(each["body"], signature=each["grafana"], timestamp=str(NOW))
        assert not taken(each["body"], signature=each["timed"], timestamp=str(NOW + 1))
        assert not taken(each["body"] + " ", signature=each["grafana"])
