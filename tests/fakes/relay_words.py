"""A Nostr relay of few words: it answers what a test makes it say, for what no real one does.

with Words(lambda said: [["OK", said[1]["id"], False, "pow: 24 bits"]]) as relay:
    relay.url
    relay.heard         all messages, in order
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

Said = list[Any]


class Words:
    """Starts on entering, ends on leaving. *about*: what it tells of itself (NIP-11)."""

    def __init__(
        self,
        answers: Callable[[Said], list[Said]],
        *,
        greeting: Said | None = None,
        about: Mapping[str, Any] | None = None,
    ) -> None:
        self._answers, self._greeting, self._about = answers, greeting, about
        self.heard: list[Said] = []
        self._server = serve(self._talk, "127.0.0.1", 0, process_request=self._tell)
        self.url = f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}"

    def __enter__(self) -> Words:
        self._serving = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._serving.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._serving.join(10)

    def kinds(self) -> list[str]:
        """What kinds of messages came."""
        return [said[0] for said in self.heard]

    def _tell(self, there: ServerConnection, request: Request) -> Response | None:
        if request.headers.get("Accept") != "application/nostr+json":
            return None
        told = json.dumps(self._about).encode() if self._about is not None else b"no document"
        return Response(200, "OK", Headers({"Content-Length": str(len(told))}), told)

    def _talk(self, there: ServerConnection) -> None:
        if self._greeting:
            there.send(json.dumps(self._greeting))
        for text in there:
            said = json.loads(text)
            self.heard.append(said)
            for answer in self._answers(said):
                there.send(json.dumps(answer))


def takes_all(said: Said) -> list[Said]:
    """A relay that takes every note and has none."""
    return [["OK", said[1]["id"], True, ""]] if said[0] == "EVENT" else [["EOSE", said[1]]]


def refuses(reason: str) -> Callable[[Said], list[Said]]:
    """A relay that takes nothing, for *reason*, and has nothing."""

    def answers(said: Said) -> list[Said]:
        if said[0] == "EVENT":
            return [["OK", said[1]["id"], False, reason]]
        return [["EOSE", said[1]]]

    return answers
