"""One compiled edition, many readers: each mail is whole, and as mailbox providers want it."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes, policy
from email.headerregistry import Address, AddressHeader
from email.message import EmailMessage
from functools import cache
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from syndicate.audience import links
from syndicate.lib import mime, tokens
from syndicate.lib.errors import BadInput
from syndicate.mail.envelope import DELIVERY
from syndicate.mail.links import view_url
from syndicate.mail.message import Compiled, Recipient, compile, kept, letter, single
from syndicate.mail.models import Edition
from syndicate.mail.placeholders import PLACEHOLDERS
from syndicate.mail.render import Rendered, Values, personalise
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
    as_started: dict[str, object] = {
        "pk": 7,
        "key": "abc",
        "newsletter": newsletter,
        "subject": "A new pier für alle",
        "html": HTML,
        "text": TEXT,
        "composed_at": rows.NOON,
        "started_at": rows.NOON,
    }
    return Edition(**as_started | values)


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
    mark = base64.urlsafe_b64decode(token)
    assert compiled.mark(5).startswith(mark) and int.from_bytes(mark[6:12], "big") == 5
    with pytest.raises(BadInput):  # who sees it cannot write the bounce address
        tokens.read(DELIVERY, token)


NAMES = st.text(max_size=120)
ADDRESSES = st.sampled_from([
    "ada@example.org", "o'brien&co=1@example.org", ".a+b@example.org", "müller@exämple.org",
    f"{'long' * 16}@{'x' * 60}.{'y' * 60}.example.org",
])  # fmt: skip
SUBJECTS = st.sampled_from([
    "", f"{P['name']}, a pier", f"A pier for {P['name']}", f"Für {P['name']}: ein Pier", P["name"],
    f"{P['name']} {P['name']}!", f"{'word ' * 40}{P['name']}{' word' * 10}", f"=?{P['name']}?=",
    ",".join([P["name"]] * 13),
])  # fmt: skip


@pytest.fixture(scope="module")
def compiled() -> Callable[[str], Compiled]:
    """An edition with this personal subject, compiled once."""
    return cache(lambda personal: compile(edition(personal_subject=personal)))


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(NAMES, ADDRESSES, SUBJECTS)
@example("", "ada@example.org", f"{P['name']}, a pier")
@example("Ada Lovelace", "ada@example.org", f"{P['name']}, a pier")
@example("From Ada", "ada@example.org", P["name"])
@example(".", ".a+b@example.org", P["name"])
@example("J. Smith, Jr.", "ada@example.org", f"{P['name']}, a pier")
@example("x\r\nBcc: everybody@example.org", "ada@example.org", P["name"])
@example("\r\n.\r\nMAIL FROM:<a@b>", "ada@example.org", P["name"])
@example("Zoë 🧑‍🚀" * 12, "ada@example.org", f"Für {P['name']}: ein Pier")
@example("a " * 60, "ada@example.org", ",".join([P["name"]] * 13))
@example("=3D=\r\n", "ada@example.org", "")
@example("a" * 120, "ada@example.org", f"{'word ' * 40}{P['name']}{' word' * 10}")
def test_a_mail_is_what_the_standard_library_would_write(
    compiled: Callable[[str], Compiled], name: str, email: str, personal: str
) -> None:
    raw = compiled(personal).splice(reader(name, email))
    assert_fit_for_the_wire(raw)
    ours, theirs = parse(raw), built(edition(personal_subject=personal), name, email)
    assert not ours.defects and not any(part.defects for part in ours.walk())
    assert len(ours.keys()) == len(set(ours.keys())) == 13
    assert ours["Subject"].strip() == theirs["Subject"].strip()
    assert addressed(ours["To"]) == addressed(theirs["To"])
    for kind in ("plain", "html"):
        assert text_of(ours, kind) == text_of(theirs, kind)


def assert_fit_for_the_wire(raw: bytes) -> None:
    """RFC 5321: no line over 998, nothing to stuff; RFC 2047: words of 75 in lines of 76."""
    head, _, rest = raw.partition(b"\r\n\r\n")
    assert rest.isascii() and b"\0" not in raw and raw.endswith(b"--\r\n")
    for line in raw.split(b"\r\n"):
        assert b"\n" not in line and b"\r" not in line and len(line) <= 998
        assert not line.startswith((b".", b"From "))
    assert all(len(line) <= 76 for line in rest.split(b"\r\n"))
    for line in head.split(b"\r\n"):
        words = re.findall(rb"=\?utf-8\?b\?\S*?\?=", line)
        assert line.strip() and all(len(word) <= 75 for word in words)
        assert not words or len(line) <= 76


def built(one: Edition, name: str, email: str) -> EmailMessage:
    """The same by other means: text replaced, then an EmailMessage."""
    name = mime.one_line(name).encode("utf-8", "replace").decode()
    values = Values(
        name, email, links.unsubscribe_url(12), links.preferences_url(11), view_url(one)
    )
    said, message = personalise(kept(one), values), EmailMessage(policy=policy.SMTP)
    address = mime.wire_address(email)[0].decode()
    local, _, domain = address.rpartition("@")
    message["To"] = Address(name, local, domain)
    message["Subject"] = said.subject
    message.set_content(said.text)
    message.add_alternative(said.html, subtype="html")
    return message


def addressed(header: AddressHeader) -> list[tuple[str, str]]:
    """Names and addresses. This parser puts blanks between the encoded words of a name, against
    RFC 2047 §6.2, and leaves what is UTF-8 (RFC 6532) as it came."""
    return [
        (one.display_name.replace(" ", ""), one.addr_spec.encode(errors="surrogateescape").decode())
        for one in header.addresses
    ]


def text_of(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n").removesuffix("\n")


def test_a_long_recipient_is_folded(compiled: Callable[[str], Compiled]) -> None:
    raw = compiled("").splice(reader("a" * 36, f"{'b' * 30}@{'c' * 28}.example.org"))
    assert b"\r\nTo: " + b"a" * 36 + b"\r\n <bbb" in raw


def test_a_base_address_of_any_kind_stands_in_html(configure: Callable[..., Any]) -> None:
    configure(site={"base_url": "https://example.org/a&copy=b"})
    raw = compile(edition()).splice(reader())
    assert f'"https://example.org/a&amp;copy=b/u/{links.unsubscribe_url(12)[-24:]}"' in body(
        raw, "html"
    )


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("", b"Subject: A new pier f"),
        ("Ada", b"Subject: Ada, a pier\r\n"),
        ("J. Smith", b"Subject: J. Smith, a pier\r\n"),
        ("Zoë", b"Subject: =?utf-8?b?Wm/Dqw==?=\r\n =?utf-8?b?LCBhIHBpZXI=?=\r\n"),
    ],
)
def test_the_name_in_the_subject(name: str, line: bytes) -> None:
    plain = "A new pier for all"
    one = edition(subject=plain, personal_subject=f"{P['name']}, a pier")
    assert line in compile(one).splice(reader(name))


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
