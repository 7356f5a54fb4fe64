"""DKIM (RFC 6376): the final bytes of a mail → the signatures that go in front of them.

    signer(config) ─→ draft(message): the headers without their signatures, a digest for each
                   ─→ draft.signed(signatures) ─→ b"DKIM-Signature: …\\r\\n" for each of our keys

relaxed/simple: headers may be folded anew on their way, the body is signed as it stands, which is
safe since ours is plain quoted-printable. We sign what mailbox providers ask for (RFC 8058 wants
both List-Unsubscribe headers in it), and From once more than it stands there, so that nobody can
add another. RSA is for all; Ed25519 (RFC 8463) a second signature for those who know it.

The signatures are nearly all of what a signed mail costs, and may be made elsewhere (mail.press).
There is no time in them: the same mail has the same signature at every try.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, field
from functools import cache, lru_cache
from typing import NamedTuple

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from syndicate.lib.config import Config, Dkim
from syndicate.lib.errors import ConfigError
from syndicate.lib.signing import Sign, octets, signs

SIGNED = (
    "From", "To", "Subject", "Date", "Message-ID", "Reply-To", "List-Id", "List-Unsubscribe",
    "List-Unsubscribe-Post", "Feedback-ID", "MIME-Version", "Content-Type",
)  # fmt: skip

RSA_HINT = "Make one: openssl genrsa -out dkim.pem 2048, then private_key = { file = “dkim.pem” }."
ED25519_HINT = "Make one: openssl genpkey -algorithm ed25519 -out dkim-ed.pem. Or leave it out."

# The shortest key that Gmail and others do not count against us.
RSA_BITS = 2048

_ALPHABET = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_WANTED = {name.lower().encode("ascii") for name in SIGNED}
_FOLD = re.compile(rb"\r\n(?=[ \t])")


@dataclass(frozen=True)
class Key:
    """One of our keys: *sign* takes a SHA-256 digest and makes so many *octets* of it; *public* is
    what the DNS publishes."""

    algorithm: str  # as the DNS calls it: rsa, ed25519
    domain: str
    selector: str
    pem: str = field(repr=False)
    sign: Sign = field(repr=False)
    octets: int
    public: bytes

    @property
    def record(self) -> tuple[str, str]:
        """Name and text of the TXT record by which others check our signatures."""
        text = f"v=DKIM1; k={self.algorithm}; p={_base64(self.public).decode('ascii')}"
        return f"{self.selector}._domainkey.{self.domain}", text

    @property
    def about(self) -> bytes:
        """The tags of all its signatures."""
        who = f"d={self.domain}; s={self.selector};"
        return f"v=1; a={self.algorithm}-sha256; c=relaxed/simple;\r\n {who}\r\n h=".encode("ascii")


class Draft(NamedTuple):
    """The headers of one mail's signatures, up to ``b=``, and what is to be signed for each."""

    heads: Sequence[bytes]
    digests: Sequence[bytes]  # SHA-256

    def signed(self, signatures: Iterable[bytes]) -> bytes:
        """The headers whole, the first key's first."""
        return b"".join(_header(*pair) for pair in zip(self.heads, signatures, strict=True))


class Signer:
    """Signs by *keys*, of which there is one at least."""

    def __init__(self, keys: Sequence[Key]) -> None:
        self.keys = keys

    def __call__(self, message: bytes) -> bytes:
        """The headers to put in front of *message*."""
        draft = self.draft(message)
        made = (key.sign(digest) for key, digest in zip(self.keys, draft.digests, strict=True))
        return draft.signed(made)

    def draft(self, message: bytes) -> Draft:
        """*message*: CRLF lines, each header once, and no blank lines at its end."""
        end = message.index(b"\r\n\r\n") + 2
        lines = _FOLD.sub(b"", message[:end]).split(b"\r\n")
        found = dict(filter(None, map(_relaxed, lines)))
        said = hashlib.sha256(b"".join(found.values()))
        names = (*found, b"from")
        body = _base64(hashlib.sha256(memoryview(message)[end + 2 :]).digest())
        begun = [_head(key, names) for key in self.keys]
        heads = [b"%b bh=%b;\r\n b=" % (head, body) for head, _ in begun]
        return Draft(heads, [_digest(said.copy(), relaxed, body) for _, relaxed in begun])


def signer(config: Config) -> Signer | None:
    """What signs our mails; None where signing is the relay's. Raises ConfigError for a bad key."""
    found = keys(config)
    return Signer(found) if found else None


def keys(config: Config) -> Sequence[Key]:
    """Our keys, RSA first; none where signing is the relay's. Raises ConfigError."""
    return _keys(config.dkim)


# Most headers of an edition are the same in each of its mails.
@lru_cache(64)
def _relaxed(line: bytes) -> tuple[bytes, bytes] | None:
    """The name of a header that we sign, in lower case, and the header "relaxed" (RFC 6376 §3.4.2);
    None for one that we do not sign. *line* is unfolded."""
    name, _, value = line.partition(b":")
    if (name := name.lower()) not in _WANTED:
        return None
    return name, b"%b:%b\r\n" % (name, b" ".join(value.split()))


@lru_cache(64)
def _head(key: Key, names: Sequence[bytes]) -> tuple[bytes, bytes]:
    """A signature's header up to ``bh=``, as it stands in a mail, and "relaxed"."""
    lines = b":\r\n ".join(b":".join(names[at : at + 4]) for at in range(0, len(names), 4))
    head = b"%b%b;\r\n" % (key.about, lines)
    return head, b"dkim-signature:" + b" ".join(head.split())


def _digest(said: hashlib._Hash, relaxed: bytes, body: bytes) -> bytes:
    """Of the headers that were *said*, and of the signature's own, whose ``b=`` is empty."""
    said.update(b"%b bh=%b; b=" % (relaxed, body))
    return said.digest()


def _header(head: bytes, signature: bytes) -> bytes:
    made = _base64(signature)
    lines = b"\r\n ".join([made[at : at + 72] for at in range(0, len(made), 72)])
    return b"DKIM-Signature: %b%b\r\n" % (head, lines)


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
    pem = table.private_key
    return Key("rsa", table.domain, table.selector, pem, signs(key), octets(key), public)


def _ed25519(table: Dkim) -> Key:
    _named(table.ed25519_selector, "ed25519_selector")
    if table.ed25519_selector == table.selector:
        raise _bad("ed25519_selector", "is that of the other key", "Give each key its own.")
    key = _load(table.ed25519_private_key, "ed25519_private_key")
    if not isinstance(key, Ed25519PrivateKey):
        raise _bad("ed25519_private_key", "is no Ed25519 key", ED25519_HINT)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    pem, selector = table.ed25519_private_key, table.ed25519_selector
    return Key("ed25519", table.domain, selector, pem, signs(key), octets(key), public)


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
