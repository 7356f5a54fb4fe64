"""Whatever the text: lines within bounds, nothing to stuff, and the parser reads it back."""

from __future__ import annotations

import html
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
    ("address", "wire", "needs_utf8"),
    [
        ("ada@example.org", "ada@example.org", False),
        ("o'brien=x@example.org", "o'brien=x@example.org", False),
        (f"{'a' * 60}@example.org", f"{'a' * 60}@example.org", False),
        ("ada@exämple.org", "ada@xn--exmple-cua.org", False),
        ("müller@exämple.org", "müller@xn--exmple-cua.org", True),
        ("用户@example.org", "用户@example.org", True),
    ],
)
def test_what_needs_smtputf8(address: str, wire: str, needs_utf8: bool) -> None:
    assert mime.wire_address(address) == (wire.encode(), needs_utf8)


@pytest.mark.parametrize(
    "address",
    ["ä\n@b.c", "ä b@c.d", "ä\u2028@b.c", "ä\u200b@b.c", "ä\ud800@b.c", "<ä@b.c>", "ä@b..c\r\nx"],
)
def test_what_cannot_be_an_address_in_any_script(address: str) -> None:
    with pytest.raises(BadInput, match="No mail can be sent"):
        mime.wire_address(address)


def test_an_address_that_needs_smtputf8_is_not_ascii() -> None:
    with pytest.raises(BadInput, match="No mail can be sent to “mü"):
        mime.ascii_address("müller@example.org")


@given(ANY)
@example(".x")
@example("From x")
@example("=é" * 40)
@example("x" * 73)
@example("x" * 74)
def test_a_value_stands_between_two_soft_breaks(text: str) -> None:
    lines = (mime.value(mime.one_line(text)) + b"=").split(b"\r\n")
    assert all(len(line) <= 76 and not line.startswith((b".", b"From ")) for line in lines)
    said = quopri.decodestring(b"before=\n" + b"\n".join(lines) + b"\nafter")
    assert said == f"before{mime.one_line(text)}after".encode("utf-8", "replace")


@given(st.text("Ab9 -._'=?é", max_size=45))
@example("From Ada")
@example("a" * 36)
def test_an_everyday_name_is_spelled_alike_everywhere(name: str) -> None:
    if mime.everyday_name(name):
        spellings = {name, mime.one_line(name), html.escape(name)}
        assert spellings == {name} and name.isascii()
        assert mime.value(name) == mime.quoted(name) == name.encode()
        assert mime.mailbox(name, b"a@b.c") == name.encode() + b" <a@b.c>"


@given(st.from_regex(mime.everyday_address.__self__, fullmatch=True))
def test_an_everyday_address_is_spelled_alike_everywhere(address: str) -> None:
    wire = address.encode("ascii")
    assert mime.wire_address(address) == (wire, False) and html.escape(address) == address
    assert mime.value(address) == mime.quoted(address) == wire
    assert mime._ADDRESS.fullmatch(address)


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
