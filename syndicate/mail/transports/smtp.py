"""Hands mail to an SMTP server, one command at a time, and knows how far each mail came.

    connect ─ EHLO ─ STARTTLS ─ AUTH ─┬─ MAIL ─ RCPT ─ DATA ─ the mail ─ on_dot ─ "." ─ 250
      about us: the lane is closed    └─ about us ─ about the reader ────┘         └ silence here:
                                                                                     unknown

All libraries raise the same error for a connection that breaks; only the stage tells whether the
mail may be sent again (RFC 1047).
"""

from __future__ import annotations

import re
import select
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from syndicate.lib.config import Smtp, site
from syndicate.lib.errors import ConfigError
from syndicate.lib.mime import one_line
from syndicate.mail.replies import Kind, Stage, judge
from syndicate.mail.transports.base import Accepted, Refused

# How long the server may think about a finished mail (RFC 5321 §4.5.3.2.6): giving up earlier
# makes copies, as it may well take the mail after all.
DOT_SECONDS = 600
SECURITY = ("starttls", "tls", "none")


class SmtpTransport:
    """One connection at a time, opened when needed, renewed after ``messages_per_connection``."""

    name = "smtp"

    def __init__(self, config: Smtp | None = None) -> None:
        self._config = config or site().smtp
        self._server: smtplib.SMTP | None = None
        self._taken = 0  # mails the present connection has seen
        self._aborted = False
        self._where = f"{self._config.host}:{self._config.port}"

    def send(
        self, sender: str, recipient: str, message: bytes, on_dot: Callable[[], None]
    ) -> Accepted:
        """Hand over one mail."""
        server = self._ready(sender)
        with self._at(Stage.RCPT):
            _must(server.rcpt(recipient))
        with self._at(Stage.DATA):
            _must(server.docmd("DATA"))
            _upload(server, message)
        self._tell(on_dot)
        with self._at(Stage.DOT):
            accepted = Accepted(*_must(_finish(server)))
        self._taken += 1
        if self._taken >= self._config.messages_per_connection:
            self._quit()
        return accepted

    def check(self) -> None:
        """Connect and log in."""
        self._connect()

    def abort(self) -> None:
        """Cut the connection."""
        self._aborted = True
        connection = self._server.sock if self._server else None
        if connection is not None:
            # The plain socket's own method: a TLS socket's would pull its state from under the
            # thread that reads from it.
            with suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._quit()

    # Connecting ------------------------------------------------------------------------------

    def _ready(self, sender: str) -> smtplib.SMTP:
        """A connection that has taken MAIL."""
        if self._server is not None:
            try:
                return self._mail(self._server, sender)
            except Refused as error:
                # Servers close idle connections, and after so many mails; a fresh one will tell.
                if error.kind is not Kind.LOST and error.code != 421:
                    raise
        return self._mail(self._connect(), sender)

    def _mail(self, server: smtplib.SMTP, sender: str) -> smtplib.SMTP:
        with self._at(Stage.MAIL):
            _must(server.mail(sender))
        return server

    def _connect(self) -> smtplib.SMTP:
        self._check()
        self._drop()
        self._taken = 0
        with self._at(Stage.CONNECT):
            server = self._server = self._dial()
            # The dot follows in a packet of its own, and must not wait for the other side to
            # acknowledge the mail (Nagle's algorithm: 40 ms each time).
            _wire(server).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._at(Stage.HELLO):
            server.ehlo_or_helo_if_needed()
            if self._config.security == "starttls":
                self._start_tls(server)
        if self._config.username:
            with self._at(Stage.AUTH):
                server.login(self._config.username, self._config.password)
        return server

    def _check(self) -> None:
        if self._aborted:
            raise self._lost(Stage.CONNECT, ConnectionAbortedError("we are stopping"))
        if self._config.security not in SECURITY:
            raise ConfigError(
                "C008",
                f"smtp.security is {self._config.security!r}.",
                f"Known are: {', '.join(SECURITY)}.",
            )
        if self._config.security == "none" and self._config.password and not self._is_here():
            raise self._unusable(
                f"The password would travel to {self._where} in the clear.",
                'Set smtp.security to "starttls" or "tls".',
            )

    def _dial(self) -> smtplib.SMTP:
        host, port, us = self._config.host, self._config.port, _our_name()
        patience = self._config.timeout_seconds
        if self._config.security == "tls":
            # Without a context of our own, smtplib trusts any certificate.
            trust = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port, us, timeout=patience, context=trust)
        return smtplib.SMTP(host, port, us, timeout=patience)

    def _start_tls(self, server: smtplib.SMTP) -> None:
        if not server.has_extn("starttls"):
            raise self._unusable(
                f"The mail server {self._where} offers no STARTTLS.",
                'Set smtp.security to "tls" (port 465), or, on this machine only, to "none".',
            )
        server.starttls(context=ssl.create_default_context())
        server.ehlo_or_helo_if_needed()

    def _is_here(self) -> bool:
        if self._config.host == "localhost":
            return True
        with suppress(ValueError):
            return ip_address(self._config.host).is_loopback
        return False

    # Talking ---------------------------------------------------------------------------------

    @contextmanager
    def _at(self, stage: Stage) -> Iterator[None]:
        """Turn what goes wrong here into Refused, and leave no connection that is half way."""
        try:
            yield
        except smtplib.SMTPResponseException as error:
            self._recover(stage, error.smtp_code)
            raise self._refused(stage, error.smtp_code, _text(error.smtp_error)) from error
        except (OSError, UnicodeError) as error:  # smtplib's own errors are OSErrors
            self._drop()
            raise self._lost(stage, error) from error

    def _tell(self, on_dot: Callable[[], None]) -> None:
        told = False
        try:
            on_dot()
            told = True
        finally:
            if not told:
                self._drop()  # without its dot, the server forgets the mail

    def _recover(self, stage: Stage, code: int) -> None:
        """Make the connection usable again after a no, or give it up."""
        if stage not in (Stage.RCPT, Stage.DATA, Stage.DOT) or code == 421:
            self._drop()
        elif self._server is not None and stage is not Stage.DOT:
            try:
                self._server.rset()
            except OSError:
                self._drop()

    def _quit(self) -> None:
        if self._server is not None:
            with suppress(OSError):
                self._server.quit()
        self._drop()

    def _drop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()

    # Words -----------------------------------------------------------------------------------

    def _refused(self, stage: Stage, code: int, text: str) -> Refused:
        verdict = judge(stage, code, text)
        about = "the login" if stage is Stage.AUTH else "mail" if verdict.everybody else "this mail"
        return Refused(
            f"The mail server {self._where} refused {about}: {code} {text}",
            kind=verdict.kind,
            permanent=verdict.permanent,
            code=code,
            reply=text,
            hint=verdict.hint,
            everybody=verdict.everybody,
        )

    def _lost(self, stage: Stage, error: Exception) -> Refused:
        """No answer, or none that could be used."""
        if isinstance(error, ssl.SSLCertVerificationError):
            return self._unusable(
                f"The certificate of {self._where} cannot be trusted: {error.verify_message}.",
                "Let smtp.host be the name in the certificate, issued by an authority that this "
                "machine trusts.",
            )
        if stage is Stage.AUTH and not isinstance(
            error, (smtplib.SMTPServerDisconnected, TimeoutError)
        ):
            return self._unusable(
                f"The login to {self._where} does not work: {error}",
                "Correct smtp.username, smtp.password or smtp.security, then start it again.",
            )
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return Refused(
            f"The mail server {self._where} gave no answer ({stage}): {reason}",
            kind=Kind.LOST,
            permanent=False,
            hint="Check smtp.host, smtp.port and smtp.security." if stage is Stage.CONNECT else "",
            everybody=stage in (Stage.CONNECT, Stage.HELLO, Stage.AUTH, Stage.MAIL),
            unknown=stage is Stage.DOT,
        )

    def _unusable(self, message: str, hint: str) -> Refused:
        return Refused(message, hint=hint, kind=Kind.SERVER, permanent=True, everybody=True)


def _must(answer: tuple[int, bytes]) -> tuple[int, str]:
    """The answer, if it is a yes; else SMTPResponseException."""
    code, raw = answer
    if not 200 <= code < 400:
        raise smtplib.SMTPResponseException(code, raw)
    return code, _text(raw)


def _upload(server: smtplib.SMTP, message: bytes) -> None:
    """All but the dot. A server that is heard before it has said no, or is gone."""
    wire = _wire(server)
    with suppress(OSError):
        wire.sendall(_stuffed(message))
        if not select.select([wire], [], [], 0)[0]:
            return
    answer = server.getreply()
    server.close()  # in the middle of a mail, no command can follow
    _must(answer)
    raise smtplib.SMTPServerDisconnected("it answered before the end of the mail")


def _finish(server: smtplib.SMTP) -> tuple[int, bytes]:
    """The dot, and the patience that it needs."""
    wire = _wire(server)
    usual = wire.gettimeout()
    wire.settimeout(DOT_SECONDS)
    wire.sendall(b".\r\n")
    answer = server.getreply()
    wire.settimeout(usual)
    return answer


def _wire(server: smtplib.SMTP) -> socket.socket:
    if server.sock is None:
        raise smtplib.SMTPServerDisconnected("the connection is closed")
    return server.sock


def _stuffed(message: bytes) -> bytes:
    """A dot more where a line begins with one (RFC 5321 §4.5.2), and a line end at the end."""
    if message.startswith(b".") or b"\r\n." in message:
        message = re.sub(rb"(?m)^\.", b"..", message)
    return message if message.endswith(b"\r\n") else message + b"\r\n"


def _text(raw: bytes | str) -> str:
    """A reply on one line, not too long for a ledger."""
    text = raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
    return one_line(text)[:500]


def _our_name() -> str:
    """What we call ourselves: asking the name server for it can take a minute."""
    host = urlsplit(site().site.base_url).hostname or "localhost"
    try:
        return f"[{ip_address(host)}]"
    except ValueError:
        return host
