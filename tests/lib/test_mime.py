"""Whatever the text: lines within bounds, nothing to stuff, and the parser reads it back."""

from __future__ import annotations

import quopri
import re
from email import message_from_bytes, policy
from email.headerregistry import AddressHeader
from typing import cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syndicate.lib import mime
from syndicate.lib.errors import BadInput

ANY = st.text(max_size=300)


@given(ANY)
@example(".")
@example("From the pier\n.\n..x\r\n")
@example("trailing blank \n\t")
@example("=" * 80)
@example("x" * 74 + "é")
@example("\ud800 alone")
def test_quoted_printable(text: str) -> None:
    lines = mime.quoted(text).split(b"\r\n")
    assert all(len(line) <= 76 for line in lines)
    assert not any(
        line.startswith((b".", b"From ")) or line.endswith((b" ", b"\t")) for line in lines
    )
    said = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    assert quopri.decodestring(b"\n".join(lines)) == said.encode("utf-8", "replace")


@given(ANY)
@example("Ä" * 200)
@example("🧑‍🚀 " * 40)
@example("=?utf-8?q?Bcc=3A?= x")
@example("a\r\nBcc: everybody@example.org")
@example("plain words " * 20)
def test_a_header_is_one_header_and_reads_back(text: str) -> None:
    raw = mime.header("Subject", text)
    _assert_tidy(raw)
    message = message_from_bytes(raw + b"\r\n", policy=policy.SMTP)
    assert message.keys() == ["Subject"]
    assert (
        str(message["Subject"]).strip() == mime.one_line(text).encode("utf-8", "replace").decode()
    )


@given(ANY)
@example('Ada "the pier" Lövelace')
@example("J. Smith, Jr. (harbour)")
@example("a <b@example.org>, c")
@example("=?utf-8?q?x?= <y@example.org>")
def test_a_name_never_becomes_an_address(name: str) -> None:
    raw = b"To: " + mime.mailbox(name, b"ada@example.org") + b"\r\n"
    _assert_tidy(raw)
    to = cast(AddressHeader, message_from_bytes(raw + b"\r\n", policy=policy.SMTP)["To"])
    assert [address.addr_spec for address in to.addresses] == ["ada@example.org"]
    said = mime.one_line(name).encode("utf-8", "replace").decode()
    # This parser puts a blank between two encoded words of a name, against RFC 2047 §6.2.
    assert to.addresses[0].display_name.replace(" ", "") == said.replace(" ", "")


def _assert_tidy(raw: bytes) -> None:
    """ASCII; no line over 998, none over 76 that has an encoded word, no word over 75."""
    assert raw.isascii() and raw.endswith(b"\r\n")
    for line in raw[:-2].split(b"\r\n"):
        words = re.findall(rb"=\?utf-8\?b\?\S*?\?=", line)
        assert len(line) <= (76 if words else 998) and b"\n" not in line and b"\r" not in line
        assert all(len(word) <= 75 for word in words)


@pytest.mark.parametrize(
    ("address", "wire"),
    [
        ("ada@example.org", "ada@example.org"),
        ("ada+pier@exämple.org", "ada+pier@xn--exmple-cua.org"),
        (" O'Brien_x@example.org ", "O'Brien_x@example.org"),
    ],
)
def test_an_address_for_the_wire(address: str, wire: str) -> None:
    assert mime.ascii_address(address) == wire


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "usеr@example.org",
        "a b@example.org",
        "a@b\r\nRCPT TO:<c@d>",
        "<a@b.c>",
        "a@.." + "ä",
    ],
)
def test_what_cannot_be_an_address(address: str) -> None:
    with pytest.raises(BadInput, match="No mail can be sent"):
        mime.ascii_address(address)
