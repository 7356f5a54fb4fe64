"""Hands mail to an SMTP server.

    serve: more? ─→ connect ─ opening: EHLO, STARTTLS, AUTH ─→ dialogue: mails, until 100 of them
             ↑       about us: the way is closed                 about us, the reader, or what we
             └─────────────────── a fresh one ←──────────────────┘  wrote; after the dot: unknown

reply.py and refusal.py read what the server says, envelope.py writes what announces a mail;
opening.py and dialogue.py know the protocol and no socket, connection.py the sockets.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from contextlib import suppress
from functools import cached_property
from ipaddress import ip_address
from urllib.parse import urlsplit

from syndicate.lib.config import Smtp, site
from syndicate.lib.errors import ConfigError
from syndicate.mail.transports.base import Accepted, Work
from syndicate.mail.transports.connection import Line, connect
from syndicate.mail.transports.one import One, hand_over
from syndicate.mail.transports.refusal import unusable

SECURITY = ("starttls", "tls", "none")


class SmtpTransport:
    """``smtp.connections`` at once, each renewed after ``messages_per_connection``."""

    name = "smtp"

    def __init__(self, config: Smtp | None = None) -> None:
        self._smtp = config or site().smtp
        self.connections = self._smtp.connections

    async def serve(self, work: Work) -> None:
        """Live as one connection, or several in a row."""
        await self._serve(work, chunking=True)

    def send(self, sender: str, recipient: str, message: bytes) -> Accepted:
        """Hand over one mail, whatever its lines begin with."""
        one = One(sender, recipient, _stuffed(message))
        return hand_over(one, lambda work: self._serve(work, chunking=False))

    def check(self) -> None:
        """Connect and log in."""
        asyncio.run(self._visit())

    async def _visit(self) -> None:
        async with connect(self._line):
            pass

    async def _serve(self, work: Work, chunking: bool) -> None:
        while await work.more():
            async with connect(self._line) as connection:
                if not chunking:
                    connection.offers = connection.offers._replace(chunking=False)
                await connection.carry(work)

    # Where to -----------------------------------------------------------------------------------

    @cached_property
    def _line(self) -> Line:
        """The server, if we may use it as it is configured; asked for late, to fail late."""
        smtp = self._smtp
        if smtp.security not in SECURITY:
            raise ConfigError(
                "C008", f"smtp.security is {smtp.security!r}.", f"Known are: {', '.join(SECURITY)}."
            )
        if smtp.security == "none" and smtp.password and not _is_here(smtp.host):
            raise unusable(
                f"The password would travel to {smtp.host}:{smtp.port} in the clear.",
                'Set smtp.security to "starttls" or "tls".',
            )
        # Made once: reading the authorities' certificates takes milliseconds.
        trust = ssl.create_default_context() if smtp.security != "none" else None
        return Line(smtp, _our_name(), trust)


def _is_here(host: str) -> bool:
    """Whether that is this machine."""
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def _stuffed(message: bytes) -> bytes:
    """A dot more where a line begins with one (RFC 5321 §4.5.2), and a line end at the end."""
    if message.startswith(b".") or b"\r\n." in message:
        message = re.sub(rb"(?m)^\.", b"..", message)
    return message if message.endswith(b"\r\n") else message + b"\r\n"


def _our_name() -> str:
    """What we call ourselves: asking the name server for it can take a minute."""
    host = urlsplit(site().site.base_url).hostname or "localhost"
    try:
        return f"[{ip_address(host)}]"
    except ValueError:
        return host
