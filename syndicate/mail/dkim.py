"""DKIM (RFC 6376): the final bytes of a mail → the signatures that go in front of them.

    signer(config) ─→ sign(message) ─→ b"DKIM-Signature: …\\r\\n" for each of our keys

relaxed/simple: headers may be folded anew on their way, the body is signed as it stands, which is
safe since ours is plain quoted-printable. We sign what mailbox providers ask for (RFC 8058 wants
both List-Unsubscribe headers in it), and From once more than it stands there, so that nobody can
add another. RSA is for all; Ed25519 (RFC 8463) a second signature for those who know it.

Signing is nearly all of what a signed mail costs, and it lets other threads run meanwhile. There
is no time in a signature: the same mail has the same signature at every try.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from functools import cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding, utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from syndicate.lib.config import Config, Dkim
from syndicate.lib.errors import ConfigError

SIGNED = (
    "From", "To", "Subject", "Date", "Message-ID", "Reply-To", "List-Id", "List-Unsubscribe",
    "List-Unsubscribe-Post", "Feedback-ID", "MIME-Version", "Content-Type",
)  # fmt: skip

RSA_HINT = "Make one: openssl genrsa -out dkim.pem 2048, then private_key = { file = “dkim.pem” }."
ED25519_HINT = "Make one: openssl genpkey -algorithm ed25519 -out dkim-ed.pem. Or leave it out."

# The shortest key that Gmail and others do not count against us.
RSA_BITS = 2048

_ALPHABET = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_PADDING, _PREHASHED = padding.PKCS1v15(), utils.Prehashed(SHA256())
_WANTED = {name.lower().encode("ascii") for name in SIGNED}
_FOLD = re.compile(rb"\r\n(?=[ \t])")
_BLANKS = re.compile(rb"[ \t\r\n]+")

Sign = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Key:
    """One of our keys: *sign* takes a SHA-256 digest; *public* is what the DNS publishes."""

    algorithm: str  # as the DNS calls it: rsa, ed25519
    domain: str
    selector: str
    sign: Sign
    public: bytes

    @property
    def record(self) -> tuple[str, str]:
        """Name and text of the TXT record by which others check our signatures."""
        text = f"v=DKIM1; k={self.algorithm}; p={_base64(self.public).decode('ascii')}"
        return f"{self.selector}._domainkey.{self.domain}", text


def signer(config: Config) -> Sign | None:
    """What makes the headers to put in front of a mail; None where signing is the relay's.

    It is pure and may be called from several threads. Raises ConfigError for a bad key.
    """
    found = keys(config)
    return _signer(found) if found else None


def keys(config: Config) -> Sequence[Key]:
    """Our keys, RSA first; none where signing is the relay's. Raises ConfigError."""
    return _keys(config.dkim)


def _signer(keys: Sequence[Key]) -> Sign:
    def sign(message: bytes) -> bytes:
        """*message*: CRLF lines, each header once, and no blank lines at its end."""
        end = message.index(b"\r\n\r\n") + 2
        headers = _canonical(message[:end])
        said = b"".join(headers.values())
        names = _names([*headers, b"from"])
        body = _base64(hashlib.sha256(memoryview(message)[end + 2 :]).digest())
        return b"".join(_signature(key, names, said, body) for key in keys)

    return sign


def _canonical(headers: bytes) -> dict[bytes, bytes]:
    """The headers that we sign, "relaxed" (RFC 6376 §3.4.2), by their names in lower case."""
    found = {}
    for line in _FOLD.sub(b"", headers).split(b"\r\n"):
        name, _, value = line.partition(b":")
        if (name := name.lower()) in _WANTED:
            found[name] = b"%b:%b\r\n" % (name, _BLANKS.sub(b" ", value).strip())
    return found


def _names(names: Sequence[bytes]) -> bytes:
    """What stands in ``h=``, a few on each line."""
    return b":\r\n ".join(b":".join(names[at : at + 4]) for at in range(0, len(names), 4))


def _signature(key: Key, names: bytes, said: bytes, body: bytes) -> bytes:
    """One header: without its ``b=`` it is a part of what is signed."""
    about = (
        f"v=1; a={key.algorithm}-sha256; c=relaxed/simple;\r\n d={key.domain}; s={key.selector};"
    )
    tags = b"%b\r\n h=%b;\r\n bh=%b;\r\n b=" % (about.encode("ascii"), names, body)
    own = b"dkim-signature:" + _BLANKS.sub(b" ", tags)
    made = _base64(key.sign(hashlib.sha256(said + own).digest()))
    lines = b"\r\n ".join(made[at : at + 72] for at in range(0, len(made), 72))
    return b"DKIM-Signature: %b%b\r\n" % (tags, lines)


@cache
def _keys(table: Dkim) -> tuple[Key, ...]:
    if not any(astuple(table)):
        return ()
    found = [_rsa(table)]
    if table.ed25519_selector or table.ed25519_private_key:
        found.append(_ed25519(table))
    return tuple(found)


def _rsa(table: Dkim) -> Key:
    _named(table.domain, "domain")
    _named(table.selector, "selector")
    key = _load(table.private_key, "private_key")
    if not isinstance(key, RSAPrivateKey) or key.key_size < RSA_BITS:
        raise _bad("private_key", f"is no RSA key of {RSA_BITS} bits or more", RSA_HINT)
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Key(
        "rsa", table.domain, table.selector,
        lambda digest: key.sign(digest, _PADDING, _PREHASHED), public,
    )  # fmt: skip


def _ed25519(table: Dkim) -> Key:
    _named(table.ed25519_selector, "ed25519_selector")
    if table.ed25519_selector == table.selector:
        raise _bad("ed25519_selector", "is that of the other key", "Give each key its own.")
    key = _load(table.ed25519_private_key, "ed25519_private_key")
    if not isinstance(key, Ed25519PrivateKey):
        raise _bad("ed25519_private_key", "is no Ed25519 key", ED25519_HINT)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Key("ed25519", table.domain, table.ed25519_selector, key.sign, public)


def _load(pem: str, option: str) -> object:
    hint = RSA_HINT if option == "private_key" else ED25519_HINT
    try:
        return load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:  # TypeError: it has a password
        reason = "is empty" if not pem.strip() else "cannot be read as a key without a password"
        raise _bad(option, reason, hint) from error


def _named(text: str, option: str) -> None:
    if not _ALPHABET.fullmatch(text):
        hint = "Letters, digits, hyphens and dots: domain = “example.org”, selector = “mail”."
        raise _bad(option, f"is {text!r}", hint)


def _bad(option: str, problem: str, hint: str) -> ConfigError:
    return ConfigError("M020", f"dkim.{option} {problem}.", hint)


def _base64(raw: bytes) -> bytes:
    return binascii.b2a_base64(raw, newline=False)
