"""The commands that announce a mail: MAIL and RCPT, and DATA where the body follows it.

Our bodies are quoted-printable, so 7bit: BODY=8BITMIME (RFC 6152) is never needed.
"""

from __future__ import annotations

from collections.abc import Sequence

from syndicate.lib.errors import BadInput
from syndicate.mail.replies import Kind
from syndicate.mail.transports.base import Mail, Refused
from syndicate.mail.transports.opening import Offers
from syndicate.mail.transports.refusal import unsuitable


class Envelopes:
    """Writes them for one server."""

    def __init__(self, where: str, offers: Offers) -> None:
        self._where = where
        self._offers = offers
        self._pattern = b"MAIL FROM:<%b>%b\r\nRCPT TO:<%b>\r\n"
        if not offers.chunking:
            self._pattern += b"DATA\r\n"
        self._lines = self._pattern.count(b"\n")

    def write(self, mail: Mail) -> tuple[bytes, Sequence[bytes]] | Refused:
        """The envelope and the mail itself; or why this server would not take it."""
        parameters = b""
        try:
            content = mail.content()
        except BadInput as error:
            return Refused(error.message, hint=error.hint, kind=Kind.OTHER, permanent=True)
        if self._offers.sizes:
            octets = sum(map(len, content))
            if 0 < self._offers.size < octets:
                return self._too_large(octets)
            parameters = b" SIZE=%d" % octets
        if mail.needs_utf8:
            if not self._offers.utf8:
                return unsuitable(self._where, "does not take such addresses (SMTPUTF8)")
            parameters += b" SMTPUTF8"
        envelope = self._pattern % (mail.sender, parameters, mail.recipient)
        # An address must not become a command: a CR or an LF of its own would make a line more.
        if len(envelope.splitlines()) != self._lines:
            return unsuitable(self._where, "cannot be told such an address")
        return envelope, content

    def _too_large(self, octets: int) -> Refused:
        reason = f"takes mails of up to {self._offers.size} bytes, and this one has {octets}"
        return unsuitable(self._where, reason, Kind.FULL)
