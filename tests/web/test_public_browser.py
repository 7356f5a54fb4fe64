"""The public pages in a real browser: without JavaScript, in light and dark, wide and phone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Response, sync_playwright

from syndicate.audience import links
from syndicate.audience.models import Subscription
from syndicate.mail.models import Edition
from tests import rows

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="needs chromium (apt-get install chromium)"),
]
PHONE = {"width": 390, "height": 800}
WIDE = {"width": 1280, "height": 800}


@contextmanager
def browser(**options: Any) -> Iterator[Page]:
    """A fresh browser window; ask the database nothing while it is open."""
    with sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield program.new_context(**options).new_page()
        program.close()


@pytest.fixture
def weekly() -> Any:
    made = rows.mailing_list(name="The Weekly Tide", slug="weekly", description="Tides and towns.")
    rows.newsletter(list=made, name="The Weekly Tide", rhythm="weekly", weekday=4)
    return made


@pytest.fixture
def pages(weekly: Any) -> list[str]:
    """The address of a page of each kind."""
    daily = rows.mailing_list(name="Daily", slug="daily")
    row = rows.subscription(rows.subscriber("anna@example.org"), weekly)
    rows.subscription(rows.subscriber(), daily, status="pending", confirmed_at=None)
    asked = Subscription.objects.get(status="pending")
    asked.created_at = rows.NOON + timedelta(days=36500)
    asked.save()
    for n in range(3):
        Edition.objects.create(
            newsletter=weekly.newsletters.get(), slot=str(n), key=f"key{n}", status="sent",
            subject=f"Edition {n}", preheader="Nine to two", composed_at=rows.NOON,
            started_at=rows.NOON,
        )  # fmt: skip
    personal = [links.confirm_url(asked.pk), links.unsubscribe_url(row.pk),
                links.preferences_url(row.subscriber_id)]  # fmt: skip
    open_to_all = ["/", "/subscribe", "/subscribe/weekly", "/embed/weekly", "/archive", "/nothing",
                   "/embed/weekly/snippet", "/your-mail", "/confirm/forged"]  # fmt: skip
    return [
        *open_to_all,
        *(url.removeprefix("https://news.harbour.example.org") for url in personal),
    ]


@pytest.mark.parametrize(("scheme", "size"), [("light", PHONE), ("dark", WIDE)])
def test_every_page_can_be_read_by_everybody(
    live_server: Any, pages: list[str], scheme: str, size: dict[str, int]
) -> None:
    with browser(color_scheme=scheme, viewport=size) as page:
        for address in pages:
            page.goto(live_server.url + address)
            found = Axe().run(page)
            assert found.violations_count == 0, f"{address}\n{found.generate_report()}"
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], address


def test_a_page_is_light_and_asks_nobody_else(live_server: Any, pages: list[str]) -> None:
    asked: list[Response] = []
    here = urlsplit(live_server.url).netloc
    with browser() as page:
        page.on("response", lambda answer: asked.append(answer))
        for address in pages:
            asked.clear()
            page.goto(live_server.url + address)
            assert {urlsplit(answer.url).netloc for answer in asked} == {here}, address
            assert len(asked) <= 6, address
            assert sum(len(answer.body()) for answer in asked) <= 60_000, address


def test_one_subscribes_and_leaves_without_javascript(live_server: Any, weekly: Any) -> None:
    row = rows.subscription(rows.subscriber("anna@example.org"), weekly)
    leave = urlsplit(links.unsubscribe_url(row.pk)).path
    with browser(java_script_enabled=False) as page:
        page.goto(live_server.url + "/embed/weekly/snippet")
        frame = page.frame_locator("iframe")
        frame.get_by_label("Email address").fill("ben@example.org")
        page.wait_for_timeout(1100)  # nobody is quicker
        frame.get_by_role("button", name="Subscribe").click()
        frame.get_by_role("heading", name="Look into your mailbox").wait_for()
        page.goto(live_server.url + leave)
        page.get_by_role("button", name="Unsubscribe", exact=True).click()
        page.get_by_role("heading", name="You are unsubscribed").wait_for()
        page.get_by_role("button", name="Undo").click()
        page.get_by_role("heading", name="You are subscribed again").wait_for()
    assert Subscription.objects.get(subscriber__address="ben@example.org").via == "embed"
    assert weekly.readers().count() == 1
