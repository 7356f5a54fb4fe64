"""Two addresses of one article, and two that only look alike."""

from __future__ import annotations

import pytest

from syndicate.sources.identity import marks, url_key
from syndicate.sources.readers.base import Entry


@pytest.mark.parametrize(
    "url",
    [
        "https://e.example/a",
        "http://www.E.example:80/a/",
        "https://e.example:443/a/index.html",
        "https://e.example/a?utm_source=rss&fbclid=1#comments",
    ],
)
def test_one_article_has_one_key(url: str) -> None:
    assert url_key(url) == "e.example/a"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://e.example/?p=12", "e.example?p=12"),
        ("https://e.example/?b=2&a=1", "e.example?a=1&b=2"),
        ("https://e.example/#!/a", "e.example#!/a"),
        ("https://e.example:8080/a", "e.example:8080/a"),
        ("https://e.example/", ""),
        ("", ""),
        ("https://[broken", ""),
    ],
)
def test_what_matters_is_kept(url: str, key: str) -> None:
    assert url_key(url) == key


def test_a_mark_fits_its_column_and_stays_one_for_each() -> None:
    long = [marks(Entry(guid="x" * 3000 + str(n))).identity for n in range(2)]
    assert max(map(len, long)) <= 500
    assert (
        marks(Entry(guid="x" * 600 + "1")).identity != marks(Entry(guid="x" * 600 + "2")).identity
    )
