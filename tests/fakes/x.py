"""X's API on 127.0.0.1, as far as we use it, held to X's OpenAPI document.

with FakeX() as x:
    x.url, x.credentials
    x.posts                 what stands there, oldest first
    x.credit = 0            it asks to be paid (402)
    x.refuses_duplicates    as X does for a while; False: it has forgotten
    x.before, x.after       called when a post arrives, and when it stands
"""

from __future__ import annotations

import html
import itertools
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import regex

USER_ID = "1849"
CREDENTIALS = {
    "consumer_key": "a-key",
    "consumer_secret": "a-key-secret",
    "access_token": f"{USER_ID}-a-token",
    "access_token_secret": "a-token-secret",
}
_LINK = regex.compile(r"https?://\S+")
Answer = tuple[int, dict[str, Any]]


class FakeX:
    """Starts on entering, ends on leaving."""

    def __init__(self) -> None:
        self.credentials = dict(CREDENTIALS)
        self.posts: list[dict[str, Any]] = []
        self.requests: list[tuple[str, str, Any]] = []  # method, path, JSON body
        self.credit = 1000
        self.refuses_duplicates = True
        self.now = datetime.now(UTC)
        self.before: Callable[[], object] = lambda: None
        self.after: Callable[[], object] = lambda: None
        self._ids = itertools.count(1_800_000_000_000_000_001)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> FakeX:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def published(self) -> list[str]:
        """The texts, oldest first, as they were sent."""
        return [post["sent"] for post in self.posts]

    def answer(self, method: str, path: str, body: Any, authorization: str) -> Answer:
        """What X says."""
        self.requests.append((method, path, body))
        if not self._signed(authorization):
            return 401, _problem("Unauthorized", 401, "Unauthorized")
        route = (method, urlsplit(path).path)
        if route == ("POST", "/2/tweets"):
            self.before()
            return self._create(body)
        if route == ("GET", "/2/users/me"):
            return 200, {"data": {"id": USER_ID, "name": "Review", "username": "review"}}
        if route == ("GET", f"/2/users/{USER_ID}/tweets"):
            return 200, self._timeline(parse_qs(urlsplit(path).query))
        return 404, _problem("Not Found", 404, "There is nothing here.")

    def _create(self, body: dict[str, Any]) -> Answer:
        if self.credit <= 0:
            return 402, _problem("CreditsDepleted", 402, "Your account has no credits.")
        if self.refuses_duplicates and body["text"] in self.published():
            return 403, _problem(
                "Forbidden", 403,
                "You are not allowed to create a Tweet with duplicate content.",
            )  # fmt: skip
        id = str(next(self._ids))
        self.credit -= 1
        self.posts.append({"id": id, "sent": body["text"], "at": self.now})
        self.after()
        return 201, {"data": {"id": id, "text": _shown(body["text"])[0]}}

    def _timeline(self, query: dict[str, list[str]]) -> dict[str, Any]:
        start = datetime.fromisoformat(query["start_time"][0])
        found = [post for post in reversed(self.posts) if post["at"] >= start]
        return {"data": [self._tweet(post) for post in found], "meta": {"result_count": len(found)}}

    def _tweet(self, post: dict[str, Any]) -> dict[str, Any]:
        text, urls = _shown(post["sent"])
        return {
            "id": post["id"],
            "text": text,
            "created_at": post["at"].isoformat(),
            "edit_history_tweet_ids": [post["id"]],
            "entities": {"urls": urls},
        }

    def _signed(self, authorization: str) -> bool:
        return f'oauth_token="{self.credentials["access_token"]}"' in authorization

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def any(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                body = json.loads(raw) if raw else None
                authorization = self.headers.get("Authorization", "")
                status, told = fake.answer(self.command, self.path, body, authorization)
                answer = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST = any

            def log_message(self, *_: object) -> None:
                """Quiet."""

        return Handler


def _shown(text: str) -> tuple[str, list[dict[str, Any]]]:
    """The text as X keeps it, links shortened and ``&`` escaped, and what the links were."""
    urls = [
        {"url": f"https://t.co/{number:010}", "expanded_url": link.group()}
        for number, link in enumerate(_LINK.finditer(text))
    ]
    for url in urls:
        text = text.replace(url["expanded_url"], url["url"])
    return html.escape(text, quote=False), urls


def _problem(title: str, status: int, detail: str) -> dict[str, Any]:
    return {"title": title, "type": "about:blank", "status": status, "detail": detail}
