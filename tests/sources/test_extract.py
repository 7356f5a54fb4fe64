"""The article out of its page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.extract import PAGE as PAGE_AT
from benchmarks.extract import load
from benchmarks.extract_readers import ours
from benchmarks.extract_score import f1, pictures
from syndicate.lib.html import images, to_text
from syndicate.lib.http import Page, fetch
from syndicate.sources.extract import Extract, extract
from tests.conftest import NOON
from tests.fakes.website import Picture, Website

TEXT = "<p>" + "The tide was out and the gulls were in full voice. " * 8 + "</p>"


@pytest.fixture
def site() -> Iterator[Website]:
    with Website() as made:
        yield made


def page(html: str | bytes, charset: str = "") -> Page:
    body = html.encode() if isinstance(html, str) else html
    return Page(200, "https://e.example/a", "", {}, body, "", "", "text/html", charset)


def read(html: str) -> Extract:
    return extract(page(f"<html><body>{html}</body></html>"))


def test_the_typical_blog_page(site: Website) -> None:
    """Headline, captioned pictures between paragraphs and byline belong to it; no more does."""
    boats = Picture("boats.jpg", "Boats", "Boats at noon")
    url = site.publish("A new pier", images=[Picture(), boats], date=NOON)
    found = extract(fetch(url))
    assert (found.title, found.author, found.published_at) == ("A new pier", "Ada Example", NOON)
    assert found.comments_url == f"{url}#respond"
    assert [(each.alt, each.caption) for each in images(found.body)][1] == (
        "Boats",
        "Boats at noon",
    )
    blocks = re.findall(r"<(p|figure|h\d|ul|div)\b", found.body)
    assert blocks == ["p", "figure", "p", "figure", "p"]
    text = to_text(found.body)
    assert text.startswith("The council met")
    assert text.endswith("somewhere to sit.”")


@pytest.mark.parametrize(
    ("html", "author"),
    [
        ('<script type="application/ld+json">{"@type":"NewsArticle","author":[{"name":"Ada"},'
         '{"name":"Bo"}]}</script>', "Ada, Bo"),
        ('<script type="application/ld+json">{"@graph":[{"@type":"WebPage"},{"@type":"BlogPosting",'
         '"author":{"name":"Ada"}}]}</script>', "Ada"),
        ('<meta name="author" content="Ada">', "Ada"),
        ('<a rel="author nofollow" href="/ada">Ada</a>', "Ada"),
        (f"<article>{TEXT}<p>By Ada Example</p></article>", "Ada Example"),
        (f"<article>{TEXT}<p>Von Ada Beispiel | 3. Mai</p></article>", "Ada Beispiel"),
        (f"<article>{TEXT}<p>By the sea we sat and waited for the ferry that never came to us.</p>"
         "</article>", ""),
        ('<form><label>Name</label><input name="author"></form>', ""),
        ('<script type="application/ld+json">{broken</script>', ""),
    ],
)  # fmt: skip
def test_an_author_is_found_or_left_out(html: str, author: str) -> None:
    assert read(html).author == author


def test_comments_and_boxes_around_are_left_out() -> None:
    html = (
        "<header><h1>Harbour Review</h1></header><div id='content'><h2>A pier</h2>"
        f"{TEXT}<div class='sharedaddy'>Share this</div><div class='related-posts'>{TEXT}</div>"
        f"<p class='post-meta'><a href='#comments'>3 comments</a></p></div>"
        f"<div id='comments'>{TEXT}</div><div class='sidebar'><p>About us</p></div>"
    )
    found = read(html)
    assert found.body.count("<p>") == 1
    assert (found.title, found.comments_url) == ("A pier", "https://e.example/a#comments")


def test_a_list_keeps_its_items_of_links_and_their_sub_lists() -> None:
    told = "<p>" + "What was said of the harbour in the council this year, in full. " * 8 + "</p>"
    items = "".join(
        f"<li>{n}. The {what} was on the table for most of the evening, and so it was kept."
        "<ul><li><a href='/minutes'>Minutes</a></li><li><a href='/film'>Film</a></li></ul></li>"
        for n, what in enumerate(["pier", "quay", "ferry"])
    )
    links = "<ul class='x'><li><a href='/1'>One</a></li><li><a href='/2'>Two</a></li></ul>"
    found = read(f"<article><h1>A year</h1>{told}<ul>{items}</ul>{told}{links}</article>").body
    assert (found.count("Minutes"), found.count("Film")) == (3, 3)
    assert "One" not in found


def test_the_card_below_a_short_text_is_another_article() -> None:
    card = f"<article class='post'><a href='/1'><h3>A pier</h3><p>{to_text(TEXT)}</p></a></article>"
    short = "<section class='gh-content'><p>It opens on Monday.</p></section>"
    found = read(f"<main><article><h1>A note</h1>{short}</article></main><div>{card}</div>")
    assert to_text(found.body).strip() == "It opens on Monday."


def test_the_labels_of_what_is_said_below_a_text_are_no_part_of_it() -> None:
    below = (
        "<div><p>Posted</p><p>in</p><div class='wp-block-post-terms'><a href='/c/news'>News</a>"
        "</div><p>by</p><p>Tags:</p></div>"
    )
    found = read(f"<main><h1>A note</h1><div><p>It opens on Monday.</p></div>{below}</main>")
    assert to_text(found.body).strip() == "It opens on Monday."


def test_a_body_called_after_its_surroundings_is_kept() -> None:
    assert "tide" in read(f"<div class='widget social'>{TEXT}</div>").body


def test_a_sites_badge_is_no_lead_image() -> None:
    assert read('<meta property="og:image" content="/site-logo.png">').image_url == ""
    assert (
        read('<meta property="og:image" content="/pier.jpg">').image_url
        == "https://e.example/pier.jpg"
    )


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ("<h1>Küste</h1>".encode(), ""),
        ("<h1>Küste</h1>".encode("latin-1"), "iso-8859-1"),
        (b"<meta charset=windows-1252><h1>" + "Küste</h1>".encode("cp1252"), ""),
        ("<h1>Küste</h1>".encode("latin-1"), "no-such-charset"),
        ("<h1>Küste</h1>".encode(), "undefined"),
    ],
)
def test_encodings(body: bytes, charset: str) -> None:
    assert extract(page(body, charset)).title == "Küste"


@pytest.mark.parametrize("html", ["", "\0", "<", "<html></html>", "<p>", '{"a":1}'])
def test_a_page_of_nothing_is_no_article(html: str) -> None:
    assert extract(page(html)).author == ""


def test_captions_and_pictures_of_known_pages_survive(corpora: Path) -> None:
    """Floors on Mozilla's pages; the best library keeps half of the captions."""
    pairs = []
    for truth in sorted((corpora / "pages").glob("*/expected.html"))[::3]:
        source = truth.with_name("source.html").read_bytes()
        found = extract(Page(200, PAGE_AT, "", {}, source, "", "", "text/html", ""))
        pairs.append((truth.read_text(encoding="utf-8"), found.body))
    shares = pictures(pairs)
    assert shares["captions"] >= 0.9
    assert shares["images"] >= 0.8


def test_the_text_of_known_articles_is_read(corpora: Path) -> None:
    """A floor on every fourth page of the part of article-extraction-benchmark that is there."""
    samples = load(corpora / "articles")[::4]
    assert f1((each.text, ours(each.body, each.url).text) for each in samples)["f1"] >= 0.96


@pytest.mark.parametrize(
    ("html", "single"),
    [
        (f"<article><h1>A pier</h1><time datetime='2026-11-20'></time>{TEXT}</article>", True),
        (f"<article><h1>A pier</h1>{TEXT * 4}</article>", True),
        ("<article><h1>A note</h1><time datetime='2026-11-20'></time><p>"
         "The ferry does not sail on Sunday; whoever must cross calls the harbour.</p></article>",
         True),
        ("<h1>Write to us</h1><form><p>Your name</p><input><textarea></textarea></form>", False),
        (f"<main>{''.join(f'<h2><a href=/{n}>Story {n}</a></h2>{TEXT}' for n in range(5))}</main>",
         False),
        ("<h1>Archive</h1><ul>" + "<li><a href='/1'>A pier for everybody</a></li>" * 40 + "</ul>",
         False),
        ("", False),
    ],
)  # fmt: skip
def test_whether_a_page_is_one_article(html: str, single: bool) -> None:
    assert read(html).is_article is single


@pytest.mark.parametrize(
    "unit",
    ["<p>a b c d</p>", "<div>", "<li>x", "<h2>x</h2>", "<img src=/a>", "<!-- x --><p>y</p>", "<",
     "<td>", "<figure><img src=/a><figcaption>c</figcaption></figure>"],
)  # fmt: skip
def test_large_pages_are_read_as_far_as_is_sensible(unit: str) -> None:
    """Without the limit these take minutes, or all the memory."""
    assert len(read(f"<h1>A pier</h1>{unit * (200_000 // len(unit))}").body) < 2_000_000


PAGE = (
    '<html lang="en"><head><title>A pier</title><script type="application/ld+json">{"@type":'
    '"Article","headline":"A pier"}</script></head><body><nav><a href="/">Home</a></nav><article>'
    f'<h1>A pier</h1>{TEXT}<figure><img data-src="/a.jpg"><figcaption>A</figcaption></figure>{TEXT}'
    "<table><tr><td>1</td></tr></table><ul><li>x</li></ul></article></body></html>"
).encode()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(PAGE)), st.integers(0, 40), st.binary(max_size=12)), max_size=8
    )
)
def test_no_page_however_broken_raises(cuts: list[tuple[int, int, bytes]]) -> None:
    broken = PAGE
    for start, length, put in cuts:
        broken = broken[:start] + put + broken[start + length :]
    assert isinstance(extract(page(broken)), Extract)
    assert isinstance(extract(page(broken, "utf-8")), Extract)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(re.findall(rb"<[^>]+>|[^<]+", PAGE)), max_size=40))
def test_no_order_of_tags_raises(parts: list[bytes]) -> None:
    assert isinstance(extract(page(b"".join(parts))), Extract)
