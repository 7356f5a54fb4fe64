"""DKIM keys for an hour, as PEM."""

from __future__ import annotations

from functools import cache

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

DOMAIN, RSA_SELECTOR, ED25519_SELECTOR = "harbour.example.org", "mail", "ed"


@cache
def rsa_pem() -> str:
    """A new RSA key of 2048 bits."""
    return _pem(rsa.generate_private_key(65537, 2048))


@cache
def ed25519_pem() -> str:
    """A new Ed25519 key."""
    return _pem(ed25519.Ed25519PrivateKey.generate())


def table(*, ed25519: bool = False) -> dict[str, str]:
    """Options of ``[dkim]``: for an RSA signature, and for a second one."""
    made = {"domain": DOMAIN, "selector": RSA_SELECTOR, "private_key": rsa_pem()}
    if ed25519:
        made |= {"ed25519_selector": ED25519_SELECTOR, "ed25519_private_key": ed25519_pem()}
    return made


def _pem(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> str:
    # dkimpy reads an RSA key in its older form alone.
    old = isinstance(key, rsa.RSAPrivateKey)
    form = PrivateFormat.TraditionalOpenSSL if old else PrivateFormat.PKCS8
    return key.private_bytes(Encoding.PEM, form, NoEncryption()).decode("ascii")
