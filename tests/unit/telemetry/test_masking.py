"""Masking: every documented form of a credential is hidden, and anything else stays as it was written."""

import base64
import json

import jwt
import pytest

from chalicelib.telemetry.masking import MASKED, bare, mask
from tests.local.github.key import AppKey

KEY = AppKey.generate()
JWT = jwt.encode({"iss": "12345"}, KEY.private_pem, algorithm="RS256")
SECRETS = {
    "installation token": "ghs_" + "a1B2" * 9,
    "stateless installation token": f"ghs_12345_{JWT}",
    "personal token": "ghp_" + "a1B2" * 9,
    "fine-grained token": "github_pat_" + "11ABCDEFG0" * 8,
    "JWT": JWT,
    "private key": KEY.private_pem,
    "AWS key id": "AKIAIOSFODNN7EXAMPLE",
    "session key id": "ASIAIOSFODNN7EXAMPLE",
}


@pytest.mark.parametrize("kind", SECRETS)
def test_a_credential_is_hidden_wherever_it_stands(kind: str) -> None:
    secret = SECRETS[kind]
    for text in (secret, f"Bad credentials: {secret}", f"({secret})"):
        told = mask(json.dumps({"error": text, "next": 1}))
        assert MASKED in told
        assert json.loads(told)["next"] == 1
        assert not any(word in told for word in secret.split() if len(word) > 15)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Authorization: Bearer abcdefghij0123456789==", f"Authorization: Bearer {MASKED}"),
        (
            f"authorization: Basic {base64.b64encode(b'user:a long password').decode()}",
            f"authorization: Basic {MASKED}",
        ),
        ("https://user:password@example.org/a", f"https://{MASKED}@example.org/a"),
        ("https://example.org/?a=1&token=abc&b=2", f"https://example.org/?a=1&token={MASKED}&b=2"),
        ("https://example.org/?api_key=abc", f"https://example.org/?api_key={MASKED}"),
    ],
)
def test_only_the_credential_of_an_address_or_header_is_hidden(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Runner queue too long: 12 > 10 (high)",
        "basic monitoring, bearer of news, mail to ops@example.org",
        "arn:aws:cloudwatch:us-east-1:123456789012:alarm:Queue too long",
        "9f" * 32,
        "https://example.org/d/abc?orgId=1&from=2",
    ],
)
def test_what_is_no_credential_stays(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://me:pass@example.org:8443/d/abc?token=x#y", "https://example.org:8443/d/abc"),
        ("https://me:p@ss@example.org#code=x", "https://example.org"),
        ("https://example.org/@team/d?by=me@example.org/x", "https://example.org/@team/d"),
    ],
)
def test_an_address_is_reduced_to_its_place(url: str, place: str) -> None:
    assert bare(url) == place
