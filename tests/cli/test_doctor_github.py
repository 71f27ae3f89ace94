"""What `doctor` says of the App's key, and of a stage that writes nothing to GitHub."""

import base64

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from chalicelib.cli.doctor import github
from tests.twins.stage import holding


def secret(*, damaged: bool) -> dict[str, str]:
    """An App's secret; of a damaged key, the modulus is not the product of the primes."""
    key = rsa.generate_private_key(65537, 2048)
    written = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    modulus = key.public_key().public_numbers().n
    if damaged:
        written = written.replace(modulus.to_bytes(256), (modulus ^ (1 << 1000)).to_bytes(256))
    body = base64.encodebytes(written).decode()
    pem = f"-----BEGIN PRIVATE KEY-----\n{body}-----END PRIVATE KEY-----\n"
    return {"github_app_id": "1", "github_app_key_base64": base64.b64encode(pem.encode()).decode()}


def test_a_key_signs_or_is_said_to_be_damaged() -> None:
    (sound,) = github.app(holding(secret(damaged=False)))
    assert (sound.told, sound.ok) == ("its key signs", True)
    (damaged,) = github.app(holding(secret(damaged=True)))
    assert "damaged" in damaged.told
    assert "github_app_key_base64" in damaged.fix


def test_a_stage_that_writes_nothing_is_said_to_and_nobody_expects_a_look_at_github() -> None:
    stage = holding({}, GITHUB_ENABLED="false")
    (enabled,) = github.enabled(stage)
    assert "disabled" in enabled.told
    assert list(github.last_look(stage)) == []
