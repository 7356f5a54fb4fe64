"""A sender of its own for each mail, and what a bounce to it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from syndicate.lib import bounds, overlay
from syndicate.lib.errors import BadInput
from syndicate.mail import envelope
from syndicate.mail.message import compile, letter, read_bounce
from syndicate.mail.render import Rendered
from tests.mail.test_message import edition

Configure = Callable[..., Any]


def sender() -> bytes:
    compiled = compile(edition())
    return compiled.sender(compiled.mark(5))


@pytest.fixture
def verp(configure: Configure) -> None:
    configure(mail={"bounce_address": "bounces+*@example.org"})


def test_without_a_star_all_have_the_same(configure: Configure) -> None:
    assert sender() == b"news@harbour.example.org"
    configure(mail={"bounce_address": "bounces@exämple.org"})
    assert sender() == b"bounces@xn--exmple-cua.org"


@pytest.mark.usefixtures("verp")
def test_a_bounce_names_its_delivery() -> None:
    address = sender().decode("ascii")
    local, _, domain = address.partition("@")
    assert local.startswith("bounces+") and len(local) <= 64 and domain == "example.org"
    assert read_bounce(address) == read_bounce(address.upper()) == (7, 5)


@pytest.mark.usefixtures("verp")
def test_a_bounce_is_still_read_when_the_address_was_changed(configure: Configure) -> None:
    address = sender().decode("ascii")
    configure(mail={"bounce_address": "b-*@other.example"})
    assert read_bounce(address) == (7, 5)


@pytest.mark.usefixtures("verp")
def test_nobody_can_make_a_reader_bounce() -> None:
    address = sender().decode("ascii")
    for place in range(len("bounces+"), address.index("@")):
        bent = "0" if address[place] != "0" else "1"
        with pytest.raises(BadInput):
            read_bounce(address[:place] + bent + address[place + 1 :])


@pytest.mark.parametrize("address", ["", "bounces@example.org", "bounces+0@example.org", "ä@b.c"])
def test_what_was_no_sender_of_ours(address: str) -> None:
    with pytest.raises(BadInput, match="names no mail of ours"):
        read_bounce(address)


@pytest.mark.usefixtures("verp")
def test_a_mail_that_stands_in_no_ledger_names_nobody(now: Any) -> None:
    made = letter(edition().newsletter, Rendered("Pier", "", "", ""), now)
    assert made.envelope == "bounces+0@example.org"
    with pytest.raises(BadInput):
        envelope.read_bounce(made.envelope)


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("", True),
        ("bounces@example.org", True),
        ("b+*@example.org", True),
        (f"{'x' * 16}*@example.org", True),
        (f"{'x' * 17}*@example.org", False),
        ("b+*+*@example.org", False),
        ("bounces@*.example.org", False),
    ],
)
def test_where_a_star_may_stand(address: str, fits: bool) -> None:
    tables = {name: dict(table) for name, table in overlay.defaults().items()}
    tables["mail"]["bounce_address"] = address
    assert [mistake.id for mistake in bounds.mistakes(tables)] == ([] if fits else ["M002"])
