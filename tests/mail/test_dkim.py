"""Our signatures, checked by somebody else's verifier."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import dkim as verifier
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption as Locked
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from syndicate.lib.config import Config
from syndicate.lib.errors import ConfigError
from syndicate.mail import dkim
from syndicate.mail.message import compile, letter, single
from syndicate.mail.render import Rendered
from tests.mail.test_message import edition, reader

Configure = Callable[..., Config]


def pem(key: Any, password: bytes = b"") -> str:
    lock = Locked(password) if password else NoEncryption()
    made: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)
    return made.decode("ascii")


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@cache
def ed_key() -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.from_private_bytes(b"k" * 32)


ONE = {"domain": "harbour.example.org", "selector": "mail"}
TWO = {"ed25519_selector": "ed", "ed25519_private_key": pem(ed_key())}


@pytest.fixture
def config(configure: Configure) -> Config:
    return configure(dkim={**ONE, "private_key": pem(rsa_key())})


def signed(config: Config, message: bytes = b"") -> bytes:
    message = message or compile(edition()).splice(reader("Zoë Ünder"))
    sign = dkim.signer(config)
    assert sign is not None
    return sign(message) + message


def verified(config: Config, message: bytes, which: int = 0) -> bool:
    """By one of its signatures, the first or the second."""
    published = {f"{name}.".encode(): text.encode() for name, text in records(config)}
    mail = verifier.DKIM(message)
    try:
        good: bool = mail.verify(which, lambda name, timeout=5: published.get(name))
    except verifier.DKIMException:
        return False
    return good


def records(config: Config) -> list[tuple[str, str]]:
    return [key.record for key in dkim.keys(config)]


def test_nobody_signs_unless_asked(configure: Configure) -> None:
    assert dkim.signer(configure()) is None


def test_a_stranger_finds_it_good(config: Config) -> None:
    assert verified(config, signed(config))


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        (b"Dear", b"Dead"),
        (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", b""),
        (b"List-Unsubscribe=One-Click", b"List-Unsubscribe=One-Clock"),
        (b"List-Unsubscribe: <https:", b"List-Unsubscribe: <http:"),
        (b"Feedback-ID: 7", b"Feedback-ID: 8"),
        (b"\r\nFrom: ", b"\r\nFrom: Eve <eve@example.org>\r\nFrom: "),
        (b"DKIM-Signature: ", b"From: Eve <eve@example.org>\r\nDKIM-Signature: "),
        (b"--\r\n", b"--\r\nP.S.\r\n"),
    ],
)
def test_what_was_changed_on_its_way_is_noticed(
    config: Config, there: bytes, instead: bytes
) -> None:
    whole = signed(config)
    assert there in whole
    assert not verified(config, whole.replace(there, instead))


def test_headers_may_be_folded_anew_on_their_way(config: Config) -> None:
    whole = signed(config)
    assert b"\r\nTo: =?" in whole
    assert verified(config, whole.replace(b"\r\nTo: =?", b"\r\nTo:\r\n\t  =?"))


def test_every_header_that_must_be_is_signed_and_from_once_more(config: Config) -> None:
    head = signed(config).partition(b"\r\nDate:")[0].decode()
    found = re.search(r"h=([^;]+);", head)
    assert found is not None
    names = re.sub(r"\s", "", found[1]).split(":")
    assert sorted(names) == sorted(["from", *(name.lower() for name in dkim.SIGNED)])
    assert all(len(line) <= 78 for line in head.splitlines())


def test_a_second_signature_by_ed25519(configure: Configure) -> None:
    config = configure(dkim={**ONE, **TWO, "private_key": pem(rsa_key())})
    whole = signed(config)
    assert [tag[b"a"] for tag in tags(whole)] == [b"rsa-sha256", b"ed25519-sha256"]
    assert tags(whole)[1][b"s"] == b"ed"
    assert verified(config, whole) and verified(config, whole, 1)
    assert not verified(config, whole.replace(b"Dear", b"Dead"), 1)
    assert records(config)[1][0] == "ed._domainkey.harbour.example.org"


def tags(message: bytes) -> list[dict[bytes, bytes]]:
    """Of each of its signatures."""
    found = re.findall(rb"DKIM-Signature:((?:.|\r\n )+\r\n)", message)
    return [verifier.util.parse_tag_value(header) for header in found]


def test_a_mail_that_stands_in_no_ledger_is_signed_too(config: Config, now: Any) -> None:
    said = letter(edition().newsletter, Rendered("Pier", "", "<p>Hello</p>", "Hello"), now)
    assert verified(config, single(said, "ed@example.org", key="test.1"))


def test_the_same_mail_has_the_same_signature(config: Config) -> None:
    assert signed(config) == signed(config)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "private_key is empty"),
        ({"private_key": "secret words"}, "private_key cannot be read"),
        ({"private_key": pem(rsa_key(), b"locked")}, "private_key cannot be read"),
        ({"private_key": pem(rsa_key(1024))}, "no RSA key of 2048 bits"),
        ({"private_key": pem(ed_key())}, "no RSA key of 2048 bits"),
        ({"private_key": pem(rsa_key()), "domain": ""}, "domain is ''"),
        ({"private_key": pem(rsa_key()), "selector": "a b"}, "selector is 'a b'"),
        ({"private_key": pem(rsa_key()), **TWO, "ed25519_selector": "mail"}, "the other key"),
        ({"private_key": pem(rsa_key()), **TWO, "ed25519_private_key": "x"}, "cannot be read"),
        (
            {"private_key": pem(rsa_key()), **TWO,
             "ed25519_private_key": pem(ec.generate_private_key(ec.SECP256R1()))},
            "no Ed25519 key",
        ),
    ],
)  # fmt: skip
def test_a_bad_key_is_a_mistake_of_the_operator(
    configure: Configure, values: dict[str, str], said: str
) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        dkim.signer(configure(dkim=ONE | values))
    assert caught.value.id == "M020" and "secret words" not in str(caught.value)
    assert caught.value.hint
