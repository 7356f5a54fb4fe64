"""Feeds broken in their structure: read, or refused, and never more; in time that has an end."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.publication import Publication, Story
from tests.fuzz.folder import files, tell
from tests.fuzz.folder import read as read_file
from tests.fuzz.targets import as_feed, as_page

SAMPLES = Path(__file__).parents[1] / "fakes" / "samples"
IN_TIME = settings(max_examples=120, deadline=timedelta(seconds=10))
TOKENS = [
    b"<", b">", b"</", b"/>", b"&", b"&#", b"&#xD800;", b"&amp;amp;", b"<![CDATA[", b"]]>", b"<!--",
    b"-->", b"<?", b"?>", b"<!DOCTYPE ", b"<!ENTITY a 'a'>", b'"', b"'", b"=", b"\0", b"\xff\xfe",
    b"<div>", b"\xef\xbb\xbf", b"<item>", b"</item>", b"<entry>", b"</entry>", b"<title>",
    b"<link ", b" xmlns:a='b'", b" a='b'", b"<author>", b"<dc:creator>", b"<guid/>",
    b"<media:content ", b"\xed\xa0\x80", b"\x1b$B", b"+ADw-", b"\n" * 9, b"9999-99-99", b"1" * 400,
]  # fmt: skip
KEYS = ["version", "title", "items", "id", "url", "content_html", "content_text", "authors", "name",
        "tags", "date_published", "image", "hubs", "type", "next_url", "language"]  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
JSON = st.recursive(
    SCALARS | st.sampled_from(["https://jsonfeed.org/version/1.1", "\ud800", "//[", "http://"]),
    lambda inside: (
        st.lists(inside, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inside, max_size=6)
    ),
    max_leaves=24,
)


@cache
def wholes() -> list[bytes]:
    """Feeds of all formats, as the fakes and the real systems send them."""
    harbour = Publication("Harbour Review", "Tides", "https://e.example")
    harbour.stories += [Story(f"/{n}", f"Story {n}", None, guid=str(n)) for n in range(3)]
    made = [harbour.feed(kind)[1].encode() for kind in ("rss", "atom", "rdf", "jsonfeed")]
    return made + [
        (SAMPLES / system / "feed.xml").read_bytes() for system in ("wordpress", "ghost")
    ]


@st.composite
def broken(draw: st.DrawFn) -> bytes:
    """One of them, with pieces put in, taken out, moved and repeated."""
    body = draw(st.sampled_from(wholes()))
    for _ in range(draw(st.integers(1, 6))):
        begin, end = sorted(draw(st.integers(0, len(body))) for _ in range(2))
        token = draw(st.sampled_from(TOKENS) | st.binary(max_size=6))
        times = draw(st.sampled_from([1, 1, 1, 2, 300, 5000]))
        body = draw(
            st.sampled_from(
                [
                    body[:begin] + token * times + body[begin:],
                    body[:begin] + body[end:],
                    body[:begin] + body[begin:end] * 2 + body[end:],
                    body[end:] + body[:begin],
                    body.replace(body[begin : begin + 4] or b"<", token, 50),
                ]
            )
        )[:200_000]
    return body


@IN_TIME
@given(broken(), st.sampled_from(["", "utf-8", "latin-1", "utf-16", "utf-7", "no-such"]))
def test_a_broken_feed_is_read_or_refused(body: bytes, charset: str) -> None:
    as_feed(body, "application/xml" if charset else "", charset)


@IN_TIME
@given(JSON, JSON)
def test_json_of_any_shape_is_read_or_refused(feed: object, items: object) -> None:
    as_feed(json.dumps(feed).encode())
    version = "https://jsonfeed.org/version/1.1"
    as_feed(json.dumps({"version": version, "items": [items], "hubs": items}).encode())


@IN_TIME
@given(broken())
def test_a_feed_is_a_strange_page(body: bytes) -> None:
    as_page(body)


@settings(IN_TIME, max_examples=30)
@given(st.sampled_from(TOKENS), st.sampled_from(TOKENS), st.sampled_from(["rss", "feed"]))
def test_the_same_two_things_over_and_over(one: bytes, other: bytes, root: str) -> None:
    head = f"<{root}><channel><item><title>T</title>".encode()
    as_feed(head + (one + other) * 2000)
    as_feed(head + one * 2000 + other * 2000)


def test_a_folder_of_feeds_is_read_whole(tmp_path: Path) -> None:
    for number, body in enumerate(wholes()):
        (tmp_path / f"{number}.xml").write_bytes(body)
    results = [read_file(file) for file in files(tmp_path)]
    assert [each.entries for each in results] == [3, 3, 3, 3, 2, 3]
    assert tell(results) == 0
