"""An edition → a compiled message; a compiled message and one reader → the final bytes.

    edition ─ letter ─→ Letter ─ compile ─→ Compiled ─ splice(recipient) ─→ bytes
                                  once                 once for each reader (mail.splice)

All that is the same for everybody is encoded once. A value stands on a soft-broken line of its
own (``=CRLF value =CRLF``), so that it can be put in without looking at what stands around it.

Each mail has what the large mailbox providers ask of bulk senders: one-click unsubscription
(RFC 8058), List-Id (RFC 2919), one of each header, lines within bounds. The Message-ID is the same
for every try of one Delivery, so that a mail that came twice after all is shown once.
"""

from __future__ import annotations

import dataclasses
import hashlib
import html as htmllib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from syndicate.audience import links
from syndicate.lib import mime
from syndicate.lib.config import site
from syndicate.lib.errors import ConfigError
from syndicate.mail import dkim, envelope, subject
from syndicate.mail.envelope import read_bounce
from syndicate.mail.links import view_url
from syndicate.mail.models import Edition, Newsletter
from syndicate.mail.placeholders import PLACEHOLDERS
from syndicate.mail.render import Rendered
from syndicate.mail.splice import Compiled, Layout, Recipient, Value, Weave, Weaves

__all__ = [
    "Compiled", "Letter", "Recipient", "compile", "letter", "read_bounce", "sender", "single",
]  # fmt: skip

# What stands for each placeholder that is a value by itself, in text and in HTML.
_WORDS = {
    PLACEHOLDERS["name"]: (Value.NAME, Value.NAME_HTML),
    PLACEHOLDERS["email"]: (Value.EMAIL, Value.EMAIL_HTML),
}
# And for each that is a link.
_LINKS = {
    PLACEHOLDERS["unsubscribe_url"]: (links.UNSUBSCRIBE, Value.UNSUBSCRIBE),
    PLACEHOLDERS["preferences_url"]: (links.PREFERENCES, Value.PREFERENCES),
}
_SLOTS = re.compile("|".join(map(re.escape, (*_WORDS, *_LINKS))))


@dataclass(frozen=True)
class Letter:
    """What a mail says and who says it: the same for every reader.

    *html* and *text* may hold render's placeholders. *personal*: the subject for readers who gave
    a name, with its placeholder in it. *envelope*: where bounces go.
    """

    from_name: str
    from_address: str
    reply_to: str
    subject: str
    html: str
    text: str
    date: datetime
    envelope: str
    headers: tuple[tuple[str, str], ...] = ()
    personal: str = ""

    @property
    def domain(self) -> str:
        """The right side of its Message-IDs."""
        return self.from_address.rpartition("@")[2]


def compile(edition: Edition) -> Compiled:
    """Make *edition* ready for splicing. Raises ConfigError when nobody is set to send it."""
    rendered = kept(edition)
    made = letter(edition.newsletter, rendered, edition.started_at or edition.composed_at)
    here = {"view_url": view_url(edition)}
    made = dataclasses.replace(
        made,
        html=_put(made.html, {k: htmllib.escape(v) for k, v in here.items()}),
        text=_put(made.text, here),
        headers=_list_headers(edition, made.domain),
    )
    return Compiled(edition.pk, _weaves(made), envelope.maker(made.from_address))


def kept(edition: Edition) -> Rendered:
    """What was rendered when *edition* started."""
    return Rendered(
        edition.subject, edition.preheader, edition.html, edition.text, edition.personal_subject
    )


def letter(newsletter: Newsletter | None, rendered: Rendered, date: datetime) -> Letter:
    """What *rendered* says, said by *newsletter*'s sender, or by the site's."""
    config, own = site(), newsletter or Newsletter()
    address = sender(own.from_address)
    return Letter(
        from_name=own.from_name or config.mail.from_name or config.publication.name,
        from_address=address,
        reply_to=own.reply_to or config.publication.contact,
        subject=rendered.subject,
        html=rendered.html,
        text=rendered.text,
        date=date,
        envelope=envelope.single(address),
        personal=rendered.personal,
    )


def sender(own: str = "") -> str:
    """The address in From: a newsletter's *own*, or the site's."""
    address = own or site().mail.from_address
    if not address:
        raise ConfigError("M001", "No From address is set.", "Set mail.from_address.")
    return mime.ascii_address(address)


def single(letter: Letter, email: str, name: str = "", *, key: str) -> bytes:
    """One mail that stands in no ledger: a test, a confirmation; signed, if we sign ourselves.

    *key* (letters, digits, ``-_.``) makes its Message-ID: equal keys, equal ids.
    """
    to = mime.mailbox(name, mime.wire_address(email)[0])
    said = mime.header("Subject", letter.subject)
    weave = Weave([_top(letter), said, *_TO_ADDRESS, *_rest(letter, one_click=False)])
    values = {Value.ADDRESS: to, Value.MESSAGE_ID: key.encode("ascii")}
    message = b"".join(weave.fill(tuple(values.get(value, b"") for value in Value)))
    sign = dkim.signer(site())
    return sign(message) + message if sign else message


_TO_ADDRESS: Layout = [b"To: ", Value.ADDRESS, mime.CRLF]
_TO_NAME: Layout = [b"To: ", Value.PHRASE, b"<", Value.ADDRESS, b">\r\n"]


def _weaves(letter: Letter) -> Weaves:
    """Three layouts; all but the first few headers are the same bytes in each."""
    top, rest = _top(letter), [*_rest(letter, one_click=True)]
    neutral = [mime.header("Subject", letter.subject)]
    unnamed = Weave([top, *neutral, *_TO_ADDRESS, *rest])
    if not letter.personal:
        named = Weave([top, *neutral, *_TO_NAME, *rest])
        return Weaves(unnamed, named, named)
    bare = subject.bare(letter.personal)
    encoded = subject.encoded(letter.personal)
    return Weaves(
        unnamed,
        Weave([top, *bare, *_TO_NAME, *rest]) if bare else None,
        Weave([top, *encoded, *_TO_NAME, *rest]),
    )


def _top(letter: Letter) -> bytes:
    """The headers that are the same for everybody."""
    address = letter.from_address.encode("ascii")
    lines = [
        mime.header("Date", format_datetime(letter.date.astimezone(UTC))),
        b"From: " + mime.mailbox(letter.from_name, address) + mime.CRLF,
    ]
    if letter.reply_to:
        lines.append(b"Reply-To: " + mime.ascii_address(letter.reply_to).encode() + mime.CRLF)
    lines += [mime.header(name, value) for name, value in letter.headers]
    # Asks vacation programs not to answer (RFC 3834).
    lines.append(mime.header("Auto-Submitted", "auto-generated"))
    return b"".join(lines)


def _rest(letter: Letter, *, one_click: bool) -> Iterator[bytes | Value]:
    """What comes after Subject and To: a reader's own headers, text part, HTML part."""
    boundary = _boundary(letter)
    yield b"Message-ID: <"
    yield Value.MESSAGE_ID
    yield f"@{letter.domain}>\r\n".encode("ascii")
    if one_click:
        # On one line and never encoded, whatever its length: mailbox providers look for "<https".
        yield f"List-Unsubscribe: <{links.start(links.ONE_CLICK)}".encode("ascii")
        yield Value.ONE_CLICK
        yield b">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    yield _multipart(boundary)
    yield _part(boundary, "plain")
    yield from _body(letter.text, is_html=False)
    yield _part(boundary, "html")
    yield from _body(letter.html, is_html=True)
    yield f"\r\n--{boundary}--\r\n".encode("ascii")


def _body(body: str, *, is_html: bool) -> Iterator[bytes | Value]:
    """Constant segments and values in turn; a value stands between two soft breaks."""
    at = 0
    for found in _SLOTS.finditer(body):
        before = body[at : found.start()]
        if link := _LINKS.get(found[0]):
            purpose, value = link
            start = links.start(purpose)
            before += htmllib.escape(start) if is_html else start
        else:
            value = _WORDS[found[0]][is_html]
        yield _segment(before)
        yield value
        yield b"=\r\n"
        at = found.end()
    yield mime.quoted(body[at:])


def _segment(text: str) -> bytes:
    """*text*, with what comes next on a line of its own."""
    lines = mime.quoted(text)
    return lines if not lines or lines.endswith(mime.CRLF) else lines + b"=\r\n"


def _list_headers(edition: Edition, domain: str) -> tuple[tuple[str, str], ...]:
    """List-Id names the list for filters, Feedback-ID the edition for Gmail's reports: the sender's
    part of it is 5 to 15 letters and stays the same for ever."""
    slug = edition.newsletter.list.slug
    us = hashlib.sha256(domain.encode()).hexdigest()[:12]
    return (
        ("List-Id", f"<{slug}.{domain}>"),
        ("Feedback-ID", f"{edition.pk}:{slug}:newsletter:{us}"),
    )


def _multipart(boundary: str) -> bytes:
    return (
        f'MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n'
    ).encode("ascii")


def _part(boundary: str, kind: str) -> bytes:
    return (
        f"\r\n--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode("ascii")


def _boundary(letter: Letter) -> str:
    """ "=_" never stands in quoted-printable; the same letter always has the same boundary."""
    said = f"{letter.subject}\0{letter.text}\0{letter.html}"
    return f"=_{hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()[:24]}"


def _put(body: str, values: Mapping[str, str]) -> str:
    for field, value in values.items():
        body = body.replace(PLACEHOLDERS[field], value)
    return body
