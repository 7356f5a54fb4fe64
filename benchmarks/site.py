"""A site of its own to be measured: a fresh home, readers, editions, and real worker processes.

    with Site() as site:
        site.readers(60_000)
        edition = site.edition()          composed, approved, started by mail.start
        with site.worker(port) as worker:   syndicate worker
            site.await_sent(edition)
            worker.cpu(), worker.peak_mb()

The program is driven from outside, as an operator would; what it may cost is what these processes
cost.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString, Self, cast

import psycopg

from benchmarks.cpu import family_seconds, peak_mb

HERE = Path(__file__).resolve().parent
SECONDS = 600
# Articles that make a newsletter of 29 KB HTML and 4 KB text, 36 KB on the wire.
LETTER = 6
# And a note of 5 KB.
NOTE = 4

# What a site may do with our own design: greet its readers.
_LETTER_HTML = """{% extends "default.html" %}
{% block main %}<tr><td class="air"><p>Good morning, {{ reader.name }}!</p></td></tr>
{{ super() }}{% endblock %}"""
_LETTER_TXT = "Good morning, {{ reader.name }}!\n\n{% include 'default.txt' %}"
_NOTE_HTML = """<html><body><p>Good morning, {{ reader.name }}!</p>
{% for article in articles %}
<h2><a href="{{ article.url }}">{{ article.title }}</a></h2><p>{{ article.summary }}</p>
{% endfor %}
<p><a href="{{ reader.unsubscribe_url }}">Unsubscribe</a>
<a href="{{ reader.view_url }}">View in browser</a></p></body></html>"""


class Worker:
    """One ``syndicate worker``."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.pid = process.pid
        self._killed = False

    @property
    def has_died(self) -> bool:
        """Whether it has ended by itself, which it should not."""
        return self.process.poll() is not None and not self._killed

    def cpu(self) -> float:
        """Seconds so far, with those of processes that sign for it."""
        return family_seconds(self.pid)

    def peak_mb(self) -> float:
        """The most memory it ever held."""
        return peak_mb(self.pid)

    def kill(self) -> None:
        """Without a chance to say goodbye."""
        self._killed = True
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> None:
        """Orderly; after a while, not."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.kill()


class Site:
    """One home and one database; *options* like ``MAIL__BATCH_SIZE``."""

    def __init__(self, database: str = "", **options: object) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="syndicate-bench-")
        self.home = Path(self._folder.name)
        self._workers: list[Worker] = []
        self._url = database
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("SYNDICATE_", "DJANGO_"))}
        given = _OPTIONS | ({"DATABASE__URL": database} if database else {}) | options
        self._environ = clean | {f"SYNDICATE_{key}": str(value) for key, value in given.items()} | {
            "SYNDICATE_HOME": str(self.home), "DJANGO_SETTINGS_MODULE": "syndicate.settings"
        }  # fmt: skip
        templates = self.home / "templates" / "mail"
        templates.mkdir(parents=True)
        (templates / "letter.html").write_text(_LETTER_HTML)
        (templates / "letter.txt").write_text(_LETTER_TXT)
        (templates / "note.html").write_text(_NOTE_HTML)
        (templates / "note.txt").write_text(_LETTER_TXT)

    def readers(self, count: int) -> None:
        """So many, in a database brought up to date."""
        self.run("benchmarks.seed", "readers", count)

    def edition(self, newsletter: str = "letter", articles: int = LETTER) -> dict[str, Any]:
        """A started one: ``{"edition": 1, "audience": 60000, "seconds": 0.7}``."""
        return self.run("benchmarks.seed", "edition", newsletter, articles)

    def sample(self, newsletter: str = "letter", articles: int = LETTER) -> dict[str, Any]:
        """A mail of such an edition: ``{"mail": …, "subject": …, "html": …, "text": …}``."""
        return self.run("benchmarks.seed", "sample", newsletter, articles)

    def run(
        self, module: str, *words: object, stdin: bytes = b"", **options: object
    ) -> dict[str, Any]:
        """``python -m`` in this site; returns the JSON of the last line it prints."""
        more = {f"SYNDICATE_{key}": str(value) for key, value in options.items()}
        done = subprocess.run(
            [sys.executable, "-m", module, *map(str, words)],
            env=self._environ | more, cwd=HERE.parent, input=stdin, capture_output=True,
            check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr.decode(errors="replace")[-3000:])
        return cast(dict[str, Any], json.loads(done.stdout.splitlines()[-1]))

    @contextmanager
    def worker(self, port: int, command: str = "worker") -> Iterator[Worker]:
        """One more worker, handing over to *port*; ``run`` serves the pages as well."""
        with (self.home / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "syndicate", command],
                env=self._environ | {"SYNDICATE_SMTP__PORT": str(port)},
                cwd=HERE.parent,
                stderr=log,
                stdout=log,
            )
        worker = Worker(process)
        self._workers.append(worker)
        try:
            yield worker
        finally:
            self._workers.remove(worker)
            worker.stop()

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        """The database itself, past the program."""
        return self._database().execute(cast(LiteralString, question)).fetchall()

    def is_sent(self, edition: int) -> bool:
        """Whether it is marked as sent."""
        return self.ask(f"SELECT status FROM mail_edition WHERE id = {edition}") == [("sent",)]

    def statuses(self, edition: int) -> dict[str, int]:
        """How many Deliveries of it stand where."""
        where = f"WHERE edition_id = {edition} GROUP BY status"
        return dict(self.ask(f"SELECT status, count(*) FROM mail_delivery {where}"))

    def said(self, word: str) -> int:
        """How often the workers said *word*."""
        return (self.home / "log").read_text(encoding="utf-8", errors="replace").count(word)

    def until(
        self, true: Callable[[], bool], what: str, pause: float = 0.01, seconds: float = SECONDS
    ) -> None:
        """Wait for it; the end of the workers' log tells why when it does not come."""
        end = time.monotonic() + seconds
        while not true():
            if time.monotonic() > end or any(worker.has_died for worker in self._workers):
                log = (self.home / "log").read_text(encoding="utf-8", errors="replace")
                raise TimeoutError(f"{what} did not come:\n{log[-3000:]}")
            time.sleep(pause)

    def __enter__(self) -> Self:
        self._connection: Any = None
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            self._connection.close()
        self._folder.cleanup()

    def _database(self) -> Any:
        if self._connection is None and self._url:
            self._connection = psycopg.connect(self._url, autocommit=True)
        elif self._connection is None:
            file = self.home / "data" / "syndicate.sqlite3"
            self._connection = sqlite3.connect(file, timeout=30, isolation_level=None)
        return self._connection


_OPTIONS: dict[str, object] = {
    "SITE__SECRET_KEY": "a key for benchmarks, long enough to be one 0123456789",
    "SITE__BASE_URL": "https://letters.harbour.example.org",
    "PUBLICATION__NAME": "The Harbour Review",
    "PUBLICATION__URL": "https://harbour.example.org",
    "PUBLICATION__TAGLINE": "News from the waterfront",
    "PUBLICATION__POSTAL_ADDRESS": "1 Quay Street, 12345 Port Example",
    "MAIL__FROM_ADDRESS": "news@harbour.example.org",
    "MAIL__BOUNCE_ADDRESS": "bounces+*@harbour.example.org",
    "SMTP__HOST": "127.0.0.1",
    "SMTP__SECURITY": "none",
}
