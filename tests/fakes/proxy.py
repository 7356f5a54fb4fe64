"""A forwarding proxy on 127.0.0.1 that answers all requests itself, and remembers them.

It opens no tunnel: what is of interest is who asks it for what.
"""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


class Proxy:
    """``proxy.asked`` holds (method, what was asked for, Proxy-Authorization)."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                login = self.headers.get("Proxy-Authorization", "")
                asked.append((self.command, self.path, login))
                self.send_response(200 if self.command == "GET" else 403)
                self.send_header("Content-Length", "7")
                self.end_headers()
                self.wfile.write(b"a proxy")

            do_CONNECT = do_GET

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing on stderr."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self.host = f"127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
