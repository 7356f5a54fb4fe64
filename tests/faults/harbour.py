"""A site whose workers are killed: real processes, a real mail server, and its log as the judge."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Set
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any, LiteralString, cast

import psycopg

from tests.fakes.smtpd import Smtpd
from tests.faults.slipway import Launched, Slipway
from tests.faults.tables import InFile, OnServer
from tests.installation import until

CONNECTIONS = 3
# How long a worker may be silent, and how often each looks what is due. Seconds.
LEASE, TICK = 3.0, 0.1
# A kill comes this soon after what it waits for. Seconds.
SOON = 0.005


class Harbour:
    """One database, any number of worker processes, all ended on leaving.

    *reserve*: further mail servers, used only while the first cannot be.
    """

    def __init__(self, home: Path, inbox: Smtpd, *reserve: Smtpd, **options: str) -> None:
        self.inbox = inbox
        self._inboxes = (inbox, *reserve)
        self.home = self._home = home
        self._url = options.get("DATABASE__URL", "")
        self._file = home / "data" / "syndicate.sqlite3"
        clean = {k: v for k, v in os.environ.items() if not k.startswith("SYNDICATE_")}
        given = {
            "SITE__SECRET_KEY": "a key for tests, long enough to be one 0123456789",
            "MAIL__FROM_ADDRESS": "news@harbour.example.org",
            "MAIL__BATCH_SIZE": "40",
            "SMTP__HOST": "127.0.0.1",
            "SMTP__PORT": str(inbox.port),
            "SMTP__SECURITY": "none",
            "SMTP__CONNECTIONS": str(CONNECTIONS),
            "DAEMON__TICK_SECONDS": f"{TICK:g}",
            "DAEMON__LEASE_SECONDS": f"{LEASE:g}",
        }
        for number, server in enumerate(reserve):
            given |= _in_reserve(f"TRANSPORTS__RESERVE_{number}__", server)
        named = {f"SYNDICATE_{name}": value for name, value in (given | options).items()}
        self._environ = clean | named | {
            "SYNDICATE_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "syndicate.settings",
        }  # fmt: skip
        self._slipway = Slipway(self._environ, home / "log")
        engine = options.get("DAEMON__ENGINE", "local")
        self._tables = OnServer(self._url, engine) if self._url else InFile(self._file)

    def seed(self, *numbers: int) -> None:
        """An edition for so many, ready to be sent; see tests.faults.seed."""
        if not self._tables.take():
            self.run("tests.faults.seed")
            self._tables.keep()
        self.run("tests.faults.seed", *map(str, numbers))

    def run(self, *words: str) -> None:
        """``python -m`` these words, to their end."""
        assert self._slipway.launch(*words).wait(120) == 0, self.log()

    def say(self, *words: str) -> str:
        """``syndicate`` these words; returns what it printed."""
        command = [sys.executable, "-m", "syndicate", *words]
        return subprocess.run(
            command, env=self._environ, capture_output=True, text=True, timeout=120, check=True
        ).stdout

    def worker(self) -> Launched:
        """One more ``syndicate worker``."""
        return self._slipway.launch("syndicate", "worker")

    def kill(self, worker: Launched) -> None:
        """No chance to say goodbye."""
        worker.kill()
        worker.wait(10)

    def freeze(self, worker: Launched) -> None:
        """Stop it in its tracks, with a batch in hand; but not while it has the database file: all
        would wait for it."""
        end = time.monotonic() + 30
        while True:
            worker.send_signal(signal.SIGSTOP)
            until(lambda: _stands_still(worker.pid), 10, "all its threads to stand still")
            time.sleep(SOON)  # a server may be writing what it was told before
            if not self._is_locked() and self.holds(worker):
                return
            worker.send_signal(signal.SIGCONT)
            assert time.monotonic() < end, f"never with a batch in hand: {self.statuses()}"
            time.sleep(0.01)

    def holds(self, worker: Launched) -> bool:
        """Whether a batch is in its hands, by the ledger; a frozen one cannot put it down, so then
        this tells whether another has taken it."""
        mine = f"status = 'sending' AND owner LIKE '%:{worker.pid}:%'"
        return self.ask(f"SELECT count(*) FROM mail_batch WHERE {mine}") != [(0,)]

    @contextmanager
    def locked(self, patience: float = 10) -> Iterator[None]:
        """Nobody else can write into the database file."""
        with closing(sqlite3.connect(self._file, timeout=patience)) as file:
            file.execute("BEGIN IMMEDIATE")
            yield

    def _is_locked(self) -> bool:
        """Whether somebody has the database file; a server has its own way with the frozen."""
        try:
            with nullcontext() if self._url else self.locked(0.2):
                return False
        except sqlite3.OperationalError:
            return True

    def count(self) -> int:
        """How many mails the servers have."""
        return sum(len(inbox.accepted) for inbox in self._inboxes)

    def recipients(self) -> list[str]:
        """Who got a mail, by whatever way; twice who got two."""
        return [who for inbox in self._inboxes for who in inbox.recipients]

    def arrived(self, count: int) -> Callable[[], bool]:
        """Whether the mail servers have so many."""
        return lambda: self.count() >= count

    def await_mails(self, more: int, seconds: float = 30) -> None:
        """Wait for so many more, closely."""
        goal, end = self.count() + more, time.monotonic() + seconds
        while self.count() < goal:
            assert time.monotonic() < end, f"no mail: {self.statuses()}\n{self.log()}"
            time.sleep(SOON)

    def await_silence(self) -> None:
        """Until nobody talks to the servers: what the dead had written has come."""
        until(lambda: not any(inbox.talks for inbox in self._inboxes), 10, "silence")

    def log(self) -> str:
        """The end of what the workers said."""
        return (self.home / "log").read_text(encoding="utf-8", errors="replace")[-4000:]

    def statuses(self) -> Counter[str]:
        """How many Deliveries stand where."""
        rows = self.ask("SELECT status, count(*) FROM mail_delivery GROUP BY status")
        return Counter({str(status): int(count) for status, count in rows})

    def doubts(self) -> int:
        """How many tries have had no answer, where no server ever says no: each of them stands at
        "unknown", or was or will be followed by another."""
        tries, sent = self.ask(
            "SELECT sum(attempts), sum(CASE WHEN status = 'sent' THEN 1 ELSE 0 END)"
            " FROM mail_delivery"
        )[0]
        return int(tries - sent)

    def unsubscribe(self, first: int, last: int) -> None:
        """Readers r*first* … r*last* leave, all at once."""
        self._do(
            "UPDATE audience_subscription SET status = 'unsubscribed'"
            f" WHERE id BETWEEN {first} AND {last}"
        )

    def hurry(self) -> None:
        """What waits for its next try, or for a pause to end, is due now."""
        self._do("UPDATE mail_pause SET until = '2000-01-01'")
        self._do("UPDATE mail_batch SET due_at = '2000-01-01' WHERE status = 'queued'")
        self._do("UPDATE mail_delivery SET due_at = '2000-01-01' WHERE status = 'deferred'")

    def is_done(self) -> bool:
        """Whether all editions are marked as sent."""
        return {status for (status,) in self.ask("SELECT status FROM mail_edition")} == {"sent"}

    def finish(self, seconds: float = 60, hurry: bool = False) -> None:
        """Wait for the end (*hurry*: but for no pause); say what the workers said if none comes."""
        end = time.monotonic() + seconds
        try:
            while hurry and time.monotonic() < end and not self.is_done():
                self.hurry()
                time.sleep(1)  # not more often: the workers want to write as well
            until(self.is_done, end - time.monotonic(), "the edition's end")
        except TimeoutError as error:
            raise AssertionError(f"{self.statuses()}\n{self.log()}") from error

    def judge(self, twice: int = 0, also: Set[str] = frozenset()) -> Counter[str]:
        """Nothing lost, at most *twice* extra copies, and the ledger tells the truth and adds up;
        returns the counts. *also*: what else a Delivery may be, if no mail came of it."""
        came = Counter(self.recipients())
        copies = sum(came.values()) - len(came)
        assert copies <= twice, f"{copies} mails too many"
        rows = dict(self.ask(
            "SELECT email, status FROM mail_delivery d JOIN audience_subscriber s"
            " ON s.id = d.subscriber_id"
        ))  # fmt: skip
        assert set(rows.values()) <= {"sent", "unknown", *also}
        assert not [who for who in came if rows[who] in also], "it went, and we do not know"
        assert not [who for who, s in rows.items() if s == "sent" and who not in came], "lost"
        assert not set(came) - set(rows)
        counts = self.statuses()
        assert self.ask("SELECT sum(audience) FROM mail_edition") == [(counts.total(),)]
        return counts

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        """The database itself, past the program."""
        if self._url:
            with psycopg.connect(self._url) as server:
                return server.execute(cast(LiteralString, question)).fetchall()
        with closing(sqlite3.connect(self._file, timeout=10)) as file:
            return file.execute(question).fetchall()

    def _do(self, statement: str) -> None:
        """Behind the program's back."""
        if self._url:
            with psycopg.connect(self._url) as server:
                server.execute(cast(LiteralString, statement))
        else:
            with closing(sqlite3.connect(self._file, timeout=10)) as file, file:
                file.execute(statement)

    def __enter__(self) -> Harbour:
        self._slipway.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._slipway.__exit__()


def _in_reserve(prefix: str, server: Smtpd) -> dict[str, str]:
    """A further way out, for when no other is open."""
    options = {
        "KIND": "smtp",
        "WEIGHT": "0",
        "HOST": "127.0.0.1",
        "PORT": str(server.port),
        "SECURITY": "none",
        "CONNECTIONS": str(CONNECTIONS),
    }
    return {prefix + name: value for name, value in options.items()}


def _stands_still(pid: int) -> bool:
    """Whether each of its threads is stopped (https://man7.org/linux/man-pages/man5/proc.5.html)"""
    threads = Path(f"/proc/{pid}/task").glob("*/stat")
    return all(stat.read_bytes().rpartition(b") ")[2].startswith(b"T") for stat in threads)
