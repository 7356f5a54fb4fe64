"""A page that shows what a Mastodon server's public timeline holds, and each status on its own.

The server in the demo has an API and no pages; its permalinks point here.
"""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests
from jinja2 import Environment, FileSystemLoader

_PAGE = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True).get_template(
    "timeline.html"
)


class Timeline:
    """A small web page over a server's API; starts on entering, ends on leaving."""

    def __init__(self, token: str, port: int = 0) -> None:
        self._api, self._token = "", token
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.host}/"

    def __enter__(self) -> Timeline:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def connect(self, api: str) -> None:
        """Show what the server at *api* holds."""
        self._api = api

    def statuses(self) -> list[dict[str, Any]]:
        """The public timeline, newest first, as the API gives it."""
        answer = requests.get(
            f"{self._api}/api/v1/timelines/public?local=true",
            headers={"Authorization": f"Bearer {self._token}"},
            timeout=10,
        )
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found

    def page(self, path: str) -> str:
        """All statuses, or the one that *path* (``/@name/id``) names."""
        wanted = path.rpartition("/")[2]
        shown = [s for s in self.statuses() if wanted in ("", s["id"])]
        return _PAGE.render(statuses=shown)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        timeline = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = timeline.page(self.path).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Quiet: the demo tells its own story."""

        return Handler
