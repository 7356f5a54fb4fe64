"""The desk in a real browser: read by everybody, worked without a script, safe from its texts."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect, sync_playwright

from syndicate.engine.models import Heartbeat
from syndicate.lib import clock
from syndicate.lib.status import Status
from syndicate.mail.models import Batch, Delivery, Edition
from syndicate.social.models import Post
from tests import rows
from tests.fakes.website import Website
from tests.web.furniture import edition, editor, furnish, post

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="needs chromium (apt-get install chromium)"),
]
PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1280, "height": 860}
LINK = "https://harbour.example.org/articles/pier"
POLYGLOT = (
    "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */onerror=alert(1) )//</stYle/</titLe/</teXtarEa/"
    "</scRipt/--!>\\x3csVg/<sVg/oNloAd=alert(2)//><img src=x onerror=alert(3)>{{7*7}}"
)
Desk = Callable[..., AbstractContextManager[Page]]


@pytest.fixture
def desk(live_server: Any, settings: Any) -> Desk:
    """``with desk(viewport=PHONE) as page``: a logged-in window; ask no rows while it is open."""
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    client = Client()
    client.force_login(editor())
    session = client.cookies[django_settings.SESSION_COOKIE_NAME].value

    @contextmanager
    def window(**options: Any) -> Iterator[Page]:
        with sync_playwright() as playwright:
            program = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            context = program.new_context(base_url=live_server.url, **options)
            cookie = {"name": django_settings.SESSION_COOKIE_NAME, "value": session}
            context.add_cookies([{**cookie, "url": live_server.url}])  # type: ignore[list-item]
            yield context.new_page()
            program.close()

    return window


def pages(text: str = "A pier") -> list[str]:
    """The address of every page that can be looked at, with something on each."""
    acts = (
        "_act",
        "_save",
        "_approve",
        "_test",
        "_count",
        "_resolve",
        "_import",
        "_now",
        "_add",
        "_going",
        "_authorise",
    )
    skip = ("login", "logout", "list_export", "adopt")
    named = furnish(text).addresses().items()
    return [a for name, a in named if not name.split()[0].endswith(acts) and name not in skip]


def framed(address: str) -> bool:
    """Whether a page is a mail or an article, which we do not write."""
    return address.endswith(("preview.html", "/body"))


@pytest.mark.parametrize(
    ("scheme", "size"), [("light", PHONE), ("dark", WIDE)], ids=["light phone", "dark wide"]
)
def test_every_page_can_be_read_by_everybody(desk: Desk, scheme: str, size: dict[str, int]) -> None:
    addresses = [address for address in pages() if not framed(address)]
    with desk(color_scheme=scheme, viewport=size) as page:
        for address in addresses:
            page.goto(address)
            found = Axe().run(page)
            assert found.violations_count == 0, f"{address}\n{found.generate_report()}"
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], address


def test_one_logs_in_and_out(live_server: Any, desk: Desk) -> None:
    user = editor("ben")
    user.set_password("a long enough word")
    user.save()
    with desk(java_script_enabled=False) as page:
        page.context.clear_cookies()
        page.goto(reverse("desk:posts"))
        page.get_by_label("Username").fill("ben")
        page.get_by_label("Password").fill("a long enough word")
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("heading", name="Posts")).to_be_visible()
        page.get_by_role("button", name="Log out").click()
        expect(page.get_by_role("button", name="Log in")).to_be_visible()


def test_a_source_is_found_watched_and_arranged_without_a_script(desk: Desk) -> None:
    with Website() as site, desk(java_script_enabled=False) as page:
        site.publish("A new pier")
        page.goto(reverse("desk:source_new"))
        page.get_by_label("Address").fill(site.url)
        page.get_by_role("button", name="Look there").click()
        expect(page.get_by_role("region", name="Harbour Review")).to_contain_text("A new pier")
        page.get_by_role("button", name="Watch it").click()
        expect(page.get_by_role("status")).to_contain_text("watched from now on")
        page.get_by_role("link", name="Settings").click()
        page.get_by_label("Not with a tag").fill("sponsored")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("not with the tag “sponsored”")).to_be_visible()
        page.get_by_text("Its ping address").click()
        expect(page.get_by_text("curl -fsS -X POST")).to_be_visible()


def test_what_is_found_and_what_is_wrong_can_be_read_by_everybody(desk: Desk) -> None:
    settings = reverse("desk:source_settings", args=[rows.source().pk])
    with Website() as site, desk(color_scheme="dark", viewport=PHONE) as page:
        for title in ("A first pier", "A second pier", "A third pier"):
            site.publish(title)
        page.goto(reverse("desk:source_new"))
        page.get_by_label("Address").fill(site.url)
        page.get_by_role("button", name="Look there").click()
        page.get_by_text("to watch it").click()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        page.goto(settings)
        page.get_by_role("textbox", name="Header optional", exact=True).fill("X-Key")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("both its name and its value")).to_be_visible()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_an_edition_is_changed_and_approved_without_a_script(desk: Desk) -> None:
    newsletter = rows.newsletter()
    rows.subscriber(to=newsletter.list)
    made = edition(
        rows.article(title="Piers"), rows.article(title="Ropes"), newsletter=newsletter,
        subject="Piers and ropes",
    )  # fmt: skip
    with desk(java_script_enabled=False) as page:
        page.goto(reverse("desk:home"))
        page.get_by_role("link", name="Read and approve Piers and ropes").click()
        page.get_by_label("Subject").fill("Ropes first")
        page.get_by_role("button", name="Move down: Piers").click()
        expect(page.get_by_role("heading", name="Ropes first")).to_be_visible()
        page.get_by_role("button", name="Send to 1 reader").click()
        expect(page.get_by_role("status")).to_contain_text("it goes out now")
    made = Edition.objects.get(pk=made.pk)
    assert (made.subject, made.status) == ("Ropes first", Status.QUEUED)
    assert [entry.article.title for entry in made.chosen()] == ["Ropes", "Piers"]


def test_enter_at_a_box_saves_and_nothing_else(desk: Desk) -> None:
    made = edition(rows.article(), rows.article())
    with desk() as page:
        page.goto(reverse("desk:edition", args=[made.pk]))
        page.get_by_label("Subject").fill("A pier")
        page.get_by_role("checkbox").nth(1).press("Enter")
        expect(page.get_by_role("status")).to_have_text("Saved.")
    before = [entry.article_id for entry in made.entries.all()]
    made.refresh_from_db()
    assert (made.subject, made.status) == ("A pier", Status.HELD)
    assert before == sorted(before)


def test_the_preview_has_three_widths_and_two_colours(desk: Desk) -> None:
    made = edition(rows.article(title="A new pier"))
    with desk(java_script_enabled=False, viewport=WIDE) as page:
        page.goto(reverse("desk:edition", args=[made.pk]))
        mail, dark = page.locator("iframe.light"), page.locator("iframe.dark")
        heading = mail.content_frame.get_by_role("heading", name="A new pier").first
        expect(heading).to_be_visible()
        assert (mail.bounding_box() or {})["width"] > 500
        page.get_by_label("Phone").check()
        assert (mail.bounding_box() or {})["width"] == 375
        page.get_by_label("Dark").check()
        expect(mail).to_be_hidden()
        expect(dark).to_be_visible()
        page.get_by_label("Text").check()
        expect(page.locator("iframe.text")).to_be_visible()
        expect(dark).to_be_hidden()


def test_the_count_follows_the_typing(desk: Desk) -> None:
    made = post(article=rows.article(url=LINK))
    with desk() as page:
        page.goto(reverse("desk:post", args=[made.pk]))
        area = page.get_by_label("As it will stand")
        area.fill(f"{LINK} " + "a" * 476)
        expect(page.locator("[data-counted]")).to_have_text("500 / 500")
        area.press("End")
        area.press_sequentially("bcd")
        expect(page.locator("[data-counted]")).to_contain_text("3 too long")
    assert Post.objects.get().text == made.text


def test_an_edition_on_its_way_is_followed_without_a_reload(desk: Desk) -> None:
    made = edition(status=Status.SENDING, started_at=rows.NOON, audience=3)
    for seq in (1, 2, 3):
        made.deliveries.create(seq=seq, subscriber=rows.subscriber())
    at = clock.now()
    Batch.objects.create(edition=made, first_seq=1, last_seq=3, due_at=at)
    Heartbeat.objects.create(worker="host:1:a", started_at=at, seen_at=at)
    with desk() as page, ThreadPoolExecutor(1) as elsewhere:

        def later(**values: Any) -> None:
            elsewhere.submit(_change, made.pk, **values).result()

        page.goto(reverse("desk:edition", args=[made.pk]))
        expect(page.locator(".going")).to_contain_text("0 of 3 done")
        page.get_by_role("button", name="Pause").focus()
        later(sent=2)
        expect(page.locator(".going")).to_contain_text("2 of 3 done")
        expect(page.get_by_role("button", name="Pause")).to_be_focused()
        later(sent=3, status=Status.SENT)
        expect(page.get_by_role("button", name="Pause")).to_be_hidden()


def _change(pk: int, sent: int, **values: Any) -> None:
    """What a worker does meanwhile."""
    Delivery.objects.filter(edition=pk, seq__lte=sent).update(status=Status.SENT)
    Edition.objects.filter(pk=pk).update(**{"status": Status.SENDING, **values})
    connection.close()


def test_what_was_typed_is_not_lost_by_a_wrong_click(desk: Desk) -> None:
    made, asked = post(article=rows.article(url=LINK)), []
    with desk() as page:
        page.goto(reverse("desk:post", args=[made.pk]))
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
        page.get_by_label("As it will stand").press_sequentially("Look ")
        page.get_by_role("link", name="Sources").click(no_wait_after=True)
        page.wait_for_timeout(200)
        assert asked == ["beforeunload"]
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("status")).to_have_text("Saved.")
        assert len(asked) == 1


def test_no_text_from_outside_runs(desk: Desk) -> None:
    addresses = pages(POLYGLOT)
    dialogs: list[str] = []
    said: list[str] = []
    with desk() as page:
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        page.on("console", lambda message: said.append(message.text))
        for address in addresses:
            page.goto(address)
    assert dialogs == []
    assert [text for text in said if "Content Security Policy" in text] == []


def test_a_page_is_light_and_asks_nobody_else(desk: Desk, live_server: Any) -> None:
    addresses = [address for address in pages() if not framed(address)]
    asked = """() => ["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind))
        .filter(entry => entry.initiatorType != "iframe")
        .map(entry => [entry.name, entry.decodedBodySize])"""
    with desk() as page:
        for address in addresses:
            page.goto(address)
            files = page.evaluate(asked)
            assert len(files) <= 4, address
            assert sum(size for _, size in files) <= 60_000, address
            assert all(name.startswith((live_server.url, "data:")) for name, _ in files), address
