"""The web server inside: listens, answers, ends orderly, and says what is in its way."""

import socket
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest
import requests

from syndicate.lib.config import Config
from syndicate.lib.errors import ConfigError
from syndicate.web.server import Server

Environ = dict[str, Any]
Start = Callable[[str, list[tuple[str, str]]], object]


def echo(environ: Environ, start: Start) -> Iterable[bytes]:
    """Answers with what a proxy's word made of the request."""
    start("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['REMOTE_ADDR']} {environ['wsgi.url_scheme']}".encode()]


def serve(configure: Callable[..., Config], application: Any = echo, **web: Any) -> Server:
    server = Server(application, configure(web={"port": 0, "threads": 2} | web))
    server.start()
    return server


def test_it_answers_at_the_address_it_names(configure: Callable[..., Config]) -> None:
    server = serve(configure)
    assert requests.get(server.url, timeout=5).text == "127.0.0.1 http"
    server.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(server.url, timeout=5)


def test_a_request_in_hand_is_answered_before_the_end(configure: Callable[..., Config]) -> None:
    begun, answers = threading.Event(), []

    def slow(environ: Environ, start: Start) -> Iterable[bytes]:
        begun.set()
        time.sleep(0.3)
        return echo(environ, start)

    server = serve(configure, slow)
    asking = threading.Thread(target=lambda: answers.append(requests.get(server.url, timeout=5)))
    asking.start()
    begun.wait(5)
    server.stop()
    asking.join(5)
    assert [answer.status_code for answer in answers] == [200]


def test_nobody_s_word_is_taken_for_who_asks(configure: Callable[..., Config]) -> None:
    server = serve(configure)
    said = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
    assert requests.get(server.url, headers=said, timeout=5).text == "127.0.0.1 http"
    server.stop()


def test_behind_a_proxy_its_word_is_taken(configure: Callable[..., Config]) -> None:
    configure(site={"behind_proxy": True})
    server = serve(configure)
    said = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
    assert requests.get(server.url, headers=said, timeout=5).text == "203.0.113.7 https"
    server.stop()


def test_all_interfaces_are_reached_at_this_one(configure: Callable[..., Config]) -> None:
    server = serve(configure, host="0.0.0.0")
    assert server.url.startswith("http://127.0.0.1:")
    server.stop()


def test_a_port_that_is_taken_is_told(configure: Callable[..., Config]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"port {port}: Address already in use") as caught:
            serve(configure, port=port)
    assert caught.value.id == "C020"
