"""A line that breaks: a proxy before any HTTP server, with a vocabulary of what can go wrong.

with Line(server.url) as line:          talk to line.url instead
    line.on("POST", "/api/v1/statuses") which requests are meant
    line.drop_before()                  the next one never arrives
    line.drop_after()                   it arrives and is done, the answer is lost
    line.cut_answer()                   … the answer ends in the middle
    line.delay(2)                       … the answer comes after two seconds
    line.answer(429, {"Retry-After": "60"}, b"…")   it never arrives; this is answered
    line.answer_after(502, body=b"<html>")          it is done; this is answered
"""

from __future__ import annotations

import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_OWN = {"host", "connection", "content-length", "transfer-encoding", "accept-encoding"}


@dataclass
class Fault:
    """What happens to one request: whether it arrives, and what comes back instead."""

    arrives: bool
    status: int = 0  # 0: nothing, the line is cut
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None  # None: the true answer's first half
    seconds: float = 0  # so long the true answer is kept back; then it comes whole


class Line:
    """Starts on entering, ends on leaving."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.asked: list[tuple[str, str]] = []  # (method, path), of all requests
        self._meant = ("", "")
        self._faults: list[Fault] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Line:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def on(self, method: str, path: str) -> None:
        """Faults are meant for these; *path* is the beginning of one."""
        self._meant = (method, path)

    def drop_before(self) -> None:
        """The next meant request is lost on its way."""
        self._faults.append(Fault(arrives=False))

    def drop_after(self) -> None:
        """It arrives and is done, but the answer is lost."""
        self._faults.append(Fault(arrives=True))

    def cut_answer(self) -> None:
        """It arrives and is done; half of the answer comes back, as if it were whole."""
        self._faults.append(Fault(arrives=True, status=200))

    def delay(self, seconds: float) -> None:
        """It arrives and is done at once; the answer comes later."""
        self._faults.append(Fault(arrives=True, seconds=seconds))

    def answer(self, status: int, headers: Mapping[str, str] = {}, body: bytes = b"") -> None:
        """It does not arrive; this is the answer."""
        self._faults.append(Fault(False, status, headers, body))

    def answer_after(self, status: int, headers: Mapping[str, str] = {}, body: bytes = b"") -> None:
        """It arrives and is done, but this is the answer."""
        self._faults.append(Fault(True, status, headers, body))

    def times(self, method: str, path: str) -> int:
        """How often a path that begins so was asked for."""
        return sum(one == method and at.startswith(path) for one, at in self.asked)

    def _fault(self, method: str, path: str) -> Fault | None:
        meant = method == self._meant[0] and path.startswith(self._meant[1])
        return self._faults.pop(0) if meant and self._faults else None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        line = self

        class Handler(BaseHTTPRequestHandler):
            def any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                line.asked.append((self.command, self.path))
                fault = line._fault(self.command, self.path)
                if fault is None:
                    self.reply(*self.forward(body))
                    return
                answer = self.forward(body) if fault.arrives else (200, {}, b"")
                if fault.seconds:
                    self.late(answer, fault.seconds)
                elif not fault.status:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True
                elif fault.body is None:
                    self.reply(answer[0], answer[1], answer[2][: len(answer[2]) // 2])
                else:
                    self.reply(fault.status, fault.headers, fault.body)

            def late(self, answer: tuple[int, Mapping[str, str], bytes], seconds: float) -> None:
                time.sleep(seconds)
                with suppress(OSError):  # whoever asked has gone by now
                    self.reply(*answer)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = any

            def forward(self, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
                headers = {k: v for k, v in self.headers.items() if k.lower() not in _OWN}
                asked = urllib.request.Request(
                    line.target + self.path, body or None, headers, method=self.command
                )
                try:
                    with urllib.request.urlopen(asked, timeout=30) as answer:
                        return answer.status, answer.headers, answer.read()
                except urllib.error.HTTPError as answer:
                    with answer:
                        return answer.code, answer.headers, answer.read()

            def reply(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    if name.lower() not in _OWN:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        return Handler
