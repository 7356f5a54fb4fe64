"""The default design in a real browser: nothing sticks out, everything can be read, day and night.

It looks at the golden files, so it needs no database.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, sync_playwright

GOLDEN = Path(__file__).parents[1] / "golden" / "mail"
PICTURE = next((Path(__file__).parents[1] / "fakes" / "pictures").glob("*.jpg"))
# A mail is no page of a site.
NO_LANDMARKS = {rule: {"enabled": False} for rule in ("region", "landmark-one-main")}
CHROMIUM = shutil.which("chromium")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


def show(browser: Browser, name: str, width: int, scheme: str) -> Page:
    """A golden mail as it stands on a screen; each picture is one of our own."""
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page.route("**/*", _answer)
    page.set_content((GOLDEN / f"{name}.html").read_text(encoding="utf-8"))
    return page


def _answer(route: Route) -> None:
    if route.request.resource_type == "image":
        route.fulfill(path=PICTURE)
    else:
        route.abort()


@pytest.mark.parametrize("name", ["one", "digest", "confirm"])
@pytest.mark.parametrize("width", [1280, 320])
def test_nothing_sticks_out(browser: Browser, name: str, width: int) -> None:
    page = show(browser, name, width, "light")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    smallest = page.evaluate("Math.min(...[...document.images].map(i => i.width), 9999)")
    assert smallest >= 160
    page.close()


@pytest.mark.parametrize("name", ["one", "digest", "confirm"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read(browser: Browser, name: str, scheme: str) -> None:
    page = show(browser, name, 390, scheme)
    found = Axe().run(page, options={"resultTypes": ["violations"], "rules": NO_LANDMARKS})
    assert [(v["id"], v["nodes"][0]["html"]) for v in found.response["violations"]] == []
    page.close()


def test_dark_is_dark(browser: Browser) -> None:
    page = show(browser, "one", 390, "dark")
    ground = "getComputedStyle(document.querySelector('.paper')).backgroundColor"
    assert page.evaluate(ground) == "rgb(28, 33, 38)"
    page.close()
