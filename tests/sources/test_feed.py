"""What the feed reader makes of feeds as they are found."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.lib.errors import BadInput
from syndicate.lib.http import Page
from syndicate.sources.readers import reader
from syndicate.sources.readers.base import Ask, Entry, Reading
from syndicate.sources.readers.feed import Feed, parse
from tests.conftest import NOON
from tests.fakes.website import Website

SAMPLES = Path(__file__).parents[1] / "fakes" / "samples"
SY = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'

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
        ("<description>&lt;p&gt;a&lt;p&gt;b</description>", "teased", True),
        ("<content:encoded>&lt;p&gt;a&lt;p&gt;b</content:encoded>", "teased", False),
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


def test_an_author_with_much_beside_the_name_keeps_it() -> None:
    image = "<image src='https://images.e.example/" + "Ab3-" * 120 + "/photo.jpg'/>"
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><author><name>Ada Example'
        f"</name><email>noreply@e.example</email>{image}</author></entry></feed>"
    )
    assert parse(page(feed)).entries[0].author == "Ada Example"


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


def rss(inside: str) -> str:
    """A feed with *inside* before its items."""
    return RSS.format("<title>x</title>").replace("<item>", inside + "<item>", 1)


@pytest.mark.parametrize(
    ("inside", "minutes"),
    [
        ("<ttl>90</ttl>", 90),
        ("<ttl>soon</ttl>", None),
        ("<ttl>1000000</ttl>", 24 * 60),
        (f"<sy:updatePeriod {SY}>hourly</sy:updatePeriod>", 60),
        (f"<sy:updateFrequency {SY}>\n12\t</sy:updateFrequency>", 120),
    ],
)
def test_a_feed_says_how_often_to_ask(inside: str, minutes: int | None) -> None:
    asked = parse(page(rss(inside))).at_least
    assert asked == (None if minutes is None else timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("itself", "topic"),
    [
        ("https://e.example/blog/feed.xml", "https://e.example/blog/feed.xml"),
        ("/blog/feed.xml", "https://e.example/blog/feed.xml"),
        ("https://www.e.example/feed", "https://www.e.example/feed"),
        ("http://e.example:8080/feed", "https://e.example/blog/feed"),
        ("http://localhost/feed", "https://e.example/blog/feed"),
        ("http://10.0.0.7/feed", "https://e.example/blog/feed"),
    ],
)
def test_who_pushes_and_by_which_name(itself: str, topic: str) -> None:
    link = '<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="{}" href="{}"/>'
    found = parse(
        page(rss(link.format("hub", "https://hub.e.example/") + link.format("self", itself)))
    )
    assert (found.hub, found.topic) == ("https://hub.e.example/", topic)


def test_the_header_names_a_hub_before_the_feed_does() -> None:
    link = '<https://one.e.example/>; rel="hub", </blog/feed>; rel=self; title="a, b"'
    own = '<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="hub" href="https://two.e.example/"/>'
    given = replace(page(rss(own)), headers={"Link": link})
    found = parse(given)
    assert (found.hub, found.topic) == ("https://one.e.example/", "https://e.example/blog/feed")


def test_a_feed_that_breaks_off_gives_only_what_is_whole() -> None:
    whole = RSS.format("<title>a</title></item><item><title>b</title><description>half of it")
    found = parse(page(whole.partition("</item></channel>")[0]))
    assert [each.title for each in found.entries] == ["a"]
    assert "broken at the end" in found.remark
    assert not parse(page(RSS.format("<title>a</title>"))).remark


def test_what_a_broken_feed_sends_to_compare_is_not_kept() -> None:
    with Website() as site:
        site.answer_with(200, RSS.partition("</item>")[0], {"ETag": '"half"'})
        found = Feed().read(Ask(site.feed_url, NOON))
        assert found.remark and not found.conditions.etag


def test_what_a_password_protects_is_left_out() -> None:
    form = '<form action="/wp-login.php?action=postpass" class="post-password-form">'
    line = "There is no excerpt because this is a protected post."
    encoded = "<title>{}</title><content:encoded><![CDATA[{}{}]]></content:encoded>"
    items = [encoded.format("a", "", form), f"<description>{line}</description>"]
    items.append(encoded.format("About forms", "Look: ", form))
    found = parse(page(RSS.format("</item><item>".join(items))))
    assert [each.title for each in found.entries] == ["About forms"]


def test_of_several_sizes_the_largest_is_taken() -> None:
    sizes = "".join(
        f'<media:content url="/{width}.jpg" width="{width}" medium="image"/>'
        for width in ("140", "1200", "460", "wide")
    )
    assert item(sizes).image_url == "https://e.example/1200.jpg"
    several = '<media:content url="/a.jpg"/><media:content url="/b.jpg"/>'
    assert item(several).image_url == "https://e.example/a.jpg"


def test_media_rss_has_captions() -> None:
    picture = '<media:content url="/i.jpg" medium="image"/>'
    words = "<media:description>The pier</media:description><media:credit>Ada</media:credit>"
    found = item(f"<description>Just a few words.</description>{picture}{words}")
    assert (found.image_caption, found.body) == ("The pier (Ada)", "")
    assert found.summary == "Just a few words."


def test_wix_gives_the_picture_it_cut_from() -> None:
    whole = "https://static.wixstatic.com/media/1a2b~mv2.jpg"
    cut = f'<enclosure url="{whole}/v1/fill/w_1000,h_600,al_c/pier.jpg" type="image/jpeg"/>'
    assert item(cut).image_url == whole


def test_an_atom_entry_without_an_author_has_that_of_its_feed() -> None:
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><author><name>Ada</name></author>'
        "<entry><id>1</id></entry><entry><id>2</id><author><name>Bo</name></author></entry></feed>"
    )
    assert [each.author for each in parse(page(feed)).entries] == ["Ada", "Bo"]


def test_feedburner_hides_the_real_address() -> None:
    own = 'xmlns:f="http://rssnamespace.org/feedburner/ext/1.0"'
    link = f"<link>https://burner.e.example/~r/1</link><f:origLink {own}>/real</f:origLink>"
    assert item(link).url == "https://e.example/real"


def test_plain_text_content_is_no_markup() -> None:
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id>'
        '<content type="text">3 &lt; 4\n\nand so on</content></entry></feed>'
    )
    assert parse(page(feed)).entries[0].body == "<p>3 &lt; 4</p><p>and so on</p>"


@pytest.mark.parametrize("system", ["wordpress", "ghost"])
def test_feeds_as_the_real_systems_send_them(system: str) -> None:
    body = (SAMPLES / system / "feed.xml").read_bytes()
    found = parse(page(body, "application/rss+xml", "utf-8"))
    (newest,) = [each for each in found.entries if each.title == "The pier is old"]
    assert newest.author == "Ada Example" and set(newest.tags) == {"Council", "Harbour"}
    assert newest.body.count("<figcaption") == 2 and found.at_least == timedelta(hours=1)


@pytest.mark.parametrize(
    "body",
    [
        "<rss><channel><item><title " + " ".join(f'a{n}="x"' for n in range(5000)) + ">",
        "<rss><channel>" + "<item/>" * 20_001,
        '{"version": "https://jsonfeed.org/version/1", "items": [' + "{}," * 20_000 + "{}]}",
    ],
)
def test_masses_are_refused_before_they_are_read(body: str) -> None:
    with pytest.raises(BadInput, match="too much"):
        parse(page(body))
