"""The app's key pair, and the JWT that it signs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)


@dataclass(frozen=True)
class AppKey:
    """A private key as GitHub hands it out (PKCS#1, PEM), and its public half."""

    private_pem: str
    public_pem: str

    @classmethod
    def generate(cls) -> AppKey:
        """A new key of 2048 bits."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return cls(private.decode(), public.decode())

    def jwt(self, app_id: str, now: float, **claims: Any) -> str:
        """The app's JWT as GitHub recommends it; `claims` replace the usual ones."""
        usual = {"iss": app_id, "iat": int(now) - 60, "exp": int(now) + 540}
        return jwt.encode(usual | claims, self._loaded, "RS256")

    @cached_property
    def _loaded(self) -> rsa.RSAPrivateKey:
        # Loading a key checks it, which takes ten times as long as signing.
        key = load_pem_private_key(self.private_pem.encode(), None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError("a GitHub App's key is an RSA key")
        return key
