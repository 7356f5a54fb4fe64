"""What becomes of a whole article: its text, its pictures with their captions, its names."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syndicate.lib import clock
from syndicate.lib.html import images, to_text
from syndicate.sources.models import Article
from tests.fakes.website import PICTURES
from tests.real import story
from tests.real.watch import Watch

WAYS = [
    ("wordpress", "feed"),
    ("wordpress", "wordpress"),
    ("wordpress", "sitemap"),
    ("ghost", "feed"),
    ("ghost", "ghost"),
    ("ghost", "sitemap"),
]
pytestmark = pytest.mark.real


def _ways(*odd: tuple[str, str], why: str = "", without: str = "") -> pytest.MarkDecorator:
    """All of them, but those *without*; the *odd* ones are known to fail."""
    fails = pytest.mark.xfail(reason=why, strict=True)
    ways = [way for way in WAYS if "-".join(way) != without]
    marked = [pytest.param(way, marks=[fails] if way in odd else []) for way in ways]
    return pytest.mark.parametrize("watch", marked, indirect=True, ids="-".join)


@pytest.fixture
def article(watch: Watch, title: Callable[[str], str]) -> Article:
    """One with everything, as we keep it."""
    site = watch.site
    own = site.featured(PICTURES / "lighthouse.png", "A lighthouse above the surf")
    post = site.publish(
        title("The pier is old"), story.body(site), tags=["Harbour", "Council"], **own
    )
    watch.look()
    return watch.one(post)


@_ways()
def test_the_text(article: Article) -> None:
    text = " ".join(to_text(article.body).split())
    for sentence in story.SENTENCES:
        assert " ".join(sentence.split()) in text
    assert "<h2>What comes next</h2>" in article.body


# Ghost's feed says the title where a picture's words should stand; we leave that out.
@_ways(("ghost", "feed"), why="Ghost's feed has no words for its pictures")
def test_pictures_in_their_places(article: Article) -> None:
    shown = [each for each in images(article.body) if "lighthouse" not in each.url]
    assert [each.caption for each in shown] == [story.PIER[2], story.BOATS[2]]
    assert [each.alt for each in shown] == [story.PIER[1], story.BOATS[1]]


# WordPress' feed knows no picture but those of the text.
@_ways(
    ("ghost", "feed"),
    why="Ghost's feed has no words for its pictures",
    without="wordpress-feed",
)
def test_the_lead_image(article: Article) -> None:
    assert "lighthouse" in article.image_url
    assert (article.image_alt, article.image_caption) == ("A lighthouse above the surf", "")
    assert sum("lighthouse" in each.url for each in images(article.body)) <= 1


@_ways()
def test_names_and_moments(article: Article) -> None:
    assert article.author == "Ada Example"
    assert {"Harbour", "Council"} <= set(article.tags)
    assert not {"Uncategorized", "News"} & set(article.tags)
    assert article.published_at is not None
    assert abs((clock.now() - article.published_at).total_seconds()) < 120


@_ways()
def test_the_summary_is_made_of_sentences(article: Article) -> None:
    assert article.summary.startswith("The council met on the quay on Monday")
    assert article.summary.endswith(".")
    assert "Continue reading" not in article.summary
