"""A webhook's receiver on 127.0.0.1, as the Standard Webhooks specification wants one.

with Receiver(secret) as receiver:
    receiver.url
    receiver.calls      the payloads it took, each once; forged ones get 401
    receiver.posts()    what it made of them: the latest data of each article, by id
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Receiver:
    """Starts on entering, ends on leaving."""

    def __init__(self, secret: str = SECRET) -> None:
        self.secret = secret
        self.calls: list[dict[str, Any]] = []
        self.ids: list[str] = []  # of the calls, so that none is taken twice
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Receiver:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str]]:
        """Verify, drop what is known, keep what is new."""
        try:
            call = Webhook(self.secret).verify(body, headers)
        except WebhookVerificationError:
            return 401, {"error": "this signature is not yours"}
        id = headers["webhook-id"]
        known = call["type"] != "article.updated" or call["data"]["id"] in self.posts()
        if not known:
            return 422, {"error": "no such article is here"}
        if id not in self.ids:
            self.ids.append(id)
            self.calls.append(call)
        number = call["data"].get("id") or self.ids.index(id)
        return 201, {"id": str(number), "url": f"https://receiver.example/{number}"}

    def posts(self) -> dict[str, dict[str, Any]]:
        """By id, what stands there after all changes."""
        made: dict[str, dict[str, Any]] = {}
        for number, call in enumerate(self.calls):
            if call["type"] == "article.published":
                made[str(number)] = call["data"]
            elif call["type"] == "article.updated" and call["data"]["id"] in made:
                made[call["data"]["id"]] = call["data"]
            elif call["type"] == "article.withdrawn":
                made.pop(call["data"]["id"], None)
        return made

    def published(self) -> list[str]:
        """The texts of the articles it was told about."""
        return [call["data"]["text"] for call in self.calls if call["type"] == "article.published"]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, answer = receiver.take(body, headers)
                told = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        return Handler
