"""Many publications in one quick process, which sources are read from: each host is a port.

    with Publisher(hosts=200, each=5, hanging=4) as publisher:
        publisher.feeds         1,000 addresses; of twenty, one is new each round, three know no
                                validators, a few carry whole articles (272 KB)
        publisher.hanging       addresses that take a connection, and never answer
        publisher.publish()     begin a round: what is new is there from now on
        publisher.asked()       when each address was last asked for, time.time()

It answers in some 30 µs, so that what is measured is whoever asks.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from typing import Any, Self
from urllib.request import urlopen

from benchmarks import stories
from benchmarks.cpu import cpu_seconds

ENTRIES = 20
_WORDS = (
    "The tide table on the door of the harbour office was wrong by an hour, and nobody minded. "
)
_SMALL, _WHOLE = 8, 150  # of such sentences in an entry: 20 KB, and 272 KB a feed


class Publisher:
    """The process. *hosts* ports with *each* feeds, and *hanging* ports with as many."""

    def __init__(self, hosts: int, each: int, hanging: int = 0) -> None:
        words = [sys.executable, "-m", "benchmarks.publisher", str(hosts), str(hanging)]
        self._process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        told = json.loads(self._process.stdout.readline() if self._process.stdout else "")
        self._control = f"http://127.0.0.1:{told['hosts'][0]}"
        every = [f"http://127.0.0.1:{p}/{n}" for n in range(each) for p in told["hosts"]]
        self.feeds = [f"{url}/{number}/feed.xml" for number, url in enumerate(every)]
        self.hanging = [f"http://127.0.0.1:{p}/{n}" for n in range(each) for p in told["hanging"]]

    def publish(self) -> None:
        """Begin a round."""
        self._ask("/round")

    def keep_unchanged(self) -> None:
        """Name only the feeds that answer 304 to whoever has seen them."""
        self.feeds = [url for number, url in enumerate(self.feeds) if number % 20 > 3]

    def asked(self) -> dict[str, float]:
        """When each path was last asked for."""
        told: dict[str, float] = json.loads(self._ask("/asked"))
        return told

    def cpu(self) -> float:
        """Seconds so far."""
        return cpu_seconds(self._process.pid)

    def _ask(self, path: str) -> bytes:
        with urlopen(self._control + path, timeout=30) as answer:
            found: bytes = answer.read()
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


def feed(number: int, issue: int) -> bytes:
    """An RSS feed with whole articles, the *issue*-th of publication *number*."""
    text = _WORDS * (_WHOLE if number // 20 % 5 == 0 else _SMALL)
    items = "".join(_item(number, n, text) for n in range(issue + ENTRIES, issue, -1))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">'
        f"<channel><title>Harbour {number}</title><link>https://harbour-{number}.example.org/</link>"
        f"<description>Tides</description>{items}</channel></rss>"
    ).encode()


def _item(number: int, n: int, text: str) -> str:
    values = stories.article(n)
    link = f"https://harbour-{number}.example.org/{n}"
    at = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(_BEGUN + 60 * n))
    return (
        f"<item><title>{values['title']} ({number}/{n})</title><link>{link}</link>"
        f"<guid>{link}</guid><pubDate>{at}</pubDate><dc:creator>{values['author']}</dc:creator>"
        f'<media:content url="{values["image_url"]}" medium="image" type="image/jpeg"/>'
        f"<description>{values['summary']}</description>"
        f"<content:encoded><![CDATA[<p>{n}. {text}</p>]]></content:encoded></item>"
    )


# An hour ago and a little more: no article lies in the future, and none is old.
_BEGUN = time.time() - 7200


class _Host(asyncio.Protocol):
    issue = 0
    asked: dict[str, float] = {}
    answers: dict[tuple[int, int], bytes] = {}

    def __init__(self, hangs: bool) -> None:
        self._hangs, self._head = hangs, b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._head += data
        if b"\r\n\r\n" not in self._head:
            return
        head, self._head = self._head.lower(), b""
        path = head.split(b" ", 2)[1].decode()
        _Host.asked[path] = time.time()
        if not self._hangs:
            self._transport.write(self._answer(path, head))
            if b"connection: close" in head or b"keep-alive" not in head:
                self._transport.close()

    def _answer(self, path: str, head: bytes) -> bytes:
        if path == "/round":
            _Host.issue += 1
            return _reply(b"{}")
        if path == "/asked":
            return _reply(json.dumps(self.asked).encode())
        number = int(path.split("/")[2])
        issue = self.issue if number % 20 == 0 else 0
        tag = b'"%d-%d"' % (number, issue)
        if number % 20 in {1, 2, 3}:
            tag = b""
        elif b"if-none-match: " + tag in head:
            return b"HTTP/1.1 304 Not Modified\r\nETag: " + tag + b"\r\n\r\n"
        return _reply(self._body(number, issue), tag)

    def _body(self, number: int, issue: int) -> bytes:
        # Many have the same length; few differ in more than their names.
        if (number, issue) not in self.answers:
            self.answers[number, issue] = feed(number, issue)
            self.answers.pop((number, issue - 1), None)
        return self.answers[number, issue]


def _reply(body: bytes, tag: bytes = b"") -> bytes:
    told = b"ETag: " + tag + b"\r\n" if tag else b""
    size = b"Content-Length: %d\r\n" % len(body)
    return (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n" + told + size + b"\r\n" + body
    )


async def serve(hosts: int, hanging: int) -> None:
    """Listen on so many ports, say which, and go on until killed."""
    loop, ports = asyncio.get_running_loop(), []
    for number in range(hosts + hanging):
        hangs = number >= hosts
        made = await loop.create_server(lambda h=hangs: _Host(h), "127.0.0.1", 0, backlog=200)
        ports.append(made.sockets[0].getsockname()[1])
    print(json.dumps({"hosts": ports[:hosts], "hanging": ports[hosts:]}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(*map(int, sys.argv[1:])))
