"""The confirmation mail: once, to the right person, and again only when it did not go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from syndicate.audience.models import Subscription, Suppression
from syndicate.lib.config import Config
from syndicate.mail.confirm import confirm, next_try
from syndicate.mail.models import Pause
from tests import rows
from tests.fakes.inbox import Inbox

pytestmark = pytest.mark.django_db

ADA = "ada@example.org"


@pytest.fixture
def inbox(configure: Callable[..., Config]) -> Iterator[Inbox]:
    with Inbox() as running:
        smtp = {"host": "127.0.0.1", "port": running.port, "security": "none"}
        configure(mail={"transport": "smtp"}, smtp=smtp)
        yield running


@pytest.fixture
def asked(now: datetime) -> Subscription:
    """Ada wants the weekly list."""
    person = rows.subscriber(ADA, name="Ada")
    weekly = rows.mailing_list(name="The weekly")
    return rows.subscription(
        person, weekly, status="pending", created_at=now, confirmed_at=None, confirm_due=now
    )


def due(asked: Subscription) -> datetime | None:
    asked.refresh_from_db()
    return asked.confirm_due


def test_one_mail_with_the_link(inbox: Inbox, asked: Subscription, now: datetime) -> None:
    confirm(asked.pk, now)
    confirm(asked.pk, now + timedelta(hours=1))
    mail = inbox.messages[0]
    assert len(inbox.messages) == 1 and mail.recipient == ADA
    assert "The weekly" in mail.subject and mail.message["Auto-Submitted"] == "auto-generated"
    assert "https://news.harbour.example.org/confirm/" in mail.text
    assert due(asked) is None
    assert (asked.confirm_sent_at, asked.confirm_tries, asked.status) == (now, 1, "pending")


def test_not_now_is_tried_again_as_the_same_mail(
    inbox: Inbox, asked: Subscription, now: datetime
) -> None:
    inbox.drop_at("dot")
    confirm(asked.pk, now)
    assert (due(asked), asked.confirm_tries) == (now + timedelta(minutes=1), 0)
    assert "no answer" in asked.confirm_error
    confirm(asked.pk, now + timedelta(minutes=1))
    first, second = (mail.message["Message-ID"] for mail in inbox.messages)
    assert first == second and due(asked) is None and asked.confirm_error == ""


def test_a_refusal_is_final(inbox: Inbox, asked: Subscription, now: datetime) -> None:
    inbox.refuse(ADA)
    confirm(asked.pk, now)
    assert due(asked) is None and "550 5.1.1" in asked.confirm_error


def test_a_wrong_password_costs_no_try(
    inbox: Inbox, asked: Subscription, now: datetime, configure: Callable[..., Config]
) -> None:
    inbox.require_login("ada", "secret")
    configure(smtp={"username": "ada", "password": "wrong"})
    confirm(asked.pk, now)
    assert "smtp.password" in Pause.objects.get().hint
    confirm(asked.pk, now + timedelta(minutes=1))
    assert due(asked) == now + timedelta(minutes=2) and asked.confirm_tries == 0


def test_a_banned_address_gets_none(inbox: Inbox, asked: Subscription, now: datetime) -> None:
    Suppression.objects.create(address=ADA, reason="complained", created_at=now)
    confirm(asked.pk, now)
    assert inbox.messages == [] and due(asked) is None


def test_who_left_may_come_back(inbox: Inbox, asked: Subscription, now: datetime) -> None:
    Suppression.objects.create(address=ADA, reason="unsubscribed", created_at=now)
    confirm(asked.pk, now)
    assert inbox.recipients == [ADA]


def test_somebody_elses_claim_is_left_alone(
    inbox: Inbox, asked: Subscription, now: datetime
) -> None:
    assert Subscription.objects.claim_mail(asked.pk, now, now + timedelta(minutes=5))
    confirm(asked.pk, now)
    assert inbox.messages == []
    confirm(asked.pk, now + timedelta(minutes=5))
    assert inbox.recipients == [ADA]


@pytest.mark.parametrize(("waited", "more"), [(0, 1), (1, 1), (60, 60), (1439, 1439)])
def test_the_wait_doubles(now: datetime, waited: int, more: int) -> None:
    asked_at = now - timedelta(minutes=waited)
    assert next_try(asked_at, now) == now + timedelta(minutes=more)
    assert next_try(now - timedelta(days=1, minutes=1), now) is None
