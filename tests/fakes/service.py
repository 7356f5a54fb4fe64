"""A platform's API on 127.0.0.1: what it says is for a subclass to tell.

class Fake(Service):
    def answer(self, asked): return Reply(200, {"ok": True})

with Fake() as fake:
    fake.url
    fake.asked              every request, as it came
    fake.next(Reply(…))     what the next request is told, and nothing done
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass
class File:
    """One that was uploaded."""

    name: str
    kind: str
    data: bytes


@dataclass
class Asked:
    """A request."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def json(self) -> Any:
        """The body, which must be said to be JSON."""
        assert self.headers["content-type"].startswith("application/json")
        return json.loads(self.body)

    @property
    def is_form(self) -> bool:
        """Whether it is multipart."""
        return self.headers.get("content-type", "").startswith("multipart/form-data")

    @property
    def form(self) -> tuple[dict[str, str], dict[str, File]]:
        """A multipart body: its texts, its files."""
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        whole: Message = BytesParser().parsebytes(head + self.body)
        texts, files = {}, {}
        for part in whole.get_payload():
            assert isinstance(part, Message)
            name = str(part.get_param("name", header="content-disposition"))
            data = part.get_payload(decode=True)
            assert isinstance(data, bytes)
            if filename := part.get_filename():
                files[name] = File(filename, part.get_content_type(), data)
            else:
                texts[name] = data.decode()
        return texts, files


@dataclass
class Reply:
    """An answer: a *body* that is no text goes as JSON."""

    status: int
    body: Any = ""
    headers: dict[str, str] = field(default_factory=dict)


class Service:
    """Starts on entering, ends on leaving."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._next: list[Reply] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def next(self, reply: Reply) -> None:
        """The next request is told this, and nothing comes of it."""
        self._next.append(reply)

    def answer(self, asked: Asked) -> Reply:
        """What the platform says."""
        raise NotImplementedError

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def any(self) -> None:
                address = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                query = dict(parse_qsl(address.query))
                asked = Asked(self.command, address.path, query, headers, body)
                service.asked.append(asked)
                self.reply(service._next.pop(0) if service._next else service.answer(asked))

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = any

            def reply(self, reply: Reply) -> None:
                is_text = isinstance(reply.body, str)
                told = (reply.body if is_text else json.dumps(reply.body)).encode()
                kind = "text/html" if is_text else "application/json"
                self.send_response(reply.status)
                for name, value in {"Content-Type": kind, **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        return Handler
