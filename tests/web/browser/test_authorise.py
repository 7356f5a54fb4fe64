"""Connecting an account in a real browser: to the platform, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from syndicate.social.models import Account
from tests.fakes.authority import CLIENT, Authority
from tests.fakes.x import FakeX
from tests.web.browser.test_desk import CHROMIUM, PHONE, Desk, desk

__all__ = ["desk"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="needs chromium (apt-get install chromium)"),
]


@pytest.fixture
def there() -> Iterator[Authority]:
    with FakeX() as x, Authority() as there:
        there.behind = x.answer
        yield there


@pytest.fixture
def at_home(live_server: Any, configure: Callable[..., Any]) -> None:
    configure(site={"base_url": live_server.url})


def fill_in(page: Page, there: Authority) -> None:
    page.goto(reverse("desk:account_new", args=["x"]))
    page.get_by_label("Client ID").fill(CLIENT[0])
    page.get_by_label("Client secret").fill(CLIENT[1])
    form = page.locator("form", has=page.get_by_role("heading", name="Connect with X"))
    form.get_by_text("Options", exact=True).click()
    form.get_by_label("API address").fill(there.url)
    form.get_by_role("button", name="Connect with X").click()


@pytest.mark.usefixtures("at_home")
@pytest.mark.parametrize("script", [True, False])
def test_an_account_is_connected(desk: Desk, there: Authority, script: bool) -> None:
    with desk(java_script_enabled=script) as page:
        fill_in(page, there)
        page.get_by_role("link", name="Go to X").click()
        page.get_by_role("button", name="Authorise app").click()
        expect(page.get_by_role("heading", name="@review")).to_be_visible()
        expect(page.get_by_role("status")).to_contain_text("It works: we are @review there")
        assert "code=" not in page.url
        # The way back is no second answer.
        page.go_back()
        assert page.locator("[role=alert]").count() == 0 or "used already" in page.inner_text(
            "main"
        )
    assert Account.objects.count() == 1


@pytest.mark.usefixtures("at_home")
def test_who_says_no_there_is_back_at_the_form(desk: Desk, there: Authority) -> None:
    with desk() as page:
        fill_in(page, there)
        page.get_by_role("link", name="Go to X").click()
        page.get_by_role("button", name="Cancel").click()
        expect(page.get_by_role("alert")).to_contain_text("X was told not to let us in")
        expect(page.get_by_role("button", name="Connect with X")).to_be_visible()
    assert not Account.objects.exists()


@pytest.mark.usefixtures("at_home")
def test_the_page_between_can_be_read_by_everybody(desk: Desk, there: Authority) -> None:
    with desk(viewport=PHONE) as page:
        fill_in(page, there)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
