"""Share links are plain addresses that carry title and link, whatever stands in them."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from syndicate.mail.share import share

TITLE, URL = "Piers & “lamps”? 100 %", "https://example.org/a?b=1&c=ä#d"


def test_each_place_gets_title_and_address_whole() -> None:
    links = {link.label: urlsplit(link.url) for link in share(TITLE, URL)}
    assert parse_qs(links["Mastodon"].fragment) == {"text": [f"{TITLE} {URL}"]}
    assert parse_qs(links["Bluesky"].query) == {"text": [f"{TITLE} {URL}"]}
    assert parse_qs(links["X"].query) == {"text": [TITLE], "url": [URL]}
    assert parse_qs(links["LinkedIn"].query) == {"url": [URL]}
    assert parse_qs(links["Mail"].query) == {"subject": [TITLE], "body": [URL]}


def test_an_article_without_address_is_not_shared() -> None:
    assert share(TITLE, "") == ()
