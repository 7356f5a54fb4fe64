"""Subscribing, confirming, leaving, and what nobody may cause."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from syndicate.audience.models import MailingList, Subscriber, Subscription, Suppression
from syndicate.audience.subscribe import (
    confirm,
    enrol,
    expired,
    lift,
    prefer,
    resubscribe,
    subscribe,
    suppress,
    unsubscribe,
)
from syndicate.lib.errors import BadInput
from tests import rows

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def ask(to: MailingList, now: datetime, email: str = "anna@example.org", **more: Any) -> None:
    subscribe(to, email, **{"via": "form", "now": now} | more)


def the(email: str = "anna@example.org") -> Subscription:
    return Subscription.objects.get(subscriber__address=email)


def mails(now: datetime) -> int:
    return Subscription.objects.awaiting_mail(now).count()


def sent(row: Subscription, now: datetime) -> None:
    """What mail.confirm records when the mail has gone."""
    row.confirm_due, row.confirm_sent_at = None, now
    row.confirm_tries += 1
    row.save()


def test_who_asks_gets_one_mail_and_nothing_else(now: datetime) -> None:
    to = rows.mailing_list()
    ask(to, now, "Anna@Example.org", name="Anna", consent="Yes, please.", network="192.0.2.7")
    row = the()
    assert (row.status, row.via, row.consent) == ("pending", "form", "Yes, please.")
    assert (row.subscriber.email, row.subscriber.name) == ("Anna@example.org", "Anna")
    assert row.network_hash and "192" not in row.network_hash
    assert mails(now) == 1
    assert to.readers().count() == 0


def test_who_confirms_is_a_reader(now: datetime) -> None:
    to = rows.mailing_list()
    ask(to, now)
    confirm(the(), now)
    confirm(the(), now + HOUR)
    assert [r.confirmed_at for r in to.readers()] == [now]
    assert mails(now) == 0


def test_without_double_opt_in_who_asks_is_a_reader(
    now: datetime, configure: Callable[..., Any]
) -> None:
    configure(subscribe={"double_opt_in": False})
    to = rows.mailing_list()
    ask(to, now)
    assert (to.readers().count(), mails(now)) == (1, 0)


def test_asking_again_changes_nothing_for_a_reader(now: datetime) -> None:
    to = rows.mailing_list()
    rows.subscriber("anna@example.org", to, name="Anna")
    ask(to, now, "ANNA@example.org", name="A stranger's idea")
    assert to.readers().get().subscriber.name == "Anna"
    assert mails(now) == 0


def test_an_address_gets_one_mail_a_day_and_three_in_its_life(now: datetime) -> None:
    to = rows.mailing_list()
    gone = 0
    for hour in range(24 * 10):
        moment = now + hour * HOUR
        ask(to, moment)
        if mails(moment):
            sent(the(), moment)
            gone += 1
    assert gone == 3


def test_two_lists_at_once_are_one_mail(now: datetime) -> None:
    for _ in range(2):
        ask(rows.mailing_list(), now)
    assert (Subscription.objects.count(), mails(now)) == (2, 1)


def test_after_confirming_another_list_has_its_own_mail(now: datetime) -> None:
    ask(rows.mailing_list(), now)
    sent(the(), now)
    confirm(the(), now + HOUR)
    ask(rows.mailing_list(), now + HOUR)
    assert mails(now + HOUR) == 1


def test_a_flood_is_spread_over_hours(now: datetime, configure: Callable[..., Any]) -> None:
    configure(subscribe={"mails_per_hour": 10})
    to = rows.mailing_list()
    for n in range(25):
        ask(to, now, f"victim{n}@example.org")
    assert [mails(now + n * HOUR) for n in range(3)] == [10, 20, 25]


def test_one_network_may_ask_so_often_an_hour(now: datetime, configure: Callable[..., Any]) -> None:
    configure(subscribe={"per_address_hour": 3})
    to = rows.mailing_list()
    for n in range(3):
        ask(to, now, f"a{n}@example.org", network=f"2001:db8::{n}")
    with pytest.raises(BadInput, match="Too many"):
        ask(to, now, "a4@example.org", network="2001:db8::ffff")
    ask(to, now, "a5@example.org", network="2001:db8:1::1")
    ask(to, now + HOUR, "a6@example.org", network="2001:db8::1")
    assert Subscriber.objects.count() == 5


def test_an_old_mail_confirms_nothing(now: datetime) -> None:
    to = rows.mailing_list()
    ask(to, now)
    sent(the(), now)
    assert not expired(the(), now + 7 * DAY)
    with pytest.raises(BadInput, match="expired"):
        confirm(the(), now + 7 * DAY + HOUR)
    assert to.readers().count() == 0
    ask(to, now + 8 * DAY)
    confirm(the(), now + 8 * DAY)
    assert to.readers().count() == 1


def test_a_confirmation_from_before_leaving_does_not_bring_back(now: datetime) -> None:
    to = rows.mailing_list()
    ask(to, now)
    unsubscribe(the(), now)
    with pytest.raises(BadInput, match="unsubscribed"):
        confirm(the(), now)
    assert mails(now + DAY) == 0


def test_leaving_a_list_leaves_the_others(now: datetime) -> None:
    one, other = rows.mailing_list(), rows.mailing_list()
    anna = rows.subscriber("anna@example.org", one)
    rows.subscription(anna, other)
    mine = anna.subscriptions.get(list=one)
    unsubscribe(mine, now)
    unsubscribe(mine, now + HOUR)
    assert anna.subscriptions.get(list=one).unsubscribed_at == now
    assert (one.readers().count(), other.readers().count()) == (0, 1)


def test_leaving_everything_is_remembered_until_one_comes_back(now: datetime) -> None:
    one, other = rows.mailing_list(), rows.mailing_list()
    anna = rows.subscriber("anna@example.org", one)
    rows.subscription(anna, other)
    unsubscribe(anna.subscriptions.get(list=one), now, everything=True)
    assert Suppression.objects.get().reason == "unsubscribed"
    assert (one.readers().count(), other.readers().count()) == (0, 0)
    ask(other, now)
    assert other.readers().count() == 0
    confirm(anna.subscriptions.get(list=other), now)
    assert (one.readers().count(), other.readers().count()) == (0, 1)


def test_leaving_can_be_undone_by_a_reader_only(now: datetime) -> None:
    to = rows.mailing_list()
    rows.subscriber("anna@example.org", to)
    ask(to, now, "ben@example.org")
    for email in ("anna@example.org", "ben@example.org"):
        unsubscribe(the(email), now, everything=True)
        resubscribe(the(email), now)
    assert [r.subscriber.address for r in to.readers()] == ["anna@example.org"]


@pytest.mark.parametrize(("reason", "back"), [
    ("unsubscribed", 1), ("bounced", 1), ("complained", 0), ("manual", 0),
])  # fmt: skip
def test_who_may_come_back(reason: str, back: int, now: datetime) -> None:
    to = rows.mailing_list()
    suppress("Anna@example.org", reason, "", now)
    ask(to, now)
    assert mails(now) == back
    for row in Subscription.objects.all():
        confirm(row, now)
    assert to.readers().count() == back


def test_a_suppressed_address_confirms_even_without_double_opt_in(
    now: datetime, configure: Callable[..., Any]
) -> None:
    configure(subscribe={"double_opt_in": False})
    to = rows.mailing_list()
    suppress("anna@example.org", "unsubscribed", "", now)
    ask(to, now)
    assert (to.readers().count(), mails(now)) == (0, 1)


def test_the_weightiest_reason_stays(now: datetime) -> None:
    for reason in ("unsubscribed", "complained", "bounced"):
        suppress("anna@example.org", reason, f"because {reason}", now)
    row = Suppression.objects.get()
    assert (row.reason, row.detail) == ("complained", "because complained")


def test_a_suppression_can_be_lifted(now: datetime) -> None:
    suppress("anna@example.org", "manual", "", now)
    assert lift("Anna@Example.org")
    assert not lift("anna@example.org")


def test_preferences_are_what_the_reader_gets(now: datetime) -> None:
    daily, weekly, old = rows.mailing_list(), rows.mailing_list(), rows.mailing_list()
    inner = rows.mailing_list(public=False)
    anna = rows.subscriber("anna@example.org", daily)
    rows.subscription(anna, old)
    prefer(anna, [daily, weekly, inner], now)
    lists = Subscription.objects.filter(status="confirmed").values_list("list", flat=True)
    assert set(lists) == {daily.pk, weekly.pk}


def test_choosing_nothing_is_leaving(now: datetime) -> None:
    anna = rows.subscriber("anna@example.org", rows.mailing_list())
    prefer(anna, [], now)
    assert the().status == "unsubscribed"


def test_an_editor_adds_a_reader_without_a_mail(now: datetime) -> None:
    to = rows.mailing_list()
    enrol(to, "anna@example.org", name="Anna", via="desk", now=now)
    enrol(to, "anna@example.org", via="desk", now=now + HOUR)
    assert [r.confirmed_at for r in to.readers()] == [now]
    assert mails(now) == 0


def test_an_editor_cannot_bring_back_who_left(now: datetime) -> None:
    to = rows.mailing_list()
    rows.subscriber("anna@example.org", to)
    unsubscribe(the(), now)
    with pytest.raises(BadInput, match="has unsubscribed"):
        enrol(to, "anna@example.org", via="desk", now=now)
    suppress("ben@example.org", "bounced", "", now)
    with pytest.raises(BadInput, match="suppressed"):
        enrol(to, "ben@example.org", via="desk", now=now)
    assert to.readers().count() == 0


def test_a_bad_address_leaves_no_trace(now: datetime) -> None:
    with pytest.raises(BadInput):
        ask(rows.mailing_list(), now, "postmaster@example.org")
    assert Subscriber.objects.count() == 0
