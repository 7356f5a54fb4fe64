"""A page that shows what a Mastodon server's public timeline holds, and each status on its own.

The server in the demo has an API and no pages; its permalinks point here.
"""

from __future__ import annotations

import threading
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>The demo's timeline</title>
<style>
:root{color-scheme:light dark;--line:#8883;--soft:#7779}
body{font:17px/1.55 system-ui,sans-serif;max-width:38rem;margin:3rem auto;padding:0 1rem}
h1{font-size:1.3rem;margin:0}p.about{margin:.2rem 0 2rem;opacity:.7}
article{border:1px solid var(--line);border-radius:12px;padding:1rem 1.25rem;margin:0 0 1rem}
article p{margin:.3rem 0;overflow-wrap:anywhere}footer{font-size:.85rem;opacity:.75}
.card{border:1px solid var(--line);border-radius:8px;padding:.6rem .8rem;margin:.6rem 0;font-size:.9rem}
</style><h1>Timeline</h1><p class="about">What followers of the publication see.</p>%s"""


class Timeline:
    """A small web page over the API at *api*; starts on entering, ends on leaving."""

    def __init__(self, api: str, token: str, port: int = 0) -> None:
        self._api, self._token = api, token
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
        """Read another server from now on."""
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
        return _PAGE % ("".join(_status(s) for s in shown) or "<p>Nothing here yet.</p>")

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


def _status(status: dict[str, Any]) -> str:
    # The content is HTML of a server that we started ourselves.
    who, at = escape(status["account"]["display_name"]), escape(status["created_at"][:16])
    path = "/@" + status["url"].partition("/@")[2]
    return (
        f"<article><strong>{who}</strong>{status['content']}"
        f'<footer><a href="{escape(path)}">{at.replace("T", " ")}</a></footer></article>'
    )
