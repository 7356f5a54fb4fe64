"""An article's page on the real themes: what it says, and nothing of what stands around it."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from syndicate.lib import clock
from syndicate.lib.html import images, to_text
from syndicate.lib.http import fetch
from syndicate.sources.extract import Extract, extract
from tests.fakes.website import PICTURES
from tests.real import story
from tests.real.site import Site

pytestmark = pytest.mark.real
THEMES = [
    ("wordpress", "twentytwentythree"),
    ("wordpress", "twentytwentyone"),
    ("ghost", "source"),
    ("ghost", "casper"),
]


@pytest.fixture
def dressed(request: pytest.FixtureRequest) -> Site:
    """Of the pair (fixture of the site, theme) that the test names."""
    name, theme = request.param
    site: Site = request.getfixturevalue(f"a_{name}")
    site.clear()
    site.dress(theme)
    return site


on_each_theme = pytest.mark.parametrize("dressed", THEMES, indirect=True, ids="-".join)


def _read(url: str) -> Extract:
    return extract(fetch(url))


@on_each_theme
def test_the_facts_of_an_article(dressed: Site) -> None:
    post = dressed.publish("The pier is old", story.body(dressed), tags=["Harbour", "Council"])
    page = _read(post.url)
    assert (page.title, page.authors, page.is_article) == (post.title, ("Ada Example",), True)
    assert page.published_at is not None
    assert page.published_at.date() == clock.now().astimezone(page.published_at.tzinfo).date()
    assert (page.canonical, page.language[:2]) == (post.url, "en")
    assert {"Harbour", "Council"} <= set(page.tags)


@on_each_theme
def test_the_text_and_nothing_around_it(dressed: Site) -> None:
    page = _read(dressed.publish("The pier in words", story.body(dressed)).url)
    text = " ".join(to_text(page.body).split())
    for sentence in story.SENTENCES:
        assert " ".join(sentence.split()) in text
    for other in ("Leave a Reply", "Your email address", "Subscribe", "Previous", "Coming soon"):
        assert other not in text


@on_each_theme
def test_pictures_keep_their_captions(dressed: Site) -> None:
    page = _read(dressed.publish("The pier in pictures", story.body(dressed)).url)
    found = [(each.alt, each.caption) for each in images(page.body)]
    assert found == [story.PIER[1:], story.BOATS[1:]]


@on_each_theme
def test_the_lead_image_is_the_posts_own(dressed: Site) -> None:
    own = dressed.featured(PICTURES / "lighthouse.png", "A lighthouse")
    page = _read(dressed.publish("The lighthouse", story.body(dressed), **own).url)
    assert "lighthouse" in urlsplit(page.image_url).path


@on_each_theme
def test_a_stock_cover_is_no_lead_image(dressed: Site) -> None:
    page = _read(dressed.publish("No picture at all", f"<p>{story.SENTENCES[0]}</p>").url)
    assert page.image_url == ""
    assert images(page.body) == []


@on_each_theme
def test_a_short_text_is_not_another_articles(dressed: Site) -> None:
    for words in ("Long", "Longer"):
        dressed.publish(words, story.body(dressed))
    page = _read(dressed.publish("A short one", "<p>It opens on Monday.</p>").url)
    assert to_text(page.body).strip() in {"", "It opens on Monday."}


@pytest.mark.parametrize("dressed", THEMES[:2], indirect=True, ids="-".join)
def test_comments_are_nobodys_article(dressed: Site) -> None:
    post = dressed.publish("Much talked about", story.body(dressed))
    dressed.comment(post, "I have sat there every summer since the ferry came.")
    page = _read(post.url)
    assert page.authors == ("Ada Example",)
    assert "every summer" not in page.body


@on_each_theme
def test_the_front_page_is_no_article(dressed: Site) -> None:
    assert not _read(dressed.url).is_article
