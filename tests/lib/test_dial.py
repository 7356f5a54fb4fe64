"""One look-up, one check, one connection: a name that changes its mind gets nowhere."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

from syndicate.lib.addresses import is_public, permitted
from syndicate.lib.http import fetch
from tests.fakes.website import Website


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111"])
def test_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "192.0.2.1", "224.0.0.1", "255.255.255.255", "240.0.0.1"),
        *("::1", "::", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "::127.0.0.1"),
        *("::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:0:0:0:0:80ff:fffe"),
    ],
)
def test_what_is_private_is_known_in_every_disguise(address: str) -> None:
    assert not is_public(address)


def test_an_allowed_host_may_be_anywhere() -> None:
    assert permitted(["10.0.0.1"], "Intranet.Example", ["intranet.example"]) == ["10.0.0.1"]
    assert permitted(["10.0.0.1", "8.8.8.8"], "example.org", []) == ["8.8.8.8"]


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
