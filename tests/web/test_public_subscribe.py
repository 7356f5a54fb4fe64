"""Signing up on the public pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from syndicate.audience.models import Subscriber, Subscription
from syndicate.lib import clock
from tests import rows

pytestmark = pytest.mark.django_db
BLINK = timedelta(seconds=0.4)
WHILE = timedelta(seconds=20)


def show(client: Client, page: str, now: datetime) -> str:
    """The page's stamp."""
    with clock.frozen(now):
        html = client.get(page).content.decode()
    found = re.search(r'name="stamp" value="([^"]+)"', html)
    assert found is not None
    return found[1]


def send(
    client: Client, page: str, now: datetime, took: timedelta = WHILE, **fields: Any
) -> HttpResponse:
    """Look at the page, fill the form in, and press the button."""
    stamp = show(client, page, now)
    with clock.frozen(now + took):
        return client.post(page, {"email": "anna@example.org", "stamp": stamp} | fields)


@pytest.fixture
def weekly() -> Any:
    made = rows.mailing_list(name="The Weekly Tide", slug="weekly")
    rows.newsletter(list=made, rhythm="weekly", weekday=4)
    return made


@pytest.mark.parametrize(("page", "via"), [
    ("/subscribe", "form"), ("/subscribe/weekly", "form"), ("/embed/weekly", "embed"),
])  # fmt: skip
def test_who_fills_in_the_form_is_asked_to_confirm(
    client: Client, weekly: Any, page: str, via: str, now: datetime
) -> None:
    answer = send(client, page, now, name="Anna\x00 B")
    assert (answer.status_code, b"anna@example.org" in answer.content) == (200, True)
    row = Subscription.objects.get()
    assert (row.list, row.status, row.via) == (weekly, "pending", via)
    assert row.subscriber.name == "Anna B"
    assert "The Weekly Tide" in row.consent
    assert row.network_hash


@pytest.mark.parametrize(("name", "lead"), [
    ("Tides", r'<p class="lead">Tides <span'), ("The Harbour Review", r'<p class="lead"> <span'),
])  # fmt: skip
def test_the_front_page_names_the_publication_once(client: Client, name: str, lead: str) -> None:
    rows.newsletter(list=rows.mailing_list(name=name))
    assert lead in client.get("/").content.decode()


def test_the_page_says_how_often(client: Client, weekly: Any) -> None:
    rows.newsletter(list=weekly, rhythm="article")
    assert b"Every Friday, and with each new article" in client.get("/subscribe/weekly").content


def test_of_several_lists_one_chooses(client: Client, weekly: Any, now: datetime) -> None:
    rows.mailing_list(slug="daily")
    rows.mailing_list(slug="yearly")
    send(client, "/subscribe", now, list=["daily", "weekly", "no-such-list"])
    slugs = Subscription.objects.values_list("list__slug", flat=True)
    assert set(slugs) == {"daily", "weekly"}


def test_choosing_nothing_is_said(client: Client, weekly: Any, now: datetime) -> None:
    rows.mailing_list()
    answer = send(client, "/subscribe", now)
    assert (answer.status_code, b"Tick at least one" in answer.content) == (400, True)


def test_the_answer_does_not_tell_who_is_known(client: Client, weekly: Any, now: datetime) -> None:
    rows.subscriber("known@example.org", weekly)
    rows.subscription(rows.subscriber("gone@example.org"), weekly, status="unsubscribed")
    answers = {
        send(client, "/subscribe/weekly", now, email=f"{who}@example.org")
        .content.decode().replace(who, "somebody")
        for who in ("known", "gone", "fresh", "fresh")
    }  # fmt: skip
    assert len(answers) == 1


def test_a_bad_address_is_explained_and_kept_in_the_form(
    client: Client, weekly: Any, now: datetime
) -> None:
    answer = send(client, "/subscribe/weekly", now, email="<b>nobody")
    html = answer.content.decode()
    assert answer.status_code == 400
    assert 'value="&lt;b&gt;nobody"' in html
    assert "is not an email address" in html
    assert "<b>" not in html


def test_a_machine_that_fills_in_everything_is_thanked(
    client: Client, weekly: Any, now: datetime
) -> None:
    answer = send(client, "/subscribe/weekly", now, website="http://spam.example")
    assert answer.status_code == 200
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("took", [BLINK, timedelta(days=2), -WHILE])
def test_a_machine_that_is_quick_or_slow_must_ask_again(
    client: Client, weekly: Any, took: timedelta, now: datetime
) -> None:
    answer = send(client, "/subscribe/weekly", now, took)
    assert (answer.status_code, b"One more click" in answer.content) == (400, True)
    assert not Subscriber.objects.exists()


def test_a_plain_form_on_another_site_needs_one_more_click(
    client: Client, weekly: Any, now: datetime
) -> None:
    with clock.frozen(now):
        other = {"Origin": "https://other.example", "Referer": "https://other.example/"}
        answer = client.post("/subscribe/weekly", {"email": "anna@example.org"}, headers=other)
    assert b'value="anna@example.org"' in answer.content
    assert not Subscriber.objects.exists()


def test_the_snippets_can_be_pasted(client: Client, weekly: Any) -> None:
    html = client.get("/embed/weekly/snippet").content.decode()
    assert "&lt;iframe src=&#34;" not in html  # readable as it stands in the field
    assert '&lt;iframe src="https://news.harbour.example.org/embed/weekly"' in html
    assert 'action="https://news.harbour.example.org/subscribe/weekly"' in html


def test_a_thousand_sign_ups_cause_few_mails(
    client: Client, weekly: Any, now: datetime, configure: Callable[..., Any]
) -> None:
    configure(subscribe={"per_address_hour": 20})
    stamp = show(client, "/subscribe/weekly", now)
    with clock.frozen(now + WHILE):
        for n in range(1000):
            form = {"email": f"victim{n % 300}@example.org", "stamp": stamp}
            client.post("/subscribe/weekly", form)
    assert Subscription.objects.awaiting_mail(now + WHILE).count() <= 20


def test_behind_a_proxy_the_visitor_counts_and_cannot_lie(
    client: Client, weekly: Any, now: datetime, configure: Callable[..., Any]
) -> None:
    configure(subscribe={"per_address_hour": 1}, site={"behind_proxy": True})
    stamp = show(client, "/subscribe/weekly", now)
    for n, (chain, status) in enumerate([
        ("192.0.2.1", 200), ("198.51.100.9, 192.0.2.1", 400), ("192.0.2.2", 200),
    ]):  # fmt: skip
        with clock.frozen(now + WHILE):
            form = {"email": f"a{n}@example.org", "stamp": stamp}
            answer = client.post("/subscribe/weekly", form, headers={"X-Forwarded-For": chain})
        assert answer.status_code == status


def test_without_double_opt_in_the_page_says_so(
    client: Client, weekly: Any, now: datetime, configure: Callable[..., Any]
) -> None:
    configure(subscribe={"double_opt_in": False})
    assert b"You are subscribed" in send(client, "/subscribe/weekly", now).content


@pytest.mark.parametrize("page", ["/subscribe/inner", "/embed/inner", "/embed/inner/snippet"])
def test_a_list_that_is_not_public_is_not_offered(client: Client, page: str) -> None:
    rows.mailing_list(slug="inner", public=False)
    assert client.get(page).status_code == 404
    assert b"nothing to subscribe to yet" in client.get("/subscribe").content
