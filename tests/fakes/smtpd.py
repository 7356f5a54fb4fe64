"""A mail server on 127.0.0.1 that is a judge: fast, faulty when told to, and it writes down first.

    with Smtpd(log=folder / "judge.log") as server:
        server.answer("rcpt", 550, "5.1.1 No such user", to="gone@example.org")
        server.drop("dot", times=1)            takes the mail, writes it down, and hangs up
        server.stall("data", 30)               thinks so long
        server.drip(0.001)                     every reply, byte by byte
        server.say("mail", b"what?\\r\\n")       any bytes at all
        server.answer("body", 550, "no")       in the middle of a mail
        server.defer(0.3, seed=7)              454 for three mails of ten
        server.outage(60)                      nobody is let in, and all are thrown out
        server.accepted                        [(recipient, message_id, at)]: the verdict

A mail is in ``accepted``, and in the log file, before its final dot is answered; the file outlives
us. It does not read what the mails say: twenty thousand of them take a few seconds. How one
connection talks is in smtpd_talk.py.
"""

from __future__ import annotations

import asyncio
import os
import random
import ssl
import threading
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.fakes.certificate import self_signed
from tests.fakes.smtpd_talk import Talk

STAGES = ("connect", "ehlo", "helo", "starttls", "auth", "mail", "rcpt", "data", "body", "dot")


class Taken(NamedTuple):
    """A mail for one recipient whose final dot was seen; *at*: time.time()."""

    recipient: str
    message_id: str
    at: float


@dataclass
class Fault:
    """What happens at *stage*: first it waits, then it says something, then it may hang up."""

    stage: str
    says: bytes | None = None  # instead of what would be right
    drops: bool = False
    keeps: bool = True  # dropped at "dot": the mail was taken all the same
    seconds: float = 0.0
    to: str = ""  # only for this recipient
    times: int | None = None  # how often it still happens; None: always
    after: int = 0  # so often all is well first
    gap: float | None = None  # seconds between the bytes of what it says


class Smtpd:
    """Starts on entering, ends on leaving. *offers*: what EHLO says, STARTTLS and AUTH aside."""

    def __init__(
        self,
        *offers: str,
        log: Path | None = None,
        login: tuple[str, str] | None = None,
        mechanisms: str = "PLAIN LOGIN",
        security: str = "none",
        keep: bool = False,
        lenient: bool = False,
    ) -> None:
        self.host, self.port = "127.0.0.1", 0
        self.offers = offers or ("PIPELINING", "8BITMIME", "SMTPUTF8")
        self.login, self.mechanisms, self.security = login, mechanisms, security
        self.lenient = lenient  # 354 to DATA although no recipient was taken
        self.accepted: list[Taken] = []
        self.mails: list[bytes] | None = [] if keep else None
        self.heard: deque[bytes] = deque(maxlen=10_000)  # the latest commands
        self.connections = 0
        self.empty = 0  # dots without a recipient
        self.gap: float | None = None  # between two bytes of a reply
        self.certificate: Path | None = None
        self.tls: ssl.SSLContext | None = None
        self.talks: set[Talk] = set()
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._shut_until = 0.0
        self._random, self._share = random.Random(0), 0.0
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if log else None
        self._folder = TemporaryDirectory()
        if security != "none":
            self.tls, self.certificate = self_signed(Path(self._folder.name))

    # What it is told to do ---------------------------------------------------------------------

    def answer(
        self, stage: str, code: int, text: str, *, to: str = "", times: int | None = None,
        after: int = 0,
    ) -> None:  # fmt: skip
        """Say so at *stage*; a 421 hangs up afterwards."""
        says = b"%d %b\r\n" % (code, text.encode())
        self.add(Fault(stage, says, drops=code == 421, to=to, times=times, after=after))

    def say(self, stage: str, says: bytes, *, times: int | None = None) -> None:
        """Any bytes at all."""
        self.add(Fault(stage, says, times=times))

    def drop(
        self, stage: str, *, times: int | None = None, keeps: bool = True, to: str = "",
        after: int = 0,
    ) -> None:  # fmt: skip
        """Hang up without a word; *keeps*: a mail at "dot" was taken."""
        self.add(Fault(stage, drops=True, keeps=keeps, times=times, to=to, after=after))

    def stall(self, stage: str, seconds: float, *, times: int | None = None, to: str = "") -> None:
        """Wait before what would be right. At "dot" the mail has been written down before."""
        self.add(Fault(stage, seconds=seconds, times=times, to=to))

    def drip(self, gap: float = 0.0) -> None:
        """Every reply goes byte by byte, with *gap* seconds between."""
        self.gap = gap

    def defer(self, share: float, seed: int = 0) -> None:
        """454 to a share of all recipients, the same ones for the same seed."""
        self._random, self._share = random.Random(seed), share

    def outage(self, seconds: float) -> None:
        """Throw everybody out, and let nobody in."""
        self._shut_until = time.monotonic() + seconds
        self.throw_out()

    def throw_out(self) -> None:
        """Hang up on everybody."""
        self._loop.call_soon_threadsafe(self._throw_out)

    def heal(self) -> None:
        """All is well again."""
        with self._lock:
            self._faults.clear()
        self.gap, self._share, self._shut_until = None, 0.0, 0.0

    def add(self, fault: Fault) -> None:
        """Any fault."""
        if fault.stage not in STAGES:
            raise ValueError(f"no stage {fault.stage}: {', '.join(STAGES)}")
        with self._lock:
            self._faults.append(fault)

    # What it knows -----------------------------------------------------------------------------

    @property
    def recipients(self) -> list[str]:
        """Who got a mail, in order; twice who got two."""
        return [taken.recipient for taken in self.accepted]

    @staticmethod
    def read(log: Path) -> list[Taken]:
        """What a judge wrote down that may be gone by now."""
        lines = (line.split("\t") for line in log.read_text("utf-8").splitlines())
        return [Taken(recipient, message_id, float(at)) for at, recipient, message_id in lines]

    # Starting and ending -----------------------------------------------------------------------

    def __enter__(self) -> Smtpd:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="smtpd", daemon=True)
        self._thread.start()
        self.port = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
        self._folder.cleanup()
        if self._log is not None:
            os.close(self._log)

    async def _listen(self) -> int:
        tls = self.tls if self.security == "tls" else None
        self._server = await self._loop.create_server(
            lambda: Talk(self), self.host, self.port, ssl=tls, backlog=500
        )
        return int(self._server.sockets[0].getsockname()[1])

    async def _close(self) -> None:
        self._server.close()
        self._throw_out()
        while self.talks:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0)
        await self._server.wait_closed()

    def _throw_out(self) -> None:
        for talk in list(self.talks):
            talk.cut()

    # What a connection asks --------------------------------------------------------------------

    @property
    def shut(self) -> bool:
        """Whether nobody is let in."""
        return time.monotonic() < self._shut_until

    def fault(self, stage: str, to: str = "") -> Fault | None:
        """The first fault that applies here; one of its times is used up."""
        if not self._faults:
            return None
        with self._lock:
            for fault in self._faults:
                if fault.stage == stage and fault.to in ("", to):
                    if fault.after > 0:
                        fault.after -= 1
                        continue
                    self._use_up(fault)
                    return fault
        return None

    def deferred(self) -> bool:
        """Whether this one is put off."""
        return self._share > 0 and self._random.random() < self._share

    def take(self, recipients: list[str], mail: bytes | bytearray) -> None:
        """Write down a mail, whatever becomes of the answer."""
        at, message_id = time.time(), _message_id(mail)
        if self._log is not None:
            lines = (f"{at}\t{recipient}\t{message_id}\n" for recipient in recipients)
            os.write(self._log, "".join(lines).encode())
        self.accepted += [Taken(recipient, message_id, at) for recipient in recipients]
        if self.mails is not None:
            self.mails.append(bytes(mail))

    def _use_up(self, fault: Fault) -> None:
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self._faults.remove(fault)


def _message_id(mail: bytes | bytearray) -> str:
    """From the head of a mail; empty if it has none."""
    head = bytes(mail[: max(0, mail.find(b"\r\n\r\n"))])
    at = (b"\r\n" + head.lower()).find(b"\r\nmessage-id:")
    return head[at + 11 :].split(b"\r\n", 1)[0].strip().decode() if at >= 0 else ""
