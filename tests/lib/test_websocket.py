"""The one door to web sockets: guarded, bounded, and what broke is said without secrets."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from syndicate.lib.dial import trust
from syndicate.lib.errors import NotSent, Scope
from syndicate.lib.websocket import Declined, websocket
from tests.fakes.certificate import self_signed


@contextmanager
def server(
    talk: Callable[[ServerConnection], None],
    greet: Callable[[ServerConnection, Request], Response | None] | None = None,
    encrypted: ssl.SSLContext | None = None,
) -> Iterator[str]:
    """A web socket server on loopback that *talks* to whoever comes."""
    with serve(talk, "127.0.0.1", 0, process_request=greet, ssl=encrypted) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        host, port = listening.socket.getsockname()[:2]
        yield f"{'wss' if encrypted else 'ws'}://{host}:{port}"
        listening.shutdown()


@contextmanager
def raw(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that says what it likes to one who comes."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve_one() -> None:
            opened, _ = listening.accept()
            with opened:
                talk(opened)

        serving = threading.Thread(target=serve_one, daemon=True)
        serving.start()
        yield f"ws://127.0.0.1:{listening.getsockname()[1]}"
        serving.join(10)


def lost(url: str, *said: str, timeout: float | None = None) -> NotSent:
    """What comes of saying it and waiting for an answer."""
    with pytest.raises(NotSent) as raised, websocket(url, timeout=timeout) as there:
        for text in said:
            there.send(text)
        there.receive()
    return raised.value


def echo(there: ServerConnection) -> None:
    for said in there:
        there.send(said)


def test_what_is_said_is_answered() -> None:
    with server(echo) as url, websocket(url) as there:
        for text in ("a", "潮と町 👩‍👩‍👧", "x" * 100_000):
            there.send(text)
            assert there.receive() == text


def test_pieces_are_put_together_and_pings_answered() -> None:
    heard = threading.Event()

    def talk(there: ServerConnection) -> None:
        if there.ping().wait(10):
            heard.set()
        there.send(["in ", "three ", "pieces"])

    with server(talk) as url, websocket(url) as there:
        assert there.receive() == "in three pieces"
    assert heard.is_set()


def test_a_private_network_is_refused(configure: Any) -> None:
    configure(sources={"allow_private": []})
    with server(echo) as url:
        refused = lost(url, "let me in")
    assert "private network" in refused.message and "allow_private" in refused.hint
    assert refused.permanent and refused.scope is Scope.LANE and not refused.unknown


@pytest.mark.parametrize(
    "url", ["https://example.org", "ws://", "wss://[", "wss://a:b:c", "wss://x/?key=hush#a"]
)
def test_what_is_no_address_is_refused_and_not_shown(url: str) -> None:
    refused = lost(url)
    assert refused.permanent and "web socket" in refused.message and "hush" not in str(refused)


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    error = lost(f"ws://127.0.0.1:{port}/?key=hush")
    assert error.message == "127.0.0.1 cannot be reached."
    assert not error.permanent and not error.unknown


@pytest.mark.parametrize(("status", "permanent"), [(404, True), (302, True), (503, False)])
def test_another_answer_than_a_web_socket(status: int, permanent: bool) -> None:
    headers = Headers({"Retry-After": "60", "Location": "ws://127.0.0.1:1/"})

    def greet(there: ServerConnection, request: Request) -> Response:
        return Response(status, "", headers, b"not here")

    with server(echo, greet) as url:
        declined = lost(url, "is anybody there?")
    assert isinstance(declined, Declined) and declined.answer.status_code == status
    assert declined.answer.headers["retry-after"] == "60"
    assert declined.permanent is permanent and not declined.unknown


def test_what_was_said_may_have_been_heard() -> None:
    def talk(there: ServerConnection) -> None:
        there.recv()
        there.socket.shutdown(socket.SHUT_RDWR)

    with server(talk) as url:
        error = lost(url, "heard?")
    assert "broke off" in error.message
    assert error.unknown and not error.permanent


def test_why_it_was_ended_is_told() -> None:
    with server(lambda there: there.close(1013, "come back later")) as url:
        ended = lost(url)
    assert "1013 come back later" in ended.message and not ended.unknown


def test_one_who_is_silent_is_left() -> None:
    with server(lambda there: time.sleep(1)) as url:
        begun = time.monotonic()
        assert "in time" in lost(url, timeout=0.2).message
        assert time.monotonic() - begun < 1


def test_one_who_dribbles_is_left() -> None:
    def talk(there: socket.socket) -> None:
        there.recv(4096)
        with suppress(OSError):
            for _ in range(100):
                there.sendall(b"H")
                time.sleep(0.05)

    with raw(talk) as url:
        begun = time.monotonic()
        assert "longer than" in lost(url, timeout=0.2).message
        assert time.monotonic() - begun < 3


def test_a_message_without_end_is_not_kept() -> None:
    with server(lambda there: there.send("x" * (1 << 21))) as url:
        assert not lost(url).permanent


def test_what_speaks_something_else() -> None:
    with raw(lambda there: there.sendall(b"220 mail.example ESMTP\r\n")) as url:
        error = lost(url, "EHLO", timeout=2)
    assert not error.unknown and not error.permanent


def test_it_is_encrypted_where_the_address_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, certificate = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    trust.cache_clear()  # whom to believe is read once
    try:
        with server(echo, encrypted=context) as url, websocket(url) as there:
            there.send("for us alone")
            assert there.receive() == "for us alone"
    finally:
        trust.cache_clear()


def test_certificates_are_checked(tmp_path: Path) -> None:
    context, _ = self_signed(tmp_path)
    with server(echo, encrypted=context) as url:
        assert "no valid certificate" in lost(url, "a secret").message


def test_what_is_raised_inside_goes_through() -> None:
    with server(echo) as url, pytest.raises(ZeroDivisionError), websocket(url):
        raise ZeroDivisionError
