"""The pages behind a mail's links: confirm, preferences, unsubscribe, one click."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from syndicate.audience import links
from syndicate.audience.models import MailingList, Subscription, Suppression
from syndicate.audience.subscribe import subscribe, unsubscribe
from syndicate.lib import clock
from tests import rows

pytestmark = pytest.mark.django_db
BODY = b"List-Unsubscribe=One-Click"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
SITE = "https://news.harbour.example.org"


def path(url: str) -> str:
    assert url.startswith(SITE)
    return url.removeprefix(SITE)


@pytest.fixture
def weekly() -> MailingList:
    return rows.mailing_list(name="The Weekly Tide", slug="weekly")


@pytest.fixture
def anna(weekly: MailingList) -> Subscription:
    return rows.subscriber("anna@example.org", weekly).subscriptions.get()


@pytest.fixture
def strict() -> Client:
    """A browser whose forms Django checks as in earnest."""
    return Client(enforce_csrf_checks=True)


def status(row: Subscription) -> str:
    row.refresh_from_db()
    return row.status


def pending(to: MailingList, now: datetime) -> Subscription:
    subscribe(to, "ben@example.org", via="form", now=now)
    return Subscription.objects.get(subscriber__address="ben@example.org", list=to)


class TestConfirm:
    """``/confirm/<token>``."""

    def test_looking_does_nothing_and_the_button_confirms(
        self, strict: Client, weekly: MailingList, now: datetime
    ) -> None:
        ben = pending(weekly, now)
        page = path(links.confirm_url(ben.pk))
        with clock.frozen(now):
            assert b"Yes, subscribe me" in strict.get(page).content
            assert status(ben) == "pending"
            assert b"Welcome" in strict.post(page).content
            assert status(ben) == "confirmed"
            assert b"Welcome" in strict.get(page).content

    def test_one_mail_confirms_what_is_ticked(
        self, client: Client, weekly: MailingList, now: datetime
    ) -> None:
        daily, yearly = rows.mailing_list(slug="daily"), rows.mailing_list(slug="yearly")
        asked = [pending(to, now) for to in (weekly, daily, yearly)]
        with clock.frozen(now):
            page = path(links.confirm_url(asked[0].pk))
            assert client.get(page).content.count(b'type="checkbox"') == 3
            client.post(page, {"list": ["weekly", "yearly"]})
        assert [status(row) for row in asked] == ["confirmed", "pending", "confirmed"]

    def test_an_old_mail_says_what_to_do(
        self, client: Client, weekly: MailingList, now: datetime
    ) -> None:
        ben = pending(weekly, now)
        page = path(links.confirm_url(ben.pk))
        with clock.frozen(now + timedelta(days=8)):
            for answer in (client.get(page), client.post(page)):
                assert answer.status_code == 410
                assert b"This link has expired" in answer.content
        assert status(ben) == "pending"

    def test_who_has_left_since_is_not_brought_back(
        self, client: Client, anna: Subscription, now: datetime
    ) -> None:
        unsubscribe(anna, now)
        assert client.post(path(links.confirm_url(anna.pk))).status_code == 410
        assert status(anna) == "unsubscribed"


class TestUnsubscribe:
    """``/u/<token>``: the page."""

    def test_looking_does_nothing_and_the_button_unsubscribes(
        self, strict: Client, anna: Subscription
    ) -> None:
        page = path(links.unsubscribe_url(anna.pk))
        assert b"The Weekly Tide" in strict.get(page).content
        assert status(anna) == "confirmed"
        assert b"You are unsubscribed" in strict.post(page, {"act": "list"}).content
        assert status(anna) == "unsubscribed"
        assert b"You are unsubscribed" in strict.get(page).content

    def test_it_can_be_undone(self, client: Client, anna: Subscription) -> None:
        page = path(links.unsubscribe_url(anna.pk))
        client.post(page, {"act": "everything"})
        assert Suppression.objects.count() == 1
        assert b"subscribed again" in client.post(page, {"act": "undo"}).content
        assert (status(anna), Suppression.objects.count()) == ("confirmed", 0)

    def test_everything_is_every_list(self, client: Client, anna: Subscription) -> None:
        other = rows.subscription(anna.subscriber, rows.mailing_list())
        client.post(path(links.unsubscribe_url(anna.pk)), {"act": "everything"})
        assert (status(anna), status(other)) == ("unsubscribed", "unsubscribed")


class TestOneClick:
    """``/o/<token>``: what a mail program calls (RFC 8058)."""

    @pytest.mark.parametrize("sent", [
        {"data": BODY, "content_type": "application/x-www-form-urlencoded"},
        {"data": ONE_CLICK},  # multipart
        {"data": BODY, "content_type": "text/plain"},
        {"data": BODY, "content_type": ""},
    ])  # fmt: skip
    def test_a_post_unsubscribes_at_once(
        self, strict: Client, anna: Subscription, sent: dict[str, Any]
    ) -> None:
        page = path(links.one_click_url(anna.pk))
        foreign = {"Origin": "https://mail.example", "Referer": "https://mail.example/"}
        for _ in range(2):
            answer = strict.post(page, **sent, headers=foreign)
            assert (answer.status_code, dict(answer.cookies)) == (200, {})
            assert status(anna) == "unsubscribed"

    @pytest.mark.parametrize("data", [b"", b"x=1"])
    def test_a_scanner_changes_nothing(
        self, client: Client, anna: Subscription, data: bytes
    ) -> None:
        page = path(links.one_click_url(anna.pk))
        answers = [client.get(page), client.head(page), client.generic("GET", page, BODY),
                   client.post(page, data, content_type="text/plain")]  # fmt: skip
        assert {answer.status_code for answer in answers} == {200}
        assert status(anna) == "confirmed"

    def test_by_hand_it_is_a_page_with_a_button(self, client: Client, anna: Subscription) -> None:
        html = client.get(path(links.one_click_url(anna.pk))).content.decode()
        assert f'action="{path(links.unsubscribe_url(anna.pk))}"' in html

    def test_the_links_of_the_text_do_not_give_it_away(
        self, client: Client, anna: Subscription
    ) -> None:
        token = links.unsubscribe_url(anna.pk).rpartition("/")[2]
        assert client.post(f"/o/{token}", ONE_CLICK).status_code == 404
        assert status(anna) == "confirmed"


class TestPreferences:
    """``/preferences/<token>``."""

    def test_it_shows_what_one_gets_and_saves_what_one_wants(
        self, strict: Client, anna: Subscription
    ) -> None:
        rows.mailing_list(slug="daily")
        page = path(links.preferences_url(anna.subscriber_id))
        html = strict.get(page).content.decode()
        assert 'value="weekly" checked' in html
        assert 'value="daily" checked' not in html
        html = strict.post(page, {"act": "save", "list": ["daily"]}).content.decode()
        assert 'value="daily" checked' in html
        assert 'value="weekly" checked' not in html
        assert status(anna) == "unsubscribed"

    def test_everything_can_be_stopped(self, client: Client, anna: Subscription) -> None:
        page = path(links.preferences_url(anna.subscriber_id))
        client.post(page, {"act": "everything", "list": ["weekly"]})
        assert status(anna) == "unsubscribed"
        assert Suppression.objects.get().reason == "unsubscribed"

    def test_a_list_that_is_not_public_cannot_be_joined(
        self, client: Client, anna: Subscription
    ) -> None:
        inner = rows.mailing_list(slug="inner", public=False)
        client.post(path(links.preferences_url(anna.subscriber_id)), {"list": ["inner"]})
        assert not inner.subscriptions.exists()


@pytest.mark.parametrize("kind", ["confirm", "preferences", "u", "o"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_forged_link_leads_nowhere(
    client: Client, anna: Subscription, kind: str, method: str
) -> None:
    token = links.preferences_url(anna.pk).rpartition("/")[2]
    for forged in ("x", token[:-1], "A" * 22, "ü", "%00"):
        answer = getattr(client, method)(f"/{kind}/{forged}", ONE_CLICK)
        assert answer.status_code == 404
    assert status(anna) == "confirmed"
