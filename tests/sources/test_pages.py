"""Pages of articles are read as a polite guest reads them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syndicate.lib import robots
from syndicate.lib.errors import BadInput
from syndicate.sources.pages import read
from tests.conftest import NOON
from tests.fakes.website import Website


@pytest.fixture
def site() -> Iterator[Website]:
    robots.forget()
    with Website() as made:
        yield made


def test_an_article_is_read(site: Website) -> None:
    found = read(site.publish("A new pier"), NOON)
    assert (found.title, found.author, found.is_article) == ("A new pier", "Ada Example", True)


def test_robots_are_obeyed(site: Website, configure: object) -> None:
    url = site.publish("A new pier")
    site.answer_with(200, "User-agent: *\nDisallow: /1/", url=site.url + "/robots.txt")
    with pytest.raises(BadInput) as error:
        read(url, NOON)
    assert error.value.message == "robots.txt of 127.0.0.1 asks us to leave /1/a-new-pier alone."
    assert "sources.robots" in error.value.hint
    assert not site.asked(url)


def test_of_ones_own_site_robots_need_not_be_asked(site: Website, configure: object) -> None:
    configure(sources={"robots": False})  # type: ignore[operator]
    site.answer_with(200, "User-agent: *\nDisallow: /", url=site.url + "/robots.txt")
    assert read(site.publish("A new pier"), NOON).title == "A new pier"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"%PDF-1.7 ...", "application/pdf"),
        (b"%PDF-1.7 ...", "text/html"),
        (b"\x89PNG....", "image/png"),
        (b"{}", "application/json"),
    ],
)
def test_what_is_no_page_is_said(site: Website, body: bytes, kind: str) -> None:
    url = site.url + "/pier.pdf"
    site.answer_with(200, body, {"Content-Type": kind}, url=url)
    with pytest.raises(BadInput, match=r"/pier.pdf is no web page, but (app|image)"):
        read(url, NOON)


def test_a_guest_shows_what_lets_him_in(site: Website) -> None:
    url = site.publish("A new pier")
    read(url, NOON, {"Cookie": "member=yes"})
    assert [each.headers.get("cookie") for each in site.asked(url)] == ["member=yes"]
