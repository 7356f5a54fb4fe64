"""What a page says of its article."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.lib.html import parse
from syndicate.sources.facts import Facts, facts
from tests.sources.page import URL, ld, meta

SITE = meta(og_site_name="Harbour Review")


def read(head: str = "", body: str = "", url: str = URL) -> Facts:
    root = parse(f"<html lang='en-GB'><head>{head}</head><body>{body}</body></html>")
    assert root is not None
    return facts(root, url)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (ld({"@type": "Article", "headline": "A pier: what now?"}), "<h1>Other</h1>"),
        (SITE + meta(og_title="A pier: what now? – Harbour Review"), ""),
        (SITE + "<title>Harbour Review | A pier: what now?</title>", ""),
        ("<title>A pier: what now? - Some Paper</title>", "<h1>A pier: what now?</h1>"),
        ("<title>A pier: what now? | News | Some Paper</title>", "<h1>A pier: what now? ¶</h1>"),
        (SITE + "<title>Harbour Review</title>", "<article><h2>A pier: what now?</h2></article>"),
        (
            ld({"@type": "Article", "headline": "A list", "name": "A pier: what now?"}),
            "<h1>A pier: what now?</h1>",
        ),
        ("<title>Opinion: A pier: what now?</title>", "<h2>Opinion</h2><h1>A pier: what now?</h1>"),
        ("", "<h1>A pier: what now? ¶</h1>"),
        ("", "<header><h1>Harbour Review</h1></header><h2>A pier: what now?</h2>"),
    ],
)
def test_the_headline_has_no_sites_name(head: str, body: str) -> None:
    assert read(head, body).title == "A pier: what now?"


@pytest.mark.parametrize("title", ["Harbour Review", "– Harbour Review", "HARBOUR REVIEW |", " "])
def test_a_title_that_is_no_more_than_the_sites_is_none(title: str) -> None:
    assert read(f"{SITE}<title>{title}</title>").title == ""


def test_a_title_whose_headline_is_missing_is_none() -> None:
    assert read("<title> – Some Paper</title>").title == ""


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (ld({"@type": "Article", "datePublished": "2026-03-23T08:00+01:00",
             "dateModified": "2026-04-01"}), ""),
        (meta(article_published_time="2026-03-23T08:00:00+0100"), ""),
        ('<meta name="parsely-pub-date" content="2026-03-23T08:00:00+01:00">', ""),
        ("", '<span itemprop="datePublished" content="2026-03-23T08:00+01:00">Monday</span>'),
        ("", '<time class="updated" datetime="2026-04-01"></time>'
             '<time class="entry-date published" datetime="2026-03-23T08:00+01:00"></time>'),
        ("", '<p class="wp-block-post-date"><time datetime="2026-03-23T08:00+01:00"></time></p>'),
        ("", '<article><h1>A</h1><time datetime="2026-03-23T08:00+01:00"></time></article>'),
        ("", '<article><h1>A</h1><time datetime="soon"></time>'
             '<time datetime="2026-03-23T08:00+01:00"></time></article>'),
        ("", '<time pubdate>23 March 2026 08:00 +0100</time>'),
    ],
)  # fmt: skip
def test_the_date_of_publication_in_its_zone(head: str, body: str) -> None:
    assert str(read(head, body).published_at) == "2026-03-23 08:00:00+01:00"


@pytest.mark.parametrize(
    "body",
    [
        "<p>© 2015-2026</p>",
        '<div class="comments"><time pubdate datetime="2026-03-23"></time></div>',
        '<aside class="related"><time class="published" datetime="2026-03-23"></time></aside>',
        '<ul><li><time datetime="2026-03-23"></time></li></ul>',
        '<article><h1>A</h1><time class="updated" datetime="2026-03-23"></time></article>',
        '<article><h1>A</h1><time datetime="2026-03-23"></time>'
        '<time datetime="2026-03-25"></time></article>',  # which of them?
        '<article><h1>A</h1><time itemprop="dateModified" datetime="2026-03-23"></time></article>',
        '<meta name="date" content="2026-03-23">',
        '<meta property="article:modified_time" content="2026-03-23">',
        '<script type="application/ld+json">{"@type": "Article", "datePublished": {}}</script>',
    ],
)
def test_a_page_without_a_date_gives_none(body: str) -> None:
    assert read(body=body).published_at is None


@pytest.mark.parametrize(
    ("head", "canonical"),
    [
        ('<link rel="canonical" href="/2026/pier#top">', "https://e.example/2026/pier"),
        ('<link rel="canonical" href="https://other.example/p?id=7">', "https://other.example/p?id=7"),
        (meta(og_url=URL), URL),
        ('<link rel="canonical" href="https://e.example/">', ""),
        ('<link rel="canonical" href="https://e.example/2026/">', ""),
        ('<link rel="canonical" href="e.example/2026/pier">', ""),
        ('<link rel="canonical" href="/a"><link rel="canonical" href="/b">', ""),
        ('<link rel="canonical" href="ftp://e.example/2026/pier">', ""),
        ('<link rel="canonical" href="https://[">', ""),
    ],
)  # fmt: skip
def test_the_articles_own_address(head: str, canonical: str) -> None:
    assert read(head).canonical == canonical


def test_another_view_of_an_article_has_its_address() -> None:
    head = f'<link rel="canonical" href="{URL}">'
    assert read(head, url=f"{URL}/amp/").canonical == URL


@pytest.mark.parametrize(
    ("html", "language"),
    [
        ("<html lang='de-AT'>", "de-AT"),
        ("<html lang='{{lang}}'><meta property='og:locale' content='pt_BR'>", "pt-BR"),
        ("<meta http-equiv='Content-Language' content='fr, en'>", "fr"),
        ("<p>", ""),
    ],
)
def test_the_language(html: str, language: str) -> None:
    root = parse(html)
    assert root is not None
    assert facts(root, URL).language == language


def test_the_description_is_the_articles_not_the_sites() -> None:
    site = ld({"@type": "WebSite", "name": "R", "description": "News of the coast"})
    head = site + meta(og_description="News of the coast", description="Work &amp; wind.")
    assert read(head).description == "Work & wind."


@pytest.mark.parametrize(
    "head",
    [
        meta(article_tag="Pier, Quay"),
        '<meta property="article:tag" content="Pier"><meta property="article:tag" content="Quay">',
        ld({"@type": "Article", "keywords": ["Pier", "#Quay", "Pier"]}),
        ld({"@type": "Article", "keywords": "Pier, Quay"}),
        '<meta name="news_keywords" content="Pier,Quay,">',
        meta(article_tag="Uncategorized, Pier, Quay"),
    ],
)
def test_tags(head: str) -> None:
    assert read(head).tags == ("Pier", "Quay")


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ('<a href="#respond">Leave a comment</a>', f"{URL}#respond"),
        (f'<a href="{URL}/#comments">12</a>', f"{URL}/#comments"),
        ('<article><a href="https://talk.example/t/7">3 comments</a></article>',
         "https://talk.example/t/7"),
        ('<a href="/other#comments">2 comments</a>', ""),
        ('<nav><a href="/comments">Comments</a></nav>', ""),
        ('<a href="/comments/feed/">Comments feed</a>', ""),
        ('<a href="#comment-7">1 comment</a>', ""),
    ],
)  # fmt: skip
def test_where_to_comment(link: str, found: str) -> None:
    assert read(body=link).comments_url == found


def test_a_date_without_a_zone_is_taken_as_utc() -> None:
    head = meta(article_published_time="2026-03-23 08:00")
    assert read(head).published_at == datetime(2026, 3, 23, 8, tzinfo=UTC)


_PAGE = (
    "<html lang=en><title>A pier | R</title>"
    + SITE
    + ld({"@graph": [{"@type": "Article", "@id": "#a", "author": {"@id": "#p"}, "image": [{}]}]})
    + '<link rel=canonical href="/a"><header><img src=l.png></header><article><h1>A pier</h1>'
    "<time datetime=2026-03-23 class=published>x</time><p class=byline>By Ada Example</p>"
    "<a href=#comments>1 comment</a></article>"
)


@given(
    st.lists(
        st.tuples(st.integers(0, len(_PAGE)), st.integers(0, 20), st.text(max_size=8)), max_size=8
    )
)
def test_no_page_is_too_broken(wounds: list[tuple[int, int, str]]) -> None:
    page = _PAGE
    for at, gone, put in wounds:
        page = page[:at] + put + page[at + gone :]
    root = parse(page)
    assert root is None or isinstance(facts(root, URL), Facts)
