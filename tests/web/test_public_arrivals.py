"""Counting who came by which channel: our own channels only, by the day, and nobody followed."""

from __future__ import annotations

import pytest
from django.test import Client

from syndicate.audience.models import Arrival, Subscription
from syndicate.lib import clock
from syndicate.web.public.signup import stamp
from tests import rows

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def account() -> None:
    """One of ours puts its name into its links."""
    rows.account("webhook", customs={"utm_source": "mastodon"})


def counted() -> dict[str, int]:
    return dict(Arrival.objects.values_list("source", "count"))


@pytest.mark.parametrize("page", ["/", "/archive", "/subscribe", "/arrived"])
def test_who_comes_by_a_link_of_ours_is_counted(client: Client, page: str) -> None:
    client.get(page)
    for _ in range(2):
        answer = client.get(f"{page}?utm_source=mastodon&utm_medium=social")
    assert counted() == {"mastodon": 2}
    assert not answer.cookies


def test_a_page_of_the_publications_tells_us_by_a_beacon(client: Client) -> None:
    answer = client.post("/arrived?utm_source=mastodon", headers={"Origin": "https://example.org"})
    assert (answer.status_code, answer.content, counted()) == (204, b"", {"mastodon": 1})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("source", ["someone", "", "m" * 5000, "mastodon\x00"])
def test_what_is_no_channel_of_ours_is_not_kept(client: Client, source: str) -> None:
    assert client.get("/arrived", {"utm_source": source}).status_code == 204
    assert counted() == {}


def test_a_new_reader_is_known_by_the_channel_that_led_here(client: Client) -> None:
    rows.mailing_list(slug="weekly")
    page = client.get("/subscribe/weekly?utm_source=mastodon").getvalue().decode()
    assert '<input type="hidden" name="utm_source" value="mastodon">' in page
    shown = int(clock.now().timestamp()) - 5
    with clock.frozen(clock.now().fromtimestamp(shown, clock.now().tzinfo)):
        form = stamp(clock.now())
    client.post(
        "/subscribe/weekly",
        {"email": "ada@example.org", "stamp": form, "utm_source": "mastodon"},
    )
    assert Subscription.objects.get().came_by == "mastodon"
    assert counted() == {"mastodon": 1}


def test_a_channel_that_is_made_up_is_not_kept_with_a_reader(client: Client) -> None:
    rows.mailing_list(slug="weekly")
    page = client.get("/subscribe/weekly?utm_source=evil").getvalue().decode()
    assert "evil" not in page
