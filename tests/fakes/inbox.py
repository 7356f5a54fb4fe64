"""A mail server on 127.0.0.1 that keeps what it is sent, and misbehaves when told to.

    with Inbox() as inbox:
        inbox.refuse("gone@example.org")        550 to RCPT
        inbox.defer("grey@example.org", times=1)  451 to RCPT, once
        inbox.answer("mail", 421, "4.3.2 shutting down", times=1)
        inbox.drop_at("dot")                    takes the mail, closes without a word
        inbox.require_login("ada", "secret")
        inbox.messages                          what arrived, in order: the judge's list

``Inbox(web=True)`` also shows the mails as a web page (``web_url``).
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from tests.fakes.certificate import self_signed
from tests.fakes.inbox_page import InboxPage

STAGES = ("connect", "ehlo", "auth", "mail", "rcpt", "data", "dot")


@dataclass(frozen=True)
class Mail:
    """One mail for one recipient, as it came over the wire."""

    sender: str
    recipient: str
    raw: bytes
    at: datetime
    answered: bool  # False: we took it and then fell silent

    @cached_property
    def message(self) -> EmailMessage:
        """Parsed by the standard library."""
        return cast(EmailMessage, message_from_bytes(self.raw, policy=policy.SMTP))

    @property
    def subject(self) -> str:
        """Decoded."""
        return str(self.message["Subject"])

    @property
    def html(self) -> str:
        """The HTML part, decoded; empty if there is none."""
        return self._part("html")

    @property
    def text(self) -> str:
        """The plain part, decoded; empty if there is none."""
        return self._part("plain")

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return "" if part is None else str(part.get_content())


@dataclass
class Fault:
    """What to do at a stage: answer, drop, or wait; *times* of them are left (None: always)."""

    stage: str
    reply: str = ""
    drop: bool = False
    keep: bool = True  # dot: the mail arrived all the same
    seconds: float = 0.0
    address: str = ""
    times: int | None = None


class Inbox:
    """Starts on entering, ends on leaving; ``port`` is free before and fixed from then on."""

    def __init__(self, port: int = 0, web: bool = False, web_port: int = 0) -> None:
        self.host, self.port = "127.0.0.1", port
        self.messages: list[Mail] = []
        self.connections = 0  # how many were ever opened
        self.certificate: Path | None = None
        self._faults: list[Fault] = []
        self._login: tuple[str, str] | None = None
        self._tls: ssl.SSLContext | None = None
        self._implicit = False
        self._lock = threading.Lock()
        self._talks: set[Talk] = set()
        self._folder = TemporaryDirectory()
        self._page = InboxPage(self, web_port) if web else None

    # What it is told to do ---------------------------------------------------------------------

    def refuse(
        self, address: str, code: int = 550, text: str = "5.1.1 No such user", stage: str = "rcpt"
    ) -> None:
        """Answer *code* whenever *address* is named (or, at "dot", once its mail is complete)."""
        self._add(Fault(stage, reply=f"{code} {text}", address=address.lower()))

    def defer(
        self,
        address: str,
        code: int = 451,
        text: str = "4.7.1 Greylisted, try again later",
        times: int | None = None,
    ) -> None:
        """Put *address* off, for ever or *times* times."""
        self._add(Fault("rcpt", f"{code} {text}", address=address.lower(), times=times))

    def answer(self, stage: str, code: int, text: str, times: int | None = None) -> None:
        """Answer so at *stage*, whoever it is for."""
        self._add(Fault(stage, reply=f"{code} {text}", drop=code == 421, times=times))

    def drop_at(self, stage: str, times: int | None = 1, keep: bool = True) -> None:
        """Close the connection at *stage* without a word; *keep*: a mail at "dot" arrived."""
        self._add(Fault(stage, drop=True, keep=keep, times=times))

    def stall(self, seconds: float, stage: str = "dot", times: int | None = None) -> None:
        """Wait so long before answering at *stage*."""
        self._add(Fault(stage, seconds=seconds, times=times))

    def require_login(self, user: str, password: str) -> None:
        """Take no mail without this login."""
        self._login = (user, password)

    def starttls(self) -> Path:
        """Offer STARTTLS; returns the certificate, which a client may be told to trust."""
        self._tls, self.certificate = self_signed(Path(self._folder.name))
        return self.certificate

    def tls(self) -> Path:
        """Speak TLS from the first byte. Before entering."""
        self._implicit = True
        return self.starttls()

    def heal(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._faults.clear()

    # What it knows -----------------------------------------------------------------------------

    @property
    def web_url(self) -> str:
        """Where the mails can be read, with ``web=True``."""
        if self._page is None:
            raise RuntimeError("Inbox(web=True) shows a page; this one does not")
        return self._page.url

    @property
    def recipients(self) -> list[str]:
        """To whom mail came, in order of arrival, as often as it came."""
        return [mail.recipient for mail in self.messages]

    def to(self, address: str) -> list[Mail]:
        """The mails that *address* got."""
        return [mail for mail in self.messages if mail.recipient.lower() == address.lower()]

    # Starting and ending -----------------------------------------------------------------------

    def __enter__(self) -> Inbox:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="inbox", daemon=True)
        self._thread.start()
        self.port = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        if self._page is not None:
            self._page.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._page is not None:
            self._page.stop()
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
        self._folder.cleanup()

    async def _listen(self) -> int:
        self._server = await self._loop.create_server(
            self._talk, self.host, self.port, ssl=self._tls if self._implicit else None
        )
        return int(self._server.sockets[0].getsockname()[1])

    async def _close(self) -> None:
        self._server.close()
        for talk in list(self._talks):
            talk.cut()
        running = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await asyncio.sleep(0)  # lets the cut connections be told
        await self._server.wait_closed()

    def _talk(self) -> SMTP:
        tls = None if self._implicit else self._tls
        login = {"authenticator": self.check, "auth_require_tls": tls is not None}
        return Talk(self, hostname="inbox.example", loop=self._loop, tls_context=tls, **login)

    # What a connection asks --------------------------------------------------------------------

    @property
    def wants_login(self) -> bool:
        """Whether :meth:`require_login` was called."""
        return self._login is not None

    def check(self, *given: Any) -> AuthResult:
        """Whether the login is right; aiosmtpd calls this."""
        data: LoginPassword = given[-1]
        right = (data.login.decode(), data.password.decode()) == self._login
        return AuthResult(success=right, handled=False)

    def fault(self, stage: str, address: str = "") -> Fault | None:
        """The first fault that applies here; one of its times is used up."""
        with self._lock:
            for fault in self._faults:
                if fault.stage == stage and fault.address in ("", address.lower()):
                    self._use_up(fault)
                    return fault
        return None

    def opened(self, talk: Talk) -> None:
        """A connection has come."""
        self.connections += 1
        self._talks.add(talk)

    def closed(self, talk: Talk) -> None:
        """A connection has gone."""
        self._talks.discard(talk)

    def take(self, sender: str, recipients: list[str], raw: bytes, answered: bool) -> None:
        """Keep a mail: one for each recipient."""
        now = datetime.now(UTC)
        with self._lock:
            self.messages += [Mail(sender, to, raw, now, answered) for to in recipients]

    def _add(self, fault: Fault) -> None:
        if fault.stage not in STAGES:
            raise ValueError(f"no stage {fault.stage}: {', '.join(STAGES)}")
        with self._lock:
            self._faults.append(fault)

    def _use_up(self, fault: Fault) -> None:
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self._faults.remove(fault)


class Talk(SMTP):
    """One connection: asks the inbox at each stage whether to misbehave."""

    def __init__(self, inbox: Inbox, **options: Any) -> None:
        self._inbox = inbox
        super().__init__(self, **options)

    def connection_made(self, transport: Any) -> None:
        """Told by asyncio, and again after STARTTLS."""
        if self.transport is None:
            self._inbox.opened(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Told by asyncio."""
        self._inbox.closed(self)
        super().connection_lost(error)

    def cut(self) -> None:
        """End it at once."""
        if self.transport is not None:
            cast(Any, self.transport).abort()

    async def _handle_client(self) -> None:
        if not await self._misbehaves("connect"):
            await super()._handle_client()

    async def smtp_EHLO(self, hostname: str) -> None:
        """Stage "ehlo"."""
        if not await self._misbehaves("ehlo"):
            await super().smtp_EHLO(hostname)

    async def smtp_AUTH(self, arg: str) -> None:
        """Stage "auth"."""
        if not await self._misbehaves("auth"):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:
        """Stage "mail"; the login that was asked for must have come before."""
        if self._inbox.wants_login and not cast(Any, self.session).authenticated:
            await self.push("530 5.7.0 Authentication required")
        elif not await self._misbehaves("mail"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        """Stage "rcpt"."""
        address = (arg or "").partition("<")[2].partition(">")[0]
        if not await self._misbehaves("rcpt", address):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        """Stage "data"."""
        if not await self._misbehaves("data"):
            await super().smtp_DATA(arg)

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        """Stage "dot": the mail is complete."""
        fault = self._inbox.fault("dot", envelope.rcpt_tos[0]) or Fault("dot")
        silent = fault.drop and not fault.reply
        if fault.keep and not fault.reply:
            raw = bytes(envelope.original_content)
            self._inbox.take(envelope.mail_from, envelope.rcpt_tos, raw, not silent)
        # Kept first: a client that leaves while we think has sent it all the same.
        await asyncio.sleep(fault.seconds)
        if silent:
            await self._hang_up()
        return fault.reply or "250 2.0.0 Ok: queued"

    async def _misbehaves(self, stage: str, address: str = "") -> bool:
        fault = self._inbox.fault(stage, address)
        if fault is None:
            return False
        await asyncio.sleep(fault.seconds)
        if fault.reply:
            await self.push(fault.reply)
        if fault.drop:
            await self._hang_up()
        elif stage == "connect" and fault.reply:
            self._writer.close()
        return bool(fault.reply or fault.drop)

    async def _hang_up(self) -> None:
        """Close after what was said; the task ends when the connection does."""
        self._writer.close()
        await asyncio.sleep(3600)
