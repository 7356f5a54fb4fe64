"""A server on 127.0.0.1 that answers what its subclass says, one request at a time."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Asked:
    """One request; *fields* are those of a form or of the query, *files* what came beside them."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes
    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)  # name → (kind, bytes)

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)

    @property
    def token(self) -> str:
        """What it shows to be let in."""
        return self.headers.get("Authorization", "").removeprefix("Bearer ")


@dataclass
class Told:
    """One answer; *body* is sent as JSON, unless it is None."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


class Loopback:
    """Starts on entering, ends on leaving. *asked* keeps all requests."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, asked: Asked) -> Told:
        """What it says."""
        raise NotImplementedError

    def times(self, method: str, path: str) -> int:
        """How often a path that begins so was asked for."""
        return sum(one.method == method and one.path.startswith(path) for one in self.asked)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                asked = _asked(self.command, self.path, self.headers, body)
                with fake._lock:
                    fake.asked.append(asked)
                    told = fake.answer(asked)
                answer = b"" if told.body is None else json.dumps(told.body).encode()
                self.send_response(told.status)
                for name, value in told.headers.items():
                    self.send_header(name, value)
                if answer:
                    self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST = do_PUT = do_DELETE = any

            def log_message(self, *_: object) -> None:
                """Quiet."""

        return Handler


def _asked(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Asked:
    parts = urlsplit(path)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    found = Asked(method, parts.path, query, headers, body, dict(query))
    kind = headers.get("Content-Type", "")
    if kind.startswith("application/x-www-form-urlencoded"):
        found.fields |= dict(parse_qsl(body.decode(), keep_blank_values=True))
    elif kind.startswith("multipart/form-data"):
        whole = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
        for part in whole.walk():
            name = part.get_param("name", header="content-disposition")
            data = part.get_payload(decode=True)
            if not isinstance(name, str) or not isinstance(data, bytes):
                continue
            if part.get_filename():
                found.files[name] = (part.get_content_type(), data)
            else:
                found.fields[name] = data.decode()
    return found
