"""A small publication's site on 127.0.0.1, which can also misbehave.

::

    with Website() as site:
        url = site.publish("A new pier", images=[Picture("pier.jpg")], tags=["harbour"])
        site.edit(url, title="A newer pier")
        site.answer_with(503)          # the feed, until site.recover()
        site.requests                  # what was asked, and answered
"""

from __future__ import annotations

import gzip
import hashlib
import itertools
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from syndicate.lib import clock
from tests.fakes.publication import PARAGRAPHS, Picture, Publication, Story

__all__ = ["Answer", "Asked", "Picture", "Website"]

PICTURES = Path(__file__).parent / "pictures"
FEEDS = {
    "/feed.xml": "rss",
    "/atom.xml": "atom",
    "/feed.json": "jsonfeed",
    "/rdf.xml": "rdf",
}
_TYPES = {".jpg": "image/jpeg", ".png": "image/png"}


@dataclass(frozen=True)
class Asked:
    """One request: *headers* by lower-case name, and the *status* it got."""

    method: str
    path: str
    headers: Mapping[str, str]
    status: int = 0
    target: str = ""  # path and query


Answer = tuple[int, bytes, dict[str, str]]  # status, body, headers


class Website:
    """The site. *feed* is the format behind :attr:`feed_url`: rss, atom, jsonfeed or rdf."""

    def __init__(
        self, name: str = "Harbour Review", *, feed: str = "rss", port: int = 0, tagline: str = ""
    ) -> None:
        self.requests: list[Asked] = []
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.site = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        tagline = tagline or "Tides, trades and towns"
        self.publication = Publication(name, tagline, self.url)
        self._feed = next(path for path, kind in FEEDS.items() if kind == feed)
        self._faults: dict[str, Callable[[_Handler], None]] = {}
        self._tags = True  # whether validators are sent and honoured
        self._numbers = itertools.count(1)
        self.closing = threading.Event()
        self._context = copy_context()

    def __enter__(self) -> Website:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def feed_url(self) -> str:
        """The address of the feed."""
        return self.url + self._feed

    def tick(self) -> None:
        """Go by the clock of whoever calls: one that is frozen does not reach the server's thread.

        What is on schedule is published by it.
        """
        self._context = copy_context()

    def time(self) -> datetime:
        """What the site's own clock shows."""
        return self._context.copy().run(clock.now)

    # --- what a publication does --------------------------------------------------------------

    def publish(
        self,
        title: str,
        paragraphs: Iterable[str] = PARAGRAPHS,
        images: Iterable[Picture] = (Picture(),),
        *,
        date: datetime | str | None = "now",
        **values: object,
    ) -> str:
        """Publish an article and return its address; *values* are those of ``Story``.

        ``date=None`` gives it none; ``full=False`` keeps its body out of the feed.
        """
        number = next(self._numbers)
        slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60] or str(number)
        # A minute ago: a second's difference between two clocks must not make it a future date.
        at = clock.now() - timedelta(minutes=1) if isinstance(date, str) else date
        story = Story(f"/{number}/{slug}", title, at, tuple(paragraphs), tuple(images))
        story = replace(story, **{"guid": f"harbour-{number}", **values})  # type: ignore[arg-type]
        self.publication.stories.insert(0, story)
        return self.url + story.path

    def edit(self, url: str, /, **values: object) -> None:
        """Change a published article: ``title=…``, ``paragraphs=…``, ``guid=…``, ``path=…``."""
        self.publication.change(urlsplit(url).path, updated=clock.now(), **values)

    def withdraw(self, url: str) -> None:
        """Take an article from the site and its feeds."""
        self.publication.drop(urlsplit(url).path)

    def asked(self, url: str) -> list[Asked]:
        """The requests for one address, oldest first."""
        return [each for each in self.requests if each.path == (urlsplit(url).path or "/")]

    # --- how it misbehaves: at the feed, or at *url*, until recover() ---------------------------

    def answer_with(
        self,
        status: int,
        body: bytes | str = b"",
        headers: Mapping[str, str] | None = None,
        url: str = "",
    ) -> None:
        """Answer exactly this."""
        content = body.encode() if isinstance(body, str) else body
        self._fault(url, lambda handler: handler.answer(status, content, dict(headers or {})))

    def redirect(self, to: str, status: int = 301, url: str = "") -> None:
        """Send whoever asks elsewhere."""
        self.answer_with(status, headers={"Location": to}, url=url)

    def stall(self, seconds: float, url: str = "") -> None:
        """Accept the request, and say nothing for *seconds*."""
        self._fault(url, lambda handler: handler.stall(seconds))

    def drip(self, url: str = "") -> None:
        """Send one byte at a time, for ever, each soon enough for a read's time limit."""
        self._fault(url, lambda handler: handler.drip())

    def trickle(self, url: str = "") -> None:
        """Send a whole head, then a body of unknown length, one byte at a time, for ever."""
        self._fault(url, lambda handler: handler.drip(b"HTTP/1.0 200 OK\r\n\r\n<rss>"))

    def endless(self, url: str = "") -> None:
        """Send a body that does not end."""
        self._fault(url, lambda handler: handler.endless())

    def break_off(self, url: str = "") -> None:
        """Promise more than is sent, and hang up."""
        self._fault(url, lambda handler: handler.answer(200, b"<rss", {}, promised=5000))

    def gzip_bomb(self, megabytes: int = 200, url: str = "") -> None:
        """Answer with a few kilobytes that unpack to *megabytes*."""
        packed = gzip.compress(b"\0" * 1_000_000, 9) * megabytes
        self.answer_with(200, packed, {"Content-Encoding": "gzip"}, url)

    def trust_validators_only(self, url: str = "") -> None:
        """Answer 304 to any conditional request, whatever has changed (WordPress does at times)."""
        self._fault(url, lambda handler: handler.stick())

    def without_validators(self) -> None:
        """Send neither ETag nor Last-Modified."""
        self._tags = False

    def recover(self) -> None:
        """Behave again."""
        self._faults.clear()
        self._tags = True

    def _fault(self, url: str, answer: Callable[[_Handler], None]) -> None:
        self._faults[urlsplit(url or self.feed_url).path] = answer

    # --- what the server asks -------------------------------------------------------------------

    def respond(self, target: str, headers: Mapping[str, str]) -> Answer | None:
        """What a system of its own answers to *target* (path and query); None leaves it to find().

        *headers* of the request bear lower-case names.
        """
        return None

    def fault(self, path: str) -> Callable[[_Handler], None] | None:
        """How to misbehave at *path*, if at all."""
        return self._faults.get(path)

    def find(self, path: str) -> tuple[str, bytes] | None:
        """(content type, body) of what stands at *path*."""
        if path in FEEDS:
            kind, text = self.publication.feed(FEEDS[path])
            return kind, text.encode()
        if path == "/":
            return "text/html; charset=utf-8", self.publication.front().encode()
        if path == "/comments/feed.xml":
            return "application/rss+xml", self.publication.comments().encode()
        if path.startswith("/pictures/") and (file := PICTURES / Path(path).name).is_file():
            return _TYPES[file.suffix], file.read_bytes()
        for story in self.publication.stories:
            if story.path == path:
                return "text/html; charset=utf-8", self.publication.page(story).encode()
        return None

    def validators(self, body: bytes) -> dict[str, str]:
        """ETag and Last-Modified of a body."""
        dates = [s.updated or s.date for s in self.publication.stories if s.updated or s.date]
        if not self._tags:
            return {}
        made = {"ETag": f'W/"{hashlib.sha256(body).hexdigest()[:16]}"'}
        if dates:
            newest = max(date for date in dates if date)
            made["Last-Modified"] = format_datetime(newest).replace("+0000", "GMT")
        return made


class _Server(ThreadingHTTPServer):
    # Joined at the end, so that no socket outlives the test that opened it.
    daemon_threads = False
    site: Website


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        fault = self.server.site.fault(path)
        try:
            if fault is not None:
                fault(self)
            else:
                self._serve(path)
        except OSError:
            self.close_connection = True  # whoever asked has hung up, which is their right

    do_HEAD = do_GET

    def _serve(self, path: str) -> None:
        named = {name.lower(): value for name, value in self.headers.items()}
        own = self.server.site.respond(self.path, named)
        if own is not None:
            return self.answer(*own)
        found = self.server.site.find(path)
        if found is None:
            return self.answer(404, b"<h1>Not here</h1>", {"Content-Type": "text/html"})
        kind, body = found
        headers = {"Content-Type": kind, **self.server.site.validators(body)}
        if headers.get("ETag") and self.headers.get("If-None-Match") == headers["ETag"]:
            return self.answer(304, b"", headers)
        return self.answer(200, body, headers)

    def answer(
        self, status: int, body: bytes, headers: Mapping[str, str], promised: int | None = None
    ) -> None:
        self._note(status)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if promised is None else promised))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def stall(self, seconds: float) -> None:
        self._note(0)
        self.server.site.closing.wait(seconds)

    def drip(self, begin: bytes = b"HTTP/1.1 200 OK\r\nX-Slow: ") -> None:
        self._note(200)
        self.wfile.write(begin)
        while True:
            self.wfile.write(b"a")
            if self.server.site.closing.wait(0.05):
                return

    def endless(self) -> None:
        self._note(200)
        self.send_response(200)
        self.end_headers()
        while not self.server.site.closing.is_set():
            self.wfile.write(b"<!-- more -->" * 1000)

    def stick(self) -> None:
        conditional = self.headers.get("If-None-Match") or self.headers.get("If-Modified-Since")
        if conditional:
            return self.answer(304, b"", {})
        return self._serve(urlsplit(self.path).path)

    def _note(self, status: int) -> None:
        named = {name.lower(): value for name, value in self.headers.items()}
        path = urlsplit(self.path).path
        self.server.site.requests.append(Asked(self.command, path, named, status, self.path))

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing on stderr; ``site.requests`` tells."""
