"""A server on 127.0.0.1 that listens and says thank you: what do real systems tell?"""

from __future__ import annotations

import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Ear:
    """Listens between entering and leaving; :meth:`next` waits for what is said."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.heard = queue.Queue()  # type: ignore[attr-defined]
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Ear:
        threading.Thread(target=self._server.serve_forever, args=(0.05,)).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def next(self) -> tuple[dict[str, str], str]:
        """(headers, body) of what was said longest ago."""
        said: tuple[dict[str, str], str] = self._server.heard.get(timeout=30)  # type: ignore[attr-defined]
        return said


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.heard.put((dict(self.headers), body))  # type: ignore[attr-defined]
        self.send_response(202)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
