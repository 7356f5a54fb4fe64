"""The part of Bluesky that counts reactions, on 127.0.0.1: a PDS asks it on behalf of its accounts.

with AppView(stands) as appview:    *stands* says whether there is a post of that address
    appview.counts[uri] = {"likeCount": 3}
    appview.asked                   how many posts were asked for, each time
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

_NONE = {"likeCount": 0, "repostCount": 0, "replyCount": 0, "quoteCount": 0}


class AppView:
    """Starts on entering, ends on leaving."""

    def __init__(self, stands: Callable[[str], bool]) -> None:
        self.counts: dict[str, dict[str, int]] = {}
        self.asked: list[int] = []
        self._stands = stands
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> AppView:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, signed: bool) -> tuple[int, dict[str, Any]]:
        """What it says; *signed*: the PDS said on whose behalf it asks."""
        name = urlsplit(path).path.removeprefix("/xrpc/")
        if name != "app.bsky.feed.getPosts" or not signed:
            return 400, {"error": "InvalidRequest", "message": f"{name} is not for you"}
        uris = parse_qs(urlsplit(path).query)["uris"]
        self.asked.append(len(uris))
        if len(uris) > 25:
            return 400, {"error": "InvalidRequest", "message": "uris must not have more than 25"}
        found = [uri for uri in uris if self._stands(uri)]
        return 200, {"posts": [{"uri": uri} | _NONE | self.counts.get(uri, {}) for uri in found]}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        appview = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                signed = self.headers.get("Authorization", "").startswith("Bearer ")
                status, told = appview.answer(self.path, signed)
                answer = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        return Handler
