"""Entries into the fields of an article."""

from __future__ import annotations

from typing import Any

import pytest

from syndicate.lib.html import Image
from syndicate.sources.extract import Extract
from syndicate.sources.identity import marks
from syndicate.sources.readers.base import Entry
from syndicate.sources.shape import fields, filled, has_gaps

URL = "https://e.example/2026/the-new-pier.html"
LONG = "<p>" + "A sentence that says something about the harbour. " * 20 + "</p>"


def shaped(**values: Any) -> dict[str, Any]:
    entry = Entry(**{"url": URL, "title": "T", **values})
    return fields(entry, marks(entry))[0]


@pytest.mark.parametrize(
    ("values", "title"),
    [
        ({"title": "A pier"}, "A pier"),
        ({"title": "", "body": "<p>First words. And more of them follow here.</p>"}, None),
        ({"title": ""}, "The new pier"),
        ({"title": "", "url": ""}, "Untitled"),
        ({"title": "x" * 2000}, "x" * 1000),
    ],
)
def test_every_article_has_a_title(values: dict[str, Any], title: str | None) -> None:
    assert shaped(**values)["title"] == (title or "First words. And more of them follow here.")


def test_the_sources_picture_gets_its_caption_from_the_body() -> None:
    body = '<figure><img src="/p/pier-300x200.jpg" alt="A"><figcaption>C</figcaption></figure>'
    found = shaped(image_url="https://e.example/p/pier.jpg", body=body)
    assert found["image_url"] == "https://e.example/p/pier.jpg"
    assert (found["image_alt"], found["image_caption"]) == ("A", "C")
    assert shaped(image_url="https://e.example/other.jpg", body=body)["image_caption"] == ""


def test_without_one_the_first_picture_of_the_body_leads() -> None:
    assert shaped(body='<p>x</p><img src="/a.png"><img src="/b.png">')["image_url"] == (
        "https://e.example/a.png"
    )


def test_a_huge_body_is_cut_and_said_to_be() -> None:
    entry = Entry(url=URL, title="T", body="<p>word</p>" * 100_000)
    values, remark = fields(entry, marks(entry))
    assert len(values["body"]) <= 500_000
    assert values["body"].endswith("</p>")
    assert remark == "Its body is 1.1 MB; only the first 0.5 MB were kept."


def test_gaps_are_what_a_page_may_fill() -> None:
    whole = Entry(url=URL, author="A", image_url="https://e.example/i.png", body=LONG)
    assert not has_gaps(whole)
    assert has_gaps(Entry(url=URL, author="A", body=LONG))
    assert has_gaps(Entry(url=URL, image_url="https://e.example/i.png", body=LONG))


@pytest.mark.parametrize(
    ("body", "teased", "stays"),
    [
        ("<p>It opens on Monday.</p>", False, True),  # short, and all there is
        ("<p>Of something else…</p>", False, True),  # the page's text is another's
        ("<p>A sentence that says […]</p>", False, False),
        ("<p>It opens.</p><p>On Monday.</p>", True, False),  # a description: a summary of its own
        (LONG, True, True),
        ("", False, False),
    ],
)
def test_a_page_goes_on_where_the_source_was_cut(body: str, teased: bool, stays: bool) -> None:
    found = filled(Entry(url=URL, title="T", body=body, teased=teased), Extract(body=LONG))
    assert found.body == (body if stays else LONG)


def test_what_says_only_the_headline_of_a_picture_is_left_out() -> None:
    picture = '<p>x</p><img src="/a.png" alt="The &amp; pier">'
    values = shaped(title="The & pier", body=picture)
    assert 'alt=""' in values["body"]
    assert values["image_alt"] == ""


def test_a_page_fills_gaps_and_replaces_nothing() -> None:
    page = Extract(
        title="Page",
        authors=("Bo",),
        body=LONG,
        description="Described.",
        image=Image("https://e.example/og.png"),
        language="de",
    )
    teased = filled(Entry(url=URL, title="Feed", body="<p>A sentence that says…</p>"), page)
    assert (teased.title, teased.author, teased.body) == ("Feed", "Bo", LONG)
    assert (teased.summary, teased.language) == ("Described.", "de")
    whole = Entry(url=URL, title="Feed", author="Ada", body=LONG + "<img src='/own.png'>")
    assert filled(whole, page).author == "Ada"
    assert filled(whole, page).body == whole.body
    assert filled(whole, page).image_url == ""


def test_what_the_page_adds_besides() -> None:
    page = Extract(
        image=Image("https://e.example/pier.jpg", "Pier", "The pier at noon"),
        tags=("Quay",),
        canonical="https://e.example/pier",
    )
    found = filled(Entry(url="https://e.example/p?id=7"), page)
    assert (found.image_alt, found.image_caption) == ("Pier", "The pier at noon")
    assert (found.tags, found.canonical) == (("Quay",), "https://e.example/pier")
    assert filled(Entry(url="https://e.example/pier"), page).canonical == ""
