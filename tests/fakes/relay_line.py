"""A line that breaks, before a Nostr relay: ``faults.Line`` for web sockets.

with RelayLine(relay.url) as line:      talk to line.url instead
    line.on("EVENT")                    which messages are meant
    line.on("EVENT", "5")               … those with an event of that kind
    line.drop_before()                  the next one never arrives, the line is cut
    line.drop_after()                   it arrives and is done, the answer is lost
    line.cut_answer()                   … half of the answer comes back
    line.delay(2)                       … the answer comes after two seconds
    line.answer(429, {"Retry-After": "60"})     it never arrives: so the line is not opened
    line.answer(200, body=b"blocked: …")        it never arrives: the relay refuses it so
    line.answer_after(502, body=b"<html>")      it is done; the line is closed with these words
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.client import connect
from websockets.sync.server import Server, ServerConnection, serve

from tests.fakes.faults import Fault

_TROUBLE = 1011  # the close code of a server that has some


class RelayLine:
    """Starts on entering, ends on leaving."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.asked: list[tuple[str, str]] = []  # (EVENT, its kind) or (REQ, ""), of all messages
        self._meant = ("", "")
        self._faults: list[Fault] = []
        self._server: Server = serve(
            self._carry, "127.0.0.1", 0, process_request=self._greet, compression=None
        )
        self.url = f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}"

    def __enter__(self) -> RelayLine:
        self._serving = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._serving.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._serving.join(10)

    def on(self, message: str, kind: str = "") -> None:
        """Faults are meant for these; *kind*: of the event in it, or of any."""
        self._meant = (message, kind)

    def drop_before(self) -> None:
        """The next meant message is lost on its way."""
        self._faults.append(Fault(arrives=False))

    def drop_after(self) -> None:
        """It arrives and is done, but the answer is lost."""
        self._faults.append(Fault(arrives=True))

    def cut_answer(self) -> None:
        """It arrives and is done; half of the answer comes back, then the line is cut."""
        self._faults.append(Fault(arrives=True, status=200))

    def delay(self, seconds: float) -> None:
        """It arrives and is done at once; the answer comes later."""
        self._faults.append(Fault(arrives=True, seconds=seconds))

    def answer(self, status: int, headers: Mapping[str, str] = {}, body: bytes = b"") -> None:
        """It does not arrive: 200 refuses it with *body*, any other opens no line at all."""
        self._faults.append(Fault(False, status, headers, body))

    def answer_after(self, status: int, headers: Mapping[str, str] = {}, body: bytes = b"") -> None:
        """It arrives and is done, but the line is closed with *status* and *body*."""
        self._faults.append(Fault(True, status, headers, body))

    def _greet(self, connection: ServerConnection, request: Request) -> Response | None:
        if request.headers.get("Accept") == "application/nostr+json":
            return connection.respond(404, "nothing is told of this relay")
        fault = self._faults[0] if self._faults else None
        if fault is None or fault.arrives or fault.status in (0, 200):
            return None
        self._faults.pop(0)
        return Response(fault.status, "", Headers(dict(fault.headers)), fault.body or b"")

    def _carry(self, here: ServerConnection) -> None:
        with connect(self.target, proxy=None, compression=None) as there:
            for said in here:
                fault = self._fault(json.loads(said))
                if fault is not None and not fault.arrives:
                    self._refuse(here, json.loads(said), fault)
                    return
                there.send(said)
                answers = [there.recv(30)]
                while self.asked[-1][0] == "REQ" and json.loads(answers[-1])[0] == "EVENT":
                    answers.append(there.recv(30))
                if fault is not None and fault.seconds:
                    time.sleep(fault.seconds)
                elif fault is not None:
                    self._spoil(here, str(answers[0]), fault)
                    return
                with suppress(ConnectionClosed):  # whoever asked may have gone by now
                    for answer in answers:
                        here.send(answer)

    def _fault(self, said: list[Any]) -> Fault | None:
        kind = str(said[1]["kind"]) if said[0] == "EVENT" else ""
        self.asked.append((said[0], kind))
        meant = (said[0], kind if self._meant[1] else "") == self._meant
        return self._faults.pop(0) if meant and self._faults else None

    def _refuse(self, here: ServerConnection, said: list[object], fault: Fault) -> None:
        event = said[1]
        if fault.status and isinstance(event, dict):
            reason = (fault.body or b"").decode()
            here.send(json.dumps(["OK", event["id"], False, reason]))
        else:
            here.socket.shutdown(socket.SHUT_RDWR)

    def _spoil(self, here: ServerConnection, answer: str, fault: Fault) -> None:
        if fault.body is None and fault.status:
            here.send([answer[: len(answer) // 2]])  # a message that is never ended
        if fault.body is not None:
            here.close(_TROUBLE, f"{fault.status} {fault.body.decode()}"[:100])
        else:
            here.socket.shutdown(socket.SHUT_RDWR)
