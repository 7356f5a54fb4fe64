"""A finished mail, taken apart again: what a sending service wants to know of it one by one.

    bytes ─ the standard library ─→ Parts(sender, to, subject, text, html, headers …)

That costs half a millisecond, which is nothing beside a call to a service; and what a reader gets
is what SMTP would have brought, not something rendered a second time.
"""

from __future__ import annotations

import email
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr
from typing import NamedTuple

# What a service writes itself, or is told by other means. It signs what it makes of the mail; a
# signature of ours would be one that does not hold.
_OWN = frozenset(
    {"from", "to", "subject", "reply-to", "date", "message-id", "mime-version", "content-type",
     "dkim-signature"}
)  # fmt: skip


class Parts(NamedTuple):
    """One mail. *headers*: all that are not told elsewhere here, each once, as they stand."""

    sender: str  # Name <address>, letters of all scripts
    bounces: str  # where returned mail goes
    name: str
    address: str
    reply_to: str
    subject: str
    text: str
    html: str
    message_id: str  # with its angle brackets
    headers: dict[str, str]


def parts(raw: bytes, bounces: str, address: str) -> Parts:
    """What *raw*, a mail of ours, is made of; its envelope says *bounces* and *address*."""
    message = email.message_from_bytes(raw)
    bodies = {part.get_content_type(): _text(part) for part in message.walk()}
    others = {name: _line(value) for name, value in message.items() if name.lower() not in _OWN}
    return Parts(
        sender=mailbox(*_person(message["From"])),
        bounces=bounces,
        name=_person(message["To"])[0],
        address=address,
        reply_to=_line(message["Reply-To"] or ""),
        subject=_words(message["Subject"] or ""),
        text=bodies.get("text/plain", ""),
        html=bodies.get("text/html", ""),
        message_id=_line(message["Message-ID"] or ""),
        headers=others,
    )


def mailbox(name: str, address: str) -> str:
    """``"Name" <address>``, quoted so that no comma in the name makes two of it."""
    if not name:
        return address
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address}>'


def _person(value: str) -> tuple[str, str]:
    name, address = parseaddr(_line(value))
    return _words(name), address


def _words(value: str) -> str:
    """A header's text, its encoded words read."""
    return str(make_header(decode_header(_line(value))))


def _line(value: str) -> str:
    """A header as one line: folding is not part of what it says (RFC 5322, 2.2.3)."""
    return "".join(str(value).splitlines()).strip()


def _text(part: Message) -> str:
    raw = part.get_payload(decode=True)
    return raw.decode("utf-8").replace("\r\n", "\n") if isinstance(raw, bytes) else ""
