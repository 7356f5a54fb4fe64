"""No page, however broken, makes a reader of pages or sitemaps raise anything but its own error."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.lib.errors import BadInput
from syndicate.lib.http import Page
from syndicate.sources.readers import hfeed, listing, sitemap

READERS = (hfeed, listing, sitemap)
TAGS = [
    *("a", "ul", "li", "h2", "p", "article", "time", "dl", "dd", "table", "td", "header", "br"),
    *("url", "loc", "lastmod", "sitemap", "urlset", "base", "aside", "svg", "template"),
]
VALUES = [
    *("/news/a-new-pier", "//[", "h-entry u-url p-name", "h-feed", "dt-published", "posts card"),
    *("http://e.example:0/x", "javascript:1", "2026-13-45", "hentry", "\ufffe", "?id=2001"),
]
NAMES = ("href", "class", "datetime", "rel", "src", "id", "role")

tags = st.builds(
    lambda tag, name, value, text: f'<{tag} {name}="{value}">{text}',
    st.sampled_from(TAGS),
    st.sampled_from(NAMES),
    st.sampled_from(VALUES),
    st.sampled_from(["", "A new pier opens", "</a>", "2 June 2026", "&#4;", "&x;", "12 replies"]),
)
ends = st.sampled_from([f"</{tag}>" for tag in TAGS])


def read(body: bytes) -> None:
    page = Page(200, "https://e.example/", "", {}, body, "", "", "text/html", "")
    for reader in READERS:
        with suppress(BadInput):
            reader.parse(page)


@settings(max_examples=150)
@given(st.lists(tags | ends, max_size=60))
def test_any_markup_is_read_or_refused(pieces: list[str]) -> None:
    read("".join(pieces).encode())


@settings(max_examples=150)
@given(st.lists(tags | ends, max_size=30), st.sampled_from(["urlset", "sitemapindex"]))
def test_any_sitemap_is_read_or_refused(pieces: list[str], root: str) -> None:
    read(f"<{root}>{''.join(pieces)}".encode())


@settings(max_examples=100)
@given(
    st.binary(max_size=200), st.sampled_from([b"", b"<urlset>", b"\x1f\x8b", b"<a class=h-entry>"])
)
def test_any_bytes_are_read_or_refused(body: bytes, begin: bytes) -> None:
    read(begin + body)


@pytest.mark.parametrize(
    "body",
    [
        "<a href='/news/a-new-pier'>A new pier opens</a>" * 5000,
        "<div class='h-feed'>" + "<div class='h-entry'><a class='u-url' href='/x'>x</a>" * 200,
        "<p>" + "<a href='/news/a-new-pier'>" * 2000,
        "".join(
            f"<div class='{half}'>"
            + "".join(
                f"<p class='c{n}'><a href='/n/{half}{n}'>A new pier opens</a>{'<i>x</i>' * 30}"
                for n in range(300)
            )
            + "</div>"
            for half in "xy"
        ),
        "<dl>" + "<dt><dd><a href='/n/1001'>A new pier opens</a>" * 3000,
    ],
)
def test_much_of_the_same_is_read_too(body: str) -> None:
    read(body.encode())
