"""A site whose workers are killed: real processes, a real mail server, and its log as the judge."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, LiteralString, cast

import psycopg

from tests.fakes.inbox import Inbox
from tests.installation import until

CONNECTIONS = 3


class Harbour:
    """One database, any number of worker processes, all ended on leaving."""

    def __init__(self, home: Path, inbox: Inbox, **options: str) -> None:
        self.inbox = inbox
        self._url = options.get("DATABASE__URL", "")
        self._file = home / "data" / "syndicate.sqlite3"
        self._workers: list[subprocess.Popen[bytes]] = []
        self._home = home
        clean = {k: v for k, v in os.environ.items() if not k.startswith("SYNDICATE_")}
        given = {
            "SITE__SECRET_KEY": "a key for tests, long enough to be one 0123456789",
            "MAIL__FROM_ADDRESS": "news@harbour.example.org",
            "MAIL__BATCH_SIZE": "40",
            "SMTP__HOST": "127.0.0.1",
            "SMTP__PORT": str(inbox.port),
            "SMTP__SECURITY": "none",
            "SMTP__CONNECTIONS": str(CONNECTIONS),
            "DAEMON__TICK_SECONDS": "0.1",
            "DAEMON__LEASE_SECONDS": "3",
        }
        named = {f"SYNDICATE_{name}": value for name, value in (given | options).items()}
        self._environ = clean | named | {
            "SYNDICATE_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "syndicate.settings",
        }  # fmt: skip

    def seed(self, readers: int) -> None:
        """An edition for so many, ready to be sent."""
        command = [sys.executable, "-m", "tests.faults.seed", str(readers)]
        subprocess.run(command, env=self._environ, check=True, timeout=60)

    def worker(self) -> subprocess.Popen[bytes]:
        """One more ``syndicate worker``."""
        with (self._home / "log").open("ab") as log:
            started = subprocess.Popen(
                [sys.executable, "-m", "syndicate", "worker"], env=self._environ, stderr=log
            )
        self._workers.append(started)
        return started

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """No chance to say goodbye."""
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)

    def freeze(self, worker: subprocess.Popen[bytes]) -> None:
        """Stop it in its tracks, but not while it has the database file: all would wait for it."""
        while True:
            worker.send_signal(signal.SIGSTOP)
            os.waitpid(worker.pid, os.WUNTRACED)  # until all its threads stand still
            try:
                with closing(sqlite3.connect(self._file, timeout=0.2)) as file:
                    file.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError:
                worker.send_signal(signal.SIGCONT)
                time.sleep(0.01)

    def arrived(self, count: int) -> Callable[[], bool]:
        """Whether the mail server has so many."""
        return lambda: len(self.inbox.messages) >= count

    def statuses(self) -> Counter[str]:
        """How many Deliveries stand where."""
        rows = self._ask("SELECT status, count(*) FROM mail_delivery GROUP BY status")
        return Counter({str(status): int(count) for status, count in rows})

    def unsubscribe(self, first: int, last: int) -> None:
        """Readers r*first* … r*last* leave, all at once."""
        with closing(sqlite3.connect(self._file, timeout=10)) as file, file:
            file.execute(
                "UPDATE audience_subscription SET status = 'unsubscribed' WHERE id BETWEEN ? AND ?",
                (first, last),
            )

    def is_done(self) -> bool:
        """Whether the edition is marked as sent."""
        return self._ask("SELECT status FROM mail_edition") == [("sent",)]

    def finish(self) -> None:
        """Wait for the end; tell the workers' log if it does not come."""
        try:
            until(self.is_done, 60, "the edition's end")
        except TimeoutError as error:
            log = (self._home / "log").read_text(encoding="utf-8", errors="replace")
            raise AssertionError(f"{self.statuses()}\n{log[-4000:]}") from error

    def judge(self) -> Counter[str]:
        """Nothing lost, nothing twice, and the ledger tells the truth; returns the counts."""
        came = Counter(self.inbox.recipients)
        assert not [who for who, count in came.items() if count > 1], "somebody got it twice"
        rows = dict(self._ask(
            "SELECT email, status FROM mail_delivery d JOIN audience_subscriber s"
            " ON s.id = d.subscriber_id"
        ))  # fmt: skip
        assert set(rows.values()) <= {"sent", "unknown"}
        assert not [who for who, s in rows.items() if s == "sent" and who not in came], "lost"
        assert not set(came) - set(rows)
        return self.statuses()

    def __enter__(self) -> Harbour:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            if worker.poll() is None:
                worker.send_signal(signal.SIGCONT)
                self.kill(worker)

    def _ask(self, question: str) -> list[tuple[Any, ...]]:
        """The database itself, past the program."""
        if self._url:
            with psycopg.connect(self._url) as server:
                return server.execute(cast(LiteralString, question)).fetchall()
        with closing(sqlite3.connect(self._file, timeout=10)) as file:
            return file.execute(question).fetchall()
