"""What is thrown at: a look at a feed and at a page, as far as to what would be stored.

Each may refuse (BadInput), and must let nothing else out.
"""

from __future__ import annotations

from syndicate.lib.errors import BadInput
from syndicate.lib.http import Page
from syndicate.sources.extract import extract
from syndicate.sources.identity import marks
from syndicate.sources.readers import feed
from syndicate.sources.shape import fields

URL = "https://e.example/blog/feed"


def as_feed(body: bytes, content_type: str = "", charset: str = "") -> int:
    """How many entries were read of *body*; 0 where it was refused."""
    try:
        reading = feed.parse(_page(body, content_type, charset))
    except BadInput as error:
        assert error.message.startswith(URL) and error.hint
        return 0
    for entry in reading.entries:
        fields(entry, marks(entry))
    return len(reading.entries)


def as_page(body: bytes, content_type: str = "text/html", charset: str = "") -> int:
    """How many characters of text were found in *body*."""
    try:
        return len(extract(_page(body, content_type, charset)).body)
    except BadInput as error:
        assert error.hint
        return 0


def _page(body: bytes, content_type: str, charset: str) -> Page:
    return Page(200, URL, "", {}, body, "", "", content_type, charset)
