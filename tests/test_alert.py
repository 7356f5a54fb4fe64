"""Editors are mailed once when an account breaks, once when it is well, and before it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from syndicate.alert import AHEAD, alert, due
from syndicate.lib.config import Config
from syndicate.social.models import Account
from tests import rows
from tests.fakes.inbox import Inbox

pytestmark = pytest.mark.django_db
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def inbox(configure: Callable[..., Config]) -> Iterator[Inbox]:
    with Inbox() as running:
        smtp = {"host": "127.0.0.1", "port": running.port, "security": "none"}
        configure(mail={"transport": "smtp"}, smtp=smtp)
        yield running


@pytest.fixture
def account() -> Account:
    """On which an editor watches."""
    User.objects.create(username="ada", email="ada@harbour.example.org")
    User.objects.create(username="bo")
    return rows.account(name="@review")


def become(account: Account, now: datetime, **values: Any) -> None:
    """Another state, and what the clock does about it."""
    Account.objects.filter(pk=account.pk).update(**values)
    for pk in due(now):
        alert(pk, now)


def subjects(inbox: Inbox) -> list[str]:
    return [mail.subject for mail in inbox.messages]


BROKEN = {"health": "reconnect", "error": "X refuses our credentials (401).", "hint": "Renew them."}
WELL = {"health": "ok", "error": "", "hint": "", "paused_until": None}


def test_one_mail_when_it_breaks_and_one_when_it_is_well(
    inbox: Inbox, account: Account, now: datetime
) -> None:
    become(account, now, **BROKEN)
    become(account, now + DAY, error="X refuses our credentials again.")
    assert subjects(inbox) == ["@review cannot post"]
    become(account, now + 2 * DAY, **WELL)
    become(account, now + 3 * DAY)
    assert subjects(inbox) == ["@review cannot post", "@review posts again"]


def test_it_says_what_is_wrong_and_what_to_do(
    inbox: Inbox, account: Account, now: datetime
) -> None:
    become(account, now, **BROKEN)
    (mail,) = inbox.messages
    assert "refuses our credentials (401)" in mail.text and "Renew them." in mail.text
    assert f"/desk/accounts/{account.pk}" in mail.text
    assert mail.recipient == "ada@harbour.example.org"


def test_others_may_be_told_instead(
    inbox: Inbox, account: Account, now: datetime, configure: Callable[..., Config]
) -> None:
    configure(alerts={"mail_to": ["night@harbour.example.org", "day@harbour.example.org"]})
    become(account, now, **BROKEN)
    assert sorted(mail.recipient[:3] for mail in inbox.messages) == ["day", "nig"]


def test_a_pause_that_ends_by_itself_is_not_told(
    inbox: Inbox, account: Account, now: datetime
) -> None:
    become(account, now, health="paused", paused_until=now + MINUTE, error="Too often.")
    assert subjects(inbox) == []
    become(account, now, health="paused", paused_until=None, error="No credit.")
    assert subjects(inbox) == ["@review cannot post"]


def test_a_week_before_it_ends_and_not_again(inbox: Inbox, account: Account, now: datetime) -> None:
    ends = now + AHEAD
    become(account, now, expires_at=ends)
    assert subjects(inbox) == []
    become(account, now + MINUTE)
    become(account, now + DAY)
    assert subjects(inbox) == ["@review must be connected again by 30 November 2026"]
    become(account, now + 2 * DAY, expires_at=ends + 60 * DAY)
    assert len(inbox.messages) == 1


def test_when_no_mail_leaves_it_is_told_later(
    account: Account, now: datetime, configure: Callable[..., Config]
) -> None:
    configure(mail={"transport": "smtp"}, smtp={"host": "127.0.0.1", "port": 1, "security": "none"})
    become(account, now, **BROKEN)
    account.refresh_from_db()
    assert account.told == ""
    assert not [*due(now + MINUTE)]
    with Inbox() as running:
        configure(smtp={"host": "127.0.0.1", "port": running.port, "security": "none"})
        become(account, now + 2 * DAY)
        assert subjects(running) == ["@review cannot post"]


def test_two_workers_tell_it_once(inbox: Inbox, account: Account, now: datetime) -> None:
    Account.objects.update(**BROKEN)
    (first,), (second,) = due(now), due(now)
    alert(first, now)
    alert(second, now)
    assert len(inbox.messages) == 1


def test_an_account_that_an_editor_paused_is_not_told_of(
    inbox: Inbox, account: Account, now: datetime
) -> None:
    become(account, now, active=False, **BROKEN)
    assert subjects(inbox) == []
