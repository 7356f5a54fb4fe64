"""An edition → a compiled message; a compiled message and one reader → the final bytes.

    edition ─ letter ─→ Letter ─ compile ─→ Compiled ─ splice(recipient) ─→ bytes
                                  once                 once for each reader

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
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import NamedTuple

from syndicate.audience import links
from syndicate.lib import mime, tokens
from syndicate.lib.config import site
from syndicate.lib.errors import ConfigError
from syndicate.mail.links import view_url
from syndicate.mail.models import Edition, Newsletter
from syndicate.mail.placeholders import PLACEHOLDERS
from syndicate.mail.render import Rendered

MESSAGE_ID = "message-id"  # the token's purpose: edition, seq

_SLOTS = re.compile("|".join(map(re.escape, PLACEHOLDERS.values())))
_FIELDS = {placeholder: field for field, placeholder in PLACEHOLDERS.items()}


@dataclass(frozen=True)
class Letter:
    """What a mail says and who says it: the same for every reader.

    *html* and *text* may hold render's placeholders. *envelope*: where bounces go.
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

    @property
    def domain(self) -> str:
        """The right side of its Message-IDs."""
        return self.from_address.rpartition("@")[2]


class Recipient(NamedTuple):
    """One reader of one edition; *seq* is the Delivery's, *email* and *name* as they gave them."""

    seq: int
    email: str
    name: str
    subscriber_id: int
    subscription_id: int


@dataclass(frozen=True)
class Compiled:
    """A message with holes. *slots* says which value goes to which place of *pieces*."""

    envelope: str
    edition_id: int
    pieces: tuple[bytes, ...]
    slots: tuple[tuple[int, str], ...]

    def splice(self, recipient: Recipient) -> bytes:
        """The mail for one reader, ready for the wire. Raises BadInput for an unusable address."""
        return self.fill(_values(self.edition_id, recipient))

    def fill(self, values: Mapping[str, bytes]) -> bytes:
        """The mail with *values* put in."""
        pieces = list(self.pieces)
        for place, key in self.slots:
            pieces[place] = values[key]
        return b"".join(pieces)


def compile(edition: Edition) -> Compiled:
    """Make *edition* ready for splicing. Raises ConfigError when nobody is set to send it."""
    rendered = Rendered(edition.subject, edition.preheader, edition.html, edition.text)
    made = letter(edition.newsletter, rendered, edition.started_at or edition.composed_at)
    here = {"view_url": view_url(edition)}
    made = dataclasses.replace(
        made,
        html=_put(made.html, {k: htmllib.escape(v) for k, v in here.items()}),
        text=_put(made.text, here),
        headers=_list_headers(edition, made.domain),
    )
    return _compile(made, edition.pk, one_click=True)


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
        envelope=config.mail.bounce_address or address,
    )


def sender(own: str = "") -> str:
    """The address in From: a newsletter's *own*, or the site's."""
    address = own or site().mail.from_address
    if not address:
        raise ConfigError("M001", "No From address is set.", "Set mail.from_address.")
    return mime.ascii_address(address)


def single(letter: Letter, email: str, name: str = "", *, key: str) -> bytes:
    """One mail that stands in no ledger: a test, a confirmation.

    *key* (letters, digits, ``-_.``) makes its Message-ID: equal keys, equal ids.
    """
    values = {"to": mime.mailbox(name, mime.ascii_address(email)), "message_id": key.encode()}
    return _compile(letter, 0, one_click=False).fill(values)


def _compile(letter: Letter, edition_id: int, *, one_click: bool) -> Compiled:
    """The pieces in order: headers, text part, HTML part; an empty piece for each slot."""
    boundary = _boundary(letter)
    pieces: list[bytes] = []
    slots: list[tuple[int, str]] = []

    def slot(key: str) -> None:
        slots.append((len(pieces), key))
        pieces.append(b"")

    pieces.append(_top(letter) + b"To: ")
    slot("to")
    pieces.append(b"\r\nMessage-ID: <")
    slot("message_id")
    pieces.append(f"@{letter.domain}>\r\n".encode("ascii"))
    if one_click:
        # On one line and never encoded, whatever its length: mailbox providers look for "<https".
        pieces.append(b"List-Unsubscribe: <")
        slot("one_click")
        pieces.append(b">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")
    pieces.append(_multipart(boundary))
    for kind, body in (("plain", letter.text), ("html", letter.html)):
        pieces.append(_part(boundary, kind))
        _body(kind, body, pieces.append, slot)
    pieces.append(f"\r\n--{boundary}--\r\n".encode("ascii"))
    return Compiled(mime.ascii_address(letter.envelope), edition_id, tuple(pieces), tuple(slots))


def _body(
    kind: str, body: str, constant: Callable[[bytes], None], slot: Callable[[str], None]
) -> None:
    """Constant segments and values in turn; each ends with a soft break, but for the last."""
    at = 0
    for found in _SLOTS.finditer(body):
        constant(_segment(body[at : found.start()]))
        slot(f"{kind}:{_FIELDS[found[0]]}")
        at = found.end()
    constant(mime.quoted(body[at:]))


def _segment(text: str) -> bytes:
    """*text*, with what comes next on a line of its own."""
    lines = mime.quoted(text)
    return lines if not lines or lines.endswith(mime.CRLF) else lines + b"=\r\n"


def _values(edition_id: int, recipient: Recipient) -> dict[str, bytes]:
    """What goes into each slot, encoded for its place."""
    own = {
        "name": mime.one_line(recipient.name),
        "email": recipient.email,
        "unsubscribe_url": links.unsubscribe_url(recipient.subscription_id),
        "preferences_url": links.preferences_url(recipient.subscriber_id),
    }
    values = {f"plain:{field}": _segment(text) for field, text in own.items()}
    values |= {f"html:{field}": _segment(htmllib.escape(text)) for field, text in own.items()}
    values["to"] = mime.mailbox(recipient.name, mime.ascii_address(recipient.email))
    values["message_id"] = tokens.sign(MESSAGE_ID, edition_id, recipient.seq).encode("ascii")
    values["one_click"] = links.one_click_url(recipient.subscription_id).encode("ascii")
    return values


def _top(letter: Letter) -> bytes:
    """The headers that are the same for everybody."""
    lines = [
        mime.header("Date", format_datetime(letter.date.astimezone(UTC))),
        b"From: " + mime.mailbox(letter.from_name, letter.from_address) + mime.CRLF,
        mime.header("Subject", letter.subject),
    ]
    if letter.reply_to:
        lines.append(b"Reply-To: " + mime.ascii_address(letter.reply_to).encode() + mime.CRLF)
    lines += [mime.header(name, value) for name, value in letter.headers]
    # Asks vacation programs not to answer (RFC 3834).
    lines.append(mime.header("Auto-Submitted", "auto-generated"))
    return b"".join(lines)


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
