"""What the feed reader makes of feeds as they are found."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.lib.errors import BadInput
from syndicate.lib.http import Page
from syndicate.sources.readers import reader
from syndicate.sources.readers.base import Entry, Reading
from syndicate.sources.readers.feed import parse
from tests.conftest import NOON

RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"
xmlns:content="http://purl.org/rss/1.0/modules/content/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Quay &amp;amp; Sons</title>
<link>/</link><language>de-DE</language><item>{}</item></channel></rss>"""


def page(body: str | bytes, content_type: str = "application/xml", charset: str = "") -> Page:
    content = body.encode() if isinstance(body, str) else body
    url = "https://e.example/blog/feed"
    return Page(200, url, "", {}, content, "", "", content_type, charset)


def item(inside: str) -> Entry:
    (found,) = parse(page(RSS.format(inside))).entries
    return found


def test_the_feed_tells_of_itself() -> None:
    found = parse(page(RSS.format("<title>x</title>")))
    assert (found.title, found.site_url, found.language) == (
        "Quay & Sons",
        "https://e.example/",
        "de-DE",
    )


@pytest.mark.parametrize(
    ("inside", "field", "value"),
    [
        ("<title>A &amp;amp; B &lt;i&gt;x&lt;/i&gt;</title>", "title", "A & B x"),
        ("<title>3 &lt; 4</title>", "title", "3 < 4"),
        ("<title><![CDATA[ A\n  pier ]]></title>", "title", "A pier"),
        ("<link>/a b</link>", "url", "https://e.example/a%20b"),
        ("<link>javascript:alert(1)</link>", "url", ""),
        ('<guid isPermaLink="true">https://e.example/1</guid>', "url", "https://e.example/1"),
        ('<guid isPermaLink="false"><b/></guid>', "guid", ""),
        ("<dc:creator>Ada Example</dc:creator>", "author", "Ada Example"),
        ("<author>ada@e.example (Ada Example)</author>", "author", "Ada Example"),
        ("<author>ada@e.example</author>", "author", ""),
        ("<pubDate>Mon, 23 Nov 2026 13:00:00 BST</pubDate>", "published_at", NOON),
        ("<pubDate>yesterday</pubDate>", "published_at", None),
        ("<category>a</category><category> a </category>", "tags", ("a",)),
        ('<media:content url="/i.jpg" medium="image"/>', "image_url", "https://e.example/i.jpg"),
        ('<enclosure url="/i.jpg" type="image/jpeg"/>', "image_url", "https://e.example/i.jpg"),
        ('<enclosure url="/i.mp3" type="audio/mpeg"/>', "image_url", ""),
        (
            '<media:content url="https://secure.gravatar.com/avatar/x.png" medium="image"/>',
            "image_url",
            "",
        ),
        ("<comments>/a#c</comments>", "comments_url", "https://e.example/a#c"),
        ("<description>Just a few words.</description>", "summary", "Just a few words."),
        ("<description>&lt;p&gt;a&lt;p&gt;b</description>", "body", "<p>a<p>b"),
    ],
)
def test_each_field_is_found(inside: str, field: str, value: Any) -> None:
    assert getattr(item(inside), field) == value


@pytest.mark.parametrize("tag", ["author", "dc:creator"])
@pytest.mark.parametrize("name", ["a" * 200_000, f"<![CDATA[{'a' * 200_000}]]>"])
def test_an_endless_author_keeps_nobody_waiting(tag: str, name: str) -> None:
    begun = time.process_time()
    assert item(f"<{tag}>{name}</{tag}>").author.startswith("aaa")
    assert time.process_time() - begun < 1


def test_lazy_pictures_survive_until_they_are_needed() -> None:
    html = '<figure><img data-src="/i.jpg"><figcaption>c</figcaption></figure>'
    found = item(f"<content:encoded><![CDATA[{html}]]></content:encoded>")
    assert 'data-src="/i.jpg"' in found.body


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ("<title>Küste</title>".encode(), "utf-8"),
        ("<title>Küste</title>".encode("latin-1"), "iso-8859-1"),
        ("<title>Küste</title>".encode("latin-1"), "utf-8"),
        ("<title>Küste</title>".encode("utf-16"), "utf-16"),
    ],
)
def test_encodings_right_and_wrong(body: bytes, charset: str) -> None:
    encoding = "utf-16" if charset == "utf-16" else "latin-1"
    head, tail = RSS.replace('<?xml version="1.0"?>', "").split("{}")
    if charset == "utf-16":
        content = (head + "<title>Küste</title>" + tail).encode("utf-16")
    else:
        content = head.encode(encoding) + body + tail.encode(encoding)
    (found,) = parse(page(content, charset=charset)).entries
    assert found.title == "Küste"


@pytest.mark.parametrize("version", ["0.91", "0.92", "2.0"])
def test_old_rss_is_read(version: str) -> None:
    doctype = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://x/rss-0.91.dtd">'
    feed = RSS.format("<title>Old</title>").replace('"2.0"', f'"{version}"')
    feed = feed.replace("?>", f"?>{doctype}", 1)
    assert parse(page(feed)).entries[0].title == "Old"


@pytest.mark.parametrize(
    "entity",
    [
        '<!ENTITY x SYSTEM "file:///etc/hostname">',
        '<!ENTITY a "aaaa"><!ENTITY x "&a;&a;&a;&a;">',
        '<!entity % p SYSTEM "http://127.0.0.1/x"> %p;',
    ],
)
def test_entities_are_refused_in_any_encoding(entity: str) -> None:
    feed = f"<!DOCTYPE rss [{entity}]>" + RSS.format("<title>&x;</title>").partition("?>")[2]
    for body in (feed.encode(), feed.encode("utf-16")):
        with pytest.raises(BadInput, match="entities"):
            parse(page(body))


def test_json_of_any_shape_is_read_or_refused() -> None:
    odd = '{"version":"https://jsonfeed.org/version/1","items":[1,null,{"id":5,"tags":"x","authors":3,"title":"\\ud800"}]}'
    (found,) = parse(page(odd)).entries
    assert (found.guid, found.tags, found.author, found.title) == ("5", (), "", "\ufffd")


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(BadInput, match="no kind of source named carrier-pigeon"):
        reader("carrier-pigeon")


@settings(max_examples=150, deadline=timedelta(seconds=5))
@given(st.data())
def test_a_damaged_feed_is_read_or_refused_and_never_more(data: st.DataObject) -> None:
    whole = RSS.format(
        "<title>T</title><link>/a</link><pubDate>Mon, 23 Nov 2026</pubDate>"
    ).encode()
    cut = data.draw(st.integers(0, len(whole)))
    noise = data.draw(st.binary(max_size=20) | st.sampled_from([b"<![CDATA[", b"&#xD800;", b"]]>"]))
    try:
        found = parse(page(whole[:cut] + noise + whole[cut:]))
    except BadInput as error:
        assert error.hint
    else:
        assert isinstance(found, Reading)
