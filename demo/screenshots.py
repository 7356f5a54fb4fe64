"""``make screenshots``: the newsletter as it arrived, and the desk, in docs/screenshots.

Runs the demo's main job, then opens each page in the system's Chromium.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from demo import stories
from demo.__main__ import tell, turn
from demo.stage import PASSWORD, READERS, Stage, stage
from tests import acts

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screenshots"


OVERVIEW = FOLDER / "overview.html"


@dataclass(frozen=True)
class Shot:
    """One picture: *page* is an address, *width* in CSS pixels."""

    name: str
    page: str
    width: int = 1200
    dark: bool = False
    login: bool = False


def main() -> int:
    """Take them all."""
    chromium = shutil.which("chromium")
    if chromium is None:
        tell("Chromium is not installed. On Debian: apt-get install chromium")
        return 1
    FOLDER.mkdir(exist_ok=True)
    with stage() as on, on.site.running():
        turn(on, stories.FIRST)
        on.website.publish(**stories.SECOND)
        waiting = {kind: acts.held(on.site, kind)[0]["id"] for kind in ("edition", "post")}
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
            )
            for shot in _shots(on, waiting):
                _take(browser, on, shot)
            browser.close()
    return 0


def _shots(on: Stage, waiting: dict[str, int]) -> list[Shot]:
    mail = on.site.home / "mail.html"
    mail.write_text(on.inbox.to(next(iter(READERS)))[0].html, encoding="utf-8")
    return [
        Shot("newsletter-wide", mail.as_uri(), 900),
        Shot("newsletter-phone", mail.as_uri(), 390),
        Shot("newsletter-dark", mail.as_uri(), 390, dark=True),
        Shot("desk-home", on.desk, login=True),
        Shot("desk-edition", f"{on.desk}editions/{waiting['edition']}", 1440, login=True),
        Shot("desk-post", f"{on.desk}posts/{waiting['post']}", login=True),
        Shot("desk-phone", on.desk, 390, dark=True, login=True),
        Shot("subscribe", f"{on.base_url}subscribe", 900),
        Shot("overview", OVERVIEW.as_uri(), 1400),
    ]


def _take(browser: Browser, on: Stage, shot: Shot) -> None:
    context = browser.new_context(
        viewport={"width": shot.width, "height": 900},
        color_scheme="dark" if shot.dark else "light",
    )
    page = context.new_page()
    if shot.login:
        page.goto(on.desk)
        page.fill("input[name=username]", "editor")
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_load_state("networkidle")
    page.goto(shot.page, wait_until="networkidle")
    page.screenshot(path=FOLDER / f"{shot.name}.png", full_page=shot.page != OVERVIEW.as_uri())
    context.close()
    tell(f"docs/screenshots/{shot.name}.png")


if __name__ == "__main__":
    sys.exit(main())
