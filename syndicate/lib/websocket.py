"""The one door to web sockets, behind the same guard as ``lib.http``: lib.dial opens every line.

::

    with websocket("wss://relay.example") as there:
        there.send("…")
        answer = there.receive()

Every wait, every message and the whole conversation have an end. The protocol (RFC 6455) is that of
``websockets``, of which only the part is used that opens no connection of its own.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidStatus, InvalidURI, WebSocketException
from websockets.frames import Close, CloseCode, Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import Event, State
from websockets.uri import WebSocketURI, parse_uri

from syndicate.lib.config import site
from syndicate.lib.dial import Deadline, Line, trust
from syndicate.lib.errors import BadInput, NotSent, Scope
from syndicate.lib.http import Reply
from syndicate.lib.mishaps import failure
from syndicate.lib.text import one_line

_CHUNK = 65536
_MOST = 1 << 20  # bytes of one message
_SHOWN = 200
_BROKEN = (OSError, WebSocketException)


@contextmanager
def websocket(url: str, *, timeout: float | None = None) -> Iterator[WebSocket]:
    """A conversation with *url*, greeted. Raises NotSent, also out of what is done inside.

    *unknown* of that error says that what was said may have been heard.
    """
    at = _address(url)
    seconds = timeout or site().social.timeout_seconds
    line = Line(seconds, site().sources.allow_private)
    there = None
    with Deadline(seconds * 4, line):
        try:
            there = WebSocket(at, _opened(at, line))
            there.greet()
            line.reached = True
            yield there
        except InvalidStatus as error:
            raise Declined(at.host, error.response) from error
        except _BROKEN as error:
            message, hint = failure(error, line, seconds * 4)
            if isinstance(error, Closed) and error.reason:
                message = f"ends the conversation ({error.reason})"
            raise NotSent(
                f"{at.host} {message}.", permanent=False, hint=hint,
                unknown=there is not None and there.said,
            ) from error  # fmt: skip
        finally:
            if there is not None:
                there.close()


class Declined(NotSent):
    """The server answered, but opened no web socket; *answer* says why, without its body."""

    def __init__(self, host: str, response: Response) -> None:
        status = response.status_code
        super().__init__(
            f"{host} opens no web socket ({status}).",
            permanent=status < 500,
            scope=Scope.LANE if status < 500 else Scope.ITEM,
            hint="Look whether the address is right.",
        )
        self.answer = Reply()
        self.answer.status_code = status
        self.answer.headers.update(response.headers.raw_items())


class Closed(ConnectionError):
    """The other side ended it; *reason* is what it said, if anything."""

    def __init__(self, said: Close | None) -> None:
        self.reason = one_line(f"{int(said.code)} {said.reason}")[:_SHOWN] if said else ""
        super().__init__(self.reason)


class WebSocket:
    """A conversation that stands."""

    def __init__(self, at: WebSocketURI, opened: socket.socket) -> None:
        self._socket = opened
        self._protocol = ClientProtocol(at, max_size=_MOST)
        self._arrived: list[str] = []
        self._pieces = b""  # of a message that comes in several frames
        self.said = False  # what was said may have been heard

    def greet(self) -> None:
        """Shake hands. Raises OSError, WebSocketException."""
        request = self._protocol.connect()
        request.headers["User-Agent"] = site().sources.user_agent
        self._protocol.send_request(request)
        self._flush()
        while self._protocol.state is State.CONNECTING:
            self._hear()

    def send(self, text: str) -> None:
        """Say *text*."""
        self.said = True
        self._protocol.send_text(text.encode())
        self._flush()

    def receive(self) -> str:
        """What the other side says next."""
        while not self._arrived:
            self._hear()
        return self._arrived.pop(0)

    def close(self) -> None:
        """Say goodbye; nobody waits for the answer."""
        with suppress(*_BROKEN):
            self._protocol.send_close(CloseCode.NORMAL_CLOSURE)
            self._flush()
        self._socket.close()

    def _hear(self) -> None:
        heard = self._socket.recv(_CHUNK)
        if heard:
            self._protocol.receive_data(heard)
        else:
            self._protocol.receive_eof()
        for event in self._protocol.events_received():
            self._take(event)
        self._flush()  # what the protocol itself answers
        if self._protocol.handshake_exc is not None:
            raise self._protocol.handshake_exc
        if not self._arrived and self._protocol.state in (State.CLOSING, State.CLOSED):
            raise Closed(self._protocol.close_rcvd)

    def _take(self, event: Event) -> None:
        if isinstance(event, Frame) and event.opcode in (Opcode.TEXT, Opcode.CONT):
            self._pieces += event.data
            if event.fin:
                self._arrived.append(self._pieces.decode(errors="replace"))
                self._pieces = b""

    def _flush(self) -> None:
        for piece in self._protocol.data_to_send():
            if piece:
                self._socket.sendall(piece)


def _address(url: str) -> WebSocketURI:
    try:
        return parse_uri(url)
    except (InvalidURI, ValueError) as error:
        # The address itself may hold a token.
        raise NotSent(
            "The address of a web socket is none.", permanent=True, scope=Scope.LANE,
            hint="It begins with wss://.",
        ) from error  # fmt: skip


def _opened(at: WebSocketURI, line: Line) -> socket.socket:
    """Dialled behind the guard; encrypted where the address says so. Raises OSError."""
    try:
        opened = line.dial(at.host, at.port)
    except BadInput as error:
        raise NotSent(
            error.message, permanent=True, scope=Scope.LANE, hint=error.hint
        ) from error  # fmt: skip
    return trust().wrap_socket(opened, server_hostname=at.host) if at.secure else opened
