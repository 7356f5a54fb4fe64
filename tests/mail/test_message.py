"""One compiled edition, many readers: each mail is whole, and as mailbox providers want it."""

from __future__ import annotations

import re
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from syndicate.lib import tokens
from syndicate.lib.errors import BadInput
from syndicate.mail.message import Compiled, Recipient, compile, letter, single
from syndicate.mail.models import Edition
from syndicate.mail.placeholders import PLACEHOLDERS
from syndicate.mail.render import Rendered
from syndicate.mail.splice import MESSAGE_ID
from tests import rows

P = PLACEHOLDERS
HTML = f"""<html><body><p>Dear {P["name"]},</p>
.<p>Tide tables = {"x" * 90} für alle</p>
From the pier: <a href="{P["view_url"]}">browser</a> <a href="{P["preferences_url"]}">choose</a>
<a href="{P["unsubscribe_url"]}">leave</a> {P["email"]}</body></html>"""
TEXT = f"Dear {P['name']},\n.\nFrom the pier\n{P['unsubscribe_url']}"


def edition(**values: object) -> Edition:
    """As start leaves it, but in memory."""
    newsletter = rows.Newsletter(name="Weekly", slug="weekly")
    newsletter.list = rows.MailingList(name="Readers", slug="readers")
    given_: dict[str, object] = {
        "pk": 7,
        "key": "abc",
        "newsletter": newsletter,
        "subject": "A new pier für alle",
        "html": HTML,
        "text": TEXT,
        "composed_at": rows.NOON,
        "started_at": rows.NOON,
    }
    return Edition(**given_ | values)


def reader(name: str = "Ada", email: str = "ada@example.org", seq: int = 1) -> Recipient:
    return Recipient(seq, email, name, subscriber_id=11, subscription_id=12)


def parse(raw: bytes) -> EmailMessage:
    return cast(EmailMessage, message_from_bytes(raw, policy=policy.SMTP))


def body(raw: bytes, kind: str) -> str:
    part = parse(raw).get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_each_part_says_what_was_rendered() -> None:
    raw = compile(edition()).splice(reader("Ada <Quay> & Co"))
    assert body(raw, "plain").startswith("Dear Ada <Quay> & Co,\r\n.\r\nFrom the pier\r\nhttps://")
    html = body(raw, "html")
    assert "Dear Ada &lt;Quay&gt; &amp; Co,</p>\r\n.<p>Tide tables = xxx" in html
    assert "für alle" in html and "ada@example.org</body></html>" in html
    assert 'href="https://news.harbour.example.org/archive/abc"' in html
    assert "syndicate0slot" not in html + body(raw, "plain")


def test_every_header_stands_once() -> None:
    message = parse(compile(edition()).splice(reader()))
    assert len(message.keys()) == len(set(message.keys()))
    assert message["From"] == "The Harbour Review <news@harbour.example.org>"
    assert message["To"] == "Ada <ada@example.org>"
    assert message["Subject"] == "A new pier für alle"
    assert message["Reply-To"] == "hello@harbour.example.org"
    assert message["Date"] == "Mon, 23 Nov 2026 12:00:00 +0000"
    assert message["List-Id"] == "<readers.harbour.example.org>"
    assert re.fullmatch(r"7:readers:newsletter:[0-9a-f]{12}", message["Feedback-ID"])
    assert message["Auto-Submitted"] == "auto-generated"


def test_one_click_unsubscription_stands_bare_on_one_line() -> None:
    raw = compile(edition()).splice(reader())
    line = next(line for line in raw.split(b"\r\n") if line.startswith(b"List-Unsubscribe:"))
    assert re.fullmatch(rb"List-Unsubscribe: <https://[^ <>]+/o/[\w-]+>", line)
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    # The address in the header is in no part: a scanner that follows links never finds it.
    assert raw.count(b"/o/") == 1


def test_the_message_id_is_the_same_for_every_try_and_names_the_delivery() -> None:
    compiled = compile(edition())
    first, again = compiled.splice(reader(seq=5)), compile(edition()).splice(reader(seq=5))
    assert first == again
    assert parse(compiled.splice(reader(seq=6)))["Message-ID"] != parse(first)["Message-ID"]
    token = str(parse(first)["Message-ID"]).strip("<>").partition("@")[0]
    assert tokens.read(MESSAGE_ID, token) == (7, 5)


NAMES = st.text(max_size=120)


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    return compile(edition())


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NAMES)
@example("")
@example(".")
@example("x\r\nBcc: everybody@example.org")
@example("\r\n.\r\nMAIL FROM:<a@b>")
@example("Zoë 🧑‍🚀" * 12)
@example("=3D=\r\n")
def test_any_name_leaves_the_mail_whole(compiled: Compiled, name: str) -> None:
    raw = compiled.splice(reader(name))
    assert raw.isascii() and b"\0" not in raw
    lines = raw.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    # RFC 5321: nothing over 998; nothing that SMTP would have to stuff.
    assert all(len(line) <= 998 and not line.startswith(b".") for line in lines)
    message = parse(raw)
    assert len(message.keys()) == len(set(message.keys())) == 13
    assert not message.defects and not any(part.defects for part in message.walk())
    shown = " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", name).split())
    shown = shown.encode("utf-8", "replace").decode()
    assert body(raw, "plain").startswith(f"Dear {shown},")


def test_an_address_that_cannot_be_written_to() -> None:
    with pytest.raises(BadInput, match="No mail can be sent to “a b"):
        compile(edition()).splice(reader(email="a b@example.org"))


def test_an_address_that_needs_smtputf8_stands_in_to_as_it_is() -> None:
    raw = compile(edition()).splice(reader(email="müller@exämple.org"))
    assert "\r\nTo: Ada <müller@xn--exmple-cua.org>\r\n".encode() in raw
    assert "müller@exämple.org</body>" in body(raw, "html")


def test_a_single_mail_has_no_list_headers(now: datetime) -> None:
    rendered = Rendered("[Test] Pier", "", "<p>Hello</p>", "Hello")
    raw = single(letter(edition().newsletter, rendered, now), "ed@example.org", key="test.1")
    message = parse(raw)
    assert message["Message-ID"] == "<test.1@harbour.example.org>"
    assert message["List-Unsubscribe"] is None and message["To"] == "ed@example.org"
    assert body(raw, "html") == "<p>Hello</p>"
