"""A WebSub hub on 127.0.0.1, which can also misbehave (https://www.w3.org/TR/websub/).

::

    with Hub() as hub:
        hub.url                        # what a feed names as its hub
        hub.asked                      # the forms it was sent, oldest first
        hub.verify()                   # asks the last subscriber back; its answer
        hub.push(body)                 # to all that are verified; their answers
        hub.answer_with(503, "later")  # or redirect(to), until recover()
"""

from __future__ import annotations

import hmac
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode

CHALLENGE = "a-challenge-of-the-hub"


@dataclass
class Hub:
    """The hub. *eager*: it asks back before it answers, as some do; else when told to verify."""

    eager: bool = False
    lease: int = 864_000
    asked: list[dict[str, str]] = field(default_factory=list)
    subscribers: dict[str, dict[str, str]] = field(default_factory=dict)  # callback → its form

    def __enter__(self) -> Hub:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.hub = self  # type: ignore[attr-defined]
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        self.recover()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer_with(self, status: int, text: str = "", **headers: str) -> None:
        """Whoever asks gets this."""
        self.fault = (status, text, headers)

    def redirect(self, to: str, status: int = 307) -> None:
        """Another hub is to be asked."""
        self.answer_with(status, Location=to)

    def recover(self) -> None:
        """Behave again."""
        self.fault: tuple[int, str, Mapping[str, str]] | None = None

    def verify(self, **instead: str) -> tuple[int, str]:
        """Ask the last who asked whether it was they; *instead*: ``topic="…"``, ``mode="…"``."""
        form = self.asked[-1]
        said = {"mode": form["hub.mode"], "topic": form["hub.topic"], "challenge": CHALLENGE}
        said |= {"lease_seconds": str(self.lease), **instead}
        named = urlencode({f"hub.{name}": value for name, value in said.items()})
        status, echo = _call(f"{form['hub.callback']}?{named}")
        if (status, echo) == (200, CHALLENGE) and said["mode"] == "subscribe":
            self.subscribers[form["hub.callback"]] = form
        elif (status, echo) == (200, CHALLENGE):
            self.subscribers.pop(form["hub.callback"], None)
        return status, echo

    def deny(self, reason: str) -> tuple[int, str]:
        """Tell the last who asked that it will not be."""
        return self.verify(mode="denied", reason=reason)

    def push(self, body: bytes, kind: str = "application/rss+xml", **forged: str) -> list[int]:
        """Distribute; *forged*: another ``secret``, ``method``, or a whole ``signature``."""
        answers = []
        for callback, form in list(self.subscribers.items()):
            secret = forged.get("secret", form["hub.secret"])
            method = forged.get("method", "sha256")
            signed = f"{method}={hmac.new(secret.encode(), body, method).hexdigest()}"
            headers = {"Content-Type": kind, "X-Hub-Signature": forged.get("signature", signed)}
            answers.append(_call(callback, body, headers)[0])
            if answers[-1] == 410:
                del self.subscribers[callback]
        return answers


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        hub: Hub = self.server.hub  # type: ignore[attr-defined]
        size = int(self.headers["Content-Length"])
        form = {
            name: values[0] for name, values in parse_qs(self.rfile.read(size).decode()).items()
        }
        status, text, headers = hub.fault or (202, "", {})
        if hub.fault is None:
            hub.asked.append(form)
            if hub.eager:
                hub.verify()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing on stderr."""


def _call(url: str, body: bytes | None = None, headers: Mapping[str, str] = {}) -> tuple[int, str]:
    request = urllib.request.Request(url, body, dict(headers))
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
