"""Pages whose articles are marked up as microformats."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syndicate.lib.errors import BadInput
from syndicate.lib.http import Page
from syndicate.sources.readers.base import Ask, Entry, Reading
from syndicate.sources.readers.hfeed import HFeed, parse
from tests.conftest import NOON
from tests.fakes.website import Website

ARTICLE = (
    '<article class="h-entry"><h2><a class="p-name u-url" href="{0}">A new pier</a></h2>'
    '<time class="dt-published" datetime="2026-11-22T09:00:00+01:00">Sunday</time>{1}</article>'
)


def read(main: str, head: str = "", headers: dict[str, str] | None = None) -> Reading:
    html = (
        f'<html lang="en"><head><title>Notes – Ada</title>{head}</head><body>{main}</body></html>'
    )
    url = "https://e.example/notes/"
    return parse(Page(200, url, "", headers or {}, html.encode(), "", "", "text/html", "utf-8"))


def entry(inside: str = "", url: str = "/pier") -> Entry:
    (found,) = read(f'<div class="h-feed">{ARTICLE.format(url, inside)}</div>').entries
    return found


def test_an_entry_tells_all() -> None:
    found = entry(
        '<a class="p-author h-card" href="/">Ada Example</a><img class="u-featured" src="/p.jpg" '
        'alt="A pier"><div class="e-content"><p>Rope &amp; <a href="tar">tar</a></p></div>'
        '<p class="p-summary">It opens.</p><a class="p-category">harbour</a>'
        '<time class="dt-updated" datetime="2026-11-23">today</time><a class="u-uid" href="/1"></a>'
    )
    assert (found.guid, found.url) == ("https://e.example/1", "https://e.example/pier")
    assert (found.title, found.author, found.tags) == ("A new pier", "Ada Example", ("harbour",))
    assert found.published_at == datetime(2026, 11, 22, 8, tzinfo=UTC)
    assert found.updated_at == datetime(2026, 11, 23, tzinfo=UTC)
    assert found.body == '<p>Rope &amp; <a href="https://e.example/notes/tar">tar</a></p>'
    assert (found.image_url, found.image_alt) == ("https://e.example/p.jpg", "A pier")
    assert (found.summary, found.language, found.unsure) == ("It opens.", "en", False)


def test_a_note_has_no_title() -> None:
    note = '<p class="h-entry"><span class="p-name e-content">Gulls again.</span>{}</p>'
    link = '<a class="u-url" href="/n/1">·</a>'
    (found,) = read(f'<div class="h-feed">{note.format(link)}</div>').entries
    assert (found.title, found.body) == ("", "Gulls again.")


def test_what_is_implied_is_understood() -> None:
    (found,) = read(
        '<div class="h-feed"><a class="h-entry" href="/pier">A new pier</a></div>'
    ).entries
    assert (found.title, found.url) == ("A new pier", "https://e.example/pier")
    assert found.unsure


def test_the_feeds_author_is_that_of_its_entries() -> None:
    feed = f'<div class="h-feed"><b class="p-author h-card">Ada Example</b>{ARTICLE}</div>'
    assert read(feed.format("/pier", "")).entries[0].author == "Ada Example"


@pytest.mark.parametrize("kind", ["u-like-of", "u-repost-of", "u-in-reply-to"])
def test_a_reaction_is_no_article(kind: str) -> None:
    other = f'<a class="{kind}" href="https://other.example/x">x</a>'
    with pytest.raises(BadInput, match="has no h-feed"):
        entry(other)


def test_of_several_feeds_the_fullest_of_this_site() -> None:
    three = "".join(ARTICLE.format(f"/pier-{n}", "") for n in range(3))
    others = "".join(ARTICLE.format(f"https://other.example/{n}", "") for n in range(9))
    inner = f'<div class="h-feed"><b class="p-name">Popular</b>{ARTICLE.format("/old", "")}</div>'
    found = read(
        f'<div class="h-feed">{others}</div>'
        f'<main class="h-feed"><h1 class="p-name">Notes</h1>{three}<aside>{inner}</aside></main>'
    )
    assert [each.url[-6:] for each in found.entries] == ["pier-0", "pier-1", "pier-2"]
    assert found.title == "Notes"


def test_comments_below_an_entry_are_none() -> None:
    comment = '<div class="h-entry"><a class="u-url" href="/pier#c1">c</a></div>'
    assert entry(f'<div class="u-comment h-cite">{comment}</div>').url == "https://e.example/pier"


def test_hatom_is_read_too() -> None:
    post = (
        '<div class="hentry"><h2 class="entry-title">'
        '<a rel="bookmark" href="/{0}">Pier {0}</a></h2>'
        '<abbr class="published" title="2026-11-22T09:00:00Z">x</abbr>'
        '<span class="vcard author"><span class="fn">Bo Sample</span></span>'
        '<div class="entry-content"><p>Rope.</p></div></div>'
    )
    first, second = read(f'<div class="hfeed">{post.format(1)}{post.format(2)}</div>').entries
    assert (first.title, first.author, first.url) == ("Pier 1", "Bo Sample", "https://e.example/1")
    assert second.body == "<p>Rope.</p>" and second.published_at is not None


def test_entries_without_a_feed_are_one_if_there_are_some() -> None:
    assert len(read(ARTICLE.format("/a", "") + ARTICLE.format("/b", "")).entries) == 2
    with pytest.raises(BadInput, match="has no h-feed"):
        read(ARTICLE.format("/a", ""))  # the page of an article


def test_who_pushes_it_is_heard() -> None:
    head = '<link rel="hub" href="https://hub.example/"><link rel="self" href="/notes/">'
    found = read(f'<div class="h-feed">{ARTICLE.format("/a", "")}</div>', head)
    assert (found.hub, found.topic) == ("https://hub.example/", "https://e.example/notes/")


def test_names_of_style_sheets_are_no_microformats() -> None:
    with pytest.raises(BadInput, match="has no h-feed"):
        read('<div class="h-full h-4"><a href="/a">A new pier</a></div>')


@pytest.mark.parametrize(
    "main",
    [
        "",
        "<p>Nothing</p>",
        '<div class="h-feed">',
        '<b class="h-entry">' * 900,
        '<a class="h-entry',
    ],
)
def test_garbage_is_said_to_be_none(main: str) -> None:
    with pytest.raises(BadInput, match=r"^https://e.example/notes/ has no h-feed"):
        read(main)


def test_unchanged_is_not_read_again() -> None:
    html = f'<div class="h-feed">{ARTICLE.format("/pier", "")}</div>'
    with Website() as site:
        site.answer_with(200, html, {"ETag": '"1"', "Cache-Control": "max-age=600"}, site.url + "/")
        first = HFeed().read(Ask(site.url + "/", NOON))
        assert first.entries[0].url == site.url + "/pier" and first.conditions.etag == '"1"'
        assert first.at_least is not None and first.at_least.seconds == 600
        assert HFeed().read(Ask(site.url + "/", NOON, first.conditions)).not_modified
