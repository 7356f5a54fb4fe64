"""What doctor says of the ways out for mail: what they lack, and what they answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from syndicate.checks import settings, transports
from syndicate.lib.config import Config, Provider, Way, site
from syndicate.mail.transports.services import SERVICES
from tests.fakes.inbox import Inbox
from tests.fakes.provider import Service
from tests.ways import way


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with Inbox() as running:
        yield running


def smtp(configure: Callable[..., Config], inbox: Inbox, **more: Any) -> None:
    values = {"host": "127.0.0.1", "port": inbox.port, "security": "none"}
    configure(mail={"transport": "smtp"}, smtp=values | more)


def ids(found: Any) -> list[str]:
    return [finding.id for finding in found]


def test_a_mail_server_is_tried_without_sending(
    now: datetime, configure: Callable[..., Config], inbox: Inbox
) -> None:
    smtp(configure, inbox)
    assert ids(transports.answer(now)) == []
    assert inbox.messages == []


def test_a_mail_server_that_is_not_there_is_told(
    now: datetime, configure: Callable[..., Config]
) -> None:
    configure(mail={"transport": "smtp"}, smtp={"host": "127.0.0.1", "port": 9, "security": "none"})
    (found,) = transports.answer(now)
    assert (found.id, found.remote, found.auth) == ("M005", True, False)


def test_a_refused_login_is_told(
    now: datetime, configure: Callable[..., Config], inbox: Inbox
) -> None:
    inbox.require_login("review", "right")
    smtp(configure, inbox, username="review", password="wrong")
    (found,) = transports.answer(now)
    assert (found.id, found.auth) == ("M006", True)
    assert "wrong" not in found.message + found.hint


def test_every_way_is_tried_and_named(
    now: datetime, configure: Callable[..., Config], inbox: Inbox
) -> None:
    smtp(configure, inbox)
    with Service("postmark") as service:
        wrong = {"settings": {"server_token": "no", "api_url": service.url}}
        configure_ways(configure, backup=way("smtp", host="127.0.0.1", port=9, security="none"),
                       post=way("provider", **service.options() | wrong))  # fmt: skip
        backup, post = transports.answer(now)
    assert (backup.id, post.id) == ("M005", "M006")
    assert backup.message.startswith("backup: ") and post.message.startswith("post: Postmark")


def test_what_a_way_lacks_is_told_without_asking_anybody(
    configure: Callable[..., Config],
) -> None:
    configure_ways(configure, go=way("provider", name="unisender_go", settings={"api_key": "k"}),
                   post=way("provider", name="postmark"))  # fmt: skip
    go, post = transports.able(site())
    assert (go.id, post.id) == ("M008", "M009")
    assert "[transports.go]" in go.message and "server_token" in post.message


@pytest.mark.parametrize("name", ["postmark", "sparkpost"])
def test_bounces_that_a_service_keeps_are_told(configure: Callable[..., Config], name: str) -> None:
    settings = dict.fromkeys(SERVICES[name].needs, "k")
    configure(mail={"bounce_address": "bounces@example.org"})
    configure_ways(configure, post=way("provider", name=name, settings=settings))
    found = ids(transports.able(site()))
    assert found == ([] if SERVICES[name].takes_bounces else ["M010"])


def test_a_service_that_may_refuse_our_mails_is_told(configure: Callable[..., Config]) -> None:
    settings = {"api_token": "k"}
    configure_ways(configure, post=way("provider", name="mailersend", settings=settings))
    (found,) = transports.able(site())
    assert found.id == "M011" and "only enterprise accounts" in found.message


def test_a_backup_s_password_in_the_clear_is_told(configure: Callable[..., Config]) -> None:
    far = way("smtp", host="b.example.org", security="none", password="secret")
    config = configure_ways(configure, backup=far)
    assert "M004" in ids(settings.sender(config))


def test_a_service_reaches_real_readers(configure: Callable[..., Config]) -> None:
    config = configure(mail={"transport": "directory"})
    assert not settings.leaves_this_machine(config)
    config = configure_ways(configure, post=way("provider", name="postmark"))
    assert isinstance(config.transports["post"].options, Provider)
    assert settings.leaves_this_machine(config)


def configure_ways(configure: Callable[..., Config], **ways: Way) -> Config:
    return configure(transports=ways)
