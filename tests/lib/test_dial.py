"""One look-up, one check, one connection: a name that changes its mind gets nowhere."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from syndicate.lib.addresses import is_public, permitted
from syndicate.lib.dial import Deadline, Line
from syndicate.lib.errors import BadInput
from syndicate.lib.http import fetch
from tests.fakes.certificate import self_signed
from tests.fakes.website import Website


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "192.0.2.1", "224.0.0.1", "255.255.255.255", "240.0.0.1"),
        *("::1", "::", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "::127.0.0.1"),
        *("::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:0:0:0:0:80ff:fffe"),
        *("::ffff:0:10.0.0.1", "64:ff9b:1::808:808", "fd00:ec2::254", "2606:4700::1111%eth0"),
        *("168.63.129.16", "100.100.100.200", "192.88.99.1", "198.18.0.1", "192.0.0.192"),
        *("2001:db8::1", "3fff::1", "5f00::1", "100::1", "ff0e::1", "fe80::1"),
    ],
)
def test_what_is_private_is_known_in_every_disguise(address: str) -> None:
    assert not is_public(address)


def test_an_allowed_host_may_be_anywhere() -> None:
    assert permitted(["10.0.0.1"], "Intranet.Example", ["intranet.example"]) == ["10.0.0.1"]
    assert permitted(["10.0.0.1", "8.8.8.8"], "example.org", []) == ["8.8.8.8"]


class Names:
    """A resolver's answers, by name; what it does not know is looked up in earnest."""

    def __init__(self, **answers: list[str]) -> None:
        self.answers = {name.replace("_", "."): found for name, found in answers.items()}
        self.asked: list[str] = []
        self._earnest = socket.getaddrinfo

    def __call__(self, host: str, port: int, *args: Any, **named: Any) -> Any:
        self.asked.append(host)
        found = self.answers.get(host.rstrip("."), [host])
        return [each for address in found for each in self._earnest(address, port, *args, **named)]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Names]:
    def answer(**answers: list[str]) -> Names:
        made = Names(**answers)
        monkeypatch.setattr(socket, "getaddrinfo", made)
        return made

    return answer


def test_of_a_name_with_a_public_and_a_private_address_only_the_public_one_is_dialled(
    names: Callable[..., Names],
) -> None:
    names(mixed_test=["10.0.0.1", "8.8.8.8", "127.0.0.1", "2606:4700::1111"])
    places = Line(1).places("mixed.test", 80)
    assert {place[4][0] for place in places} == {"8.8.8.8", "2606:4700::1111"}


@pytest.mark.parametrize(
    "url",
    ["http://inner.test/", "http://INNER.test./", "http://inner.test:8080/", "http://a@inner.test"],
)
def test_a_public_name_of_a_private_address_is_refused(
    names: Callable[..., Names], configure: Callable[..., Any], url: str
) -> None:
    configure(sources={"allow_private": []})
    names(inner_test=["10.0.0.1"])
    with pytest.raises(BadInput, match=r"inner\.test\.? is on a private network \(10\.0\.0\.1\)"):
        fetch(url)


def test_a_redirect_to_a_name_of_a_private_address_is_refused(
    names: Callable[..., Names], configure: Callable[..., Any]
) -> None:
    configure(sources={"allow_private": ["127.0.0.1"]})
    names(metadata_test=["169.254.169.254"])
    with Website() as site:
        site.redirect("http://metadata.test/latest/", 302)
        with pytest.raises(BadInput, match="private network"):
            fetch(site.feed_url)


def test_a_name_in_letters_of_its_own_is_looked_up_as_the_net_writes_it(
    names: Callable[..., Names], configure: Callable[..., Any]
) -> None:
    configure(sources={"allow_private": []})
    asked = names(**{"xn--bcher-kva_test": ["10.0.0.1"]})
    with pytest.raises(BadInput, match="private network"):
        fetch("https://Bücher.test/")
    assert asked.asked == ["xn--bcher-kva.test"]


@pytest.mark.parametrize("host", ["１２７.0.0.1", "ⓔxample.org", "a..b", "x" * 64 + ".org"])
def test_a_name_that_is_none_leads_nowhere(host: str) -> None:
    with pytest.raises(BadInput, match=r"no web address|leads nowhere"):
        fetch(f"http://{host}/")


def test_where_the_first_address_is_deaf_the_next_is_tried(names: Callable[..., Names]) -> None:
    names(two_test=["::1", "127.0.0.1"])
    with Website() as site:
        port = int(site.url.rpartition(":")[2])
        line = Line(1, ["two.test"])
        line.dial("two.test", port).close()
        line.hang_up()


def test_a_line_that_was_cut_dials_no_more() -> None:
    with Website() as site:
        line = Line(1, ["*"])
        line.cut()
        with pytest.raises(TimeoutError):
            line.dial("127.0.0.1", int(site.url.rpartition(":")[2]))


def test_many_deadlines_need_one_thread() -> None:
    lines = [Line(1) for _ in range(20)]
    with ExitStack() as stack:
        for line in lines:
            stack.enter_context(Deadline(30, line))
        assert len([t for t in threading.enumerate() if t.name == "deadline"]) == 1
    assert not Deadline._running


def test_certificates_are_checked(tmp_path: Path) -> None:
    context, _ = self_signed(tmp_path)
    with Website() as site:
        site._server.socket = context.wrap_socket(
            site._server.socket, server_side=True, do_handshake_on_connect=False
        )
        with pytest.raises(BadInput, match="no valid certificate"):
            fetch(site.url.replace("http:", "https:"))


def test_a_name_is_looked_up_once_and_that_address_is_dialled(
    monkeypatch: pytest.MonkeyPatch, configure: Callable[..., Any]
) -> None:
    """A resolver that changes its answer after the check (DNS rebinding) changes nothing."""
    answers = ["127.0.0.1", "203.0.113.9"]
    look_up = socket.getaddrinfo

    def resolve(host: str, port: int, *args: Any, **named: Any) -> Any:
        address = answers.pop(0) if host == "harbour.test" else host
        return look_up(address, port, *args, **named)

    configure(sources={"allow_private": ["harbour.test"]})
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with Website() as site:
        page = fetch(site.url.replace("127.0.0.1", "harbour.test"))
    assert (page.status, answers) == (200, ["203.0.113.9"])
    assert site.requests[0].headers["host"].startswith("harbour.test:")
