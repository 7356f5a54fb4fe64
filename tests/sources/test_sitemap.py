"""What sitemaps tell of a site's articles."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from syndicate.lib.errors import BadInput
from syndicate.lib.http import Page
from syndicate.sources.readers.base import Ask, Conditions, Reading
from syndicate.sources.readers.sitemap import Sitemap, parse
from tests.conftest import NOON
from tests.fakes.sitemaps import index, news, urlset
from tests.fakes.website import Website


@pytest.fixture
def site() -> Iterator[Website]:
    with Website() as made:
        yield made


def put(site: Website, path: str, body: str | bytes, **headers: str) -> None:
    site.answer_with(200, body, headers, url=site.url + path)


def look(site: Website, path: str = "/sitemap.xml", **known: object) -> Reading:
    return Sitemap().read(Ask(site.url + path, NOON, **known))  # type: ignore[arg-type]


def paths(reading: Reading, site: Website) -> list[str]:
    return [each.url.removeprefix(site.url) for each in reading.entries]


def page(body: str | bytes, url: str = "https://e.example/sitemap.xml") -> Page:
    content = body.encode() if isinstance(body, str) else body
    return Page(200, url, "", {}, content, "", "", "application/xml", "")


def test_addresses_come_newest_first_and_are_unsure() -> None:
    given = urlset(("/news/old-rope-for-sale", "2026-01-02"), ("/news/a-new-pier", "2026-11-20"))
    first, second = parse(page(given)).entries
    assert first.url == "https://e.example/news/a-new-pier"
    assert second.url == "https://e.example/news/old-rope-for-sale"
    assert first.unsure and second.unsure


def test_a_change_is_no_publication() -> None:
    (entry,) = parse(page(urlset(("/news/a-new-pier", "2026-11-20T08:00:00+01:00")))).entries
    assert entry.published_at is None
    assert entry.updated_at == datetime(2026, 11, 20, 7, tzinfo=UTC)


def test_a_news_sitemap_tells_nearly_all() -> None:
    told = news("Rope &amp; tar", "2026-11-22T10:00:00Z")
    found = parse(page(urlset(("/rope", ""), more=told)))
    (entry,) = found.entries
    assert (entry.title, entry.language, entry.tags) == ("Rope & tar", "en", ("harbour", "piers"))
    assert entry.published_at == datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert entry.unsure and found.title == "Harbour Review"


def test_its_picture_comes_with_the_caption() -> None:
    image = "<image:image><image:loc>/pier.jpg</image:loc><image:caption>At dawn</image:caption>"
    (entry,) = parse(page(urlset(("/a-new-pier-opens", ""), more=f"{image}</image:image>"))).entries
    assert (entry.image_url, entry.image_caption) == ("https://e.example/pier.jpg", "At dawn")


def test_what_is_no_article_is_left_out() -> None:
    here = "/", "/tag/rope", "/blog/a-new-pier-opens", "/blog/page/2", "/author/ada", "/blog/hello"
    here += "/pier.pdf", "/about", "https://other.example/blog/a-pier-too"  # type: ignore[assignment]
    found = parse(page(urlset(*((each, "") for each in here))))
    assert {each.url for each in found.entries} == {
        "https://e.example/blog/a-new-pier-opens",
        "https://e.example/blog/hello",
    }


def test_a_part_of_the_site_alone(site: Website) -> None:
    lines = [(f"{site.url}/{part}/a-story-of-rope", "") for part in ("news", "shop")]
    put(site, "/sitemap.xml", urlset(*lines))
    assert paths(look(site, "/sitemap.xml#/news/"), site) == ["/news/a-story-of-rope"]
    assert len(look(site).entries) == 2


def test_of_an_index_the_children_with_articles_are_read(site: Website) -> None:
    names = "post-sitemap.xml", "page-sitemap.xml", "category-sitemap.xml", "author-sitemap.xml"
    put(site, "/sitemap.xml", index(*((f"/{name}", "2026-11-23") for name in names)))
    put(site, "/post-sitemap.xml", urlset(("/a-new-pier-opens", "2026-11-23")))
    assert paths(look(site), site) == ["/a-new-pier-opens"]
    assert {each.path for each in site.requests} == {"/sitemap.xml", "/post-sitemap.xml"}


def test_of_many_children_the_newest(site: Website) -> None:
    months = [(f"/sitemap-2026-{n:02}.xml", f"2026-{n:02}-28") for n in range(1, 13)]
    put(site, "/sitemap.xml", index(*months))
    for path, date in months:
        put(site, path, urlset((f"/news/what-came-in{path[8:16]}", date)))
    asked = look(site, first=True) and {each.path for each in site.requests}
    assert len(asked) == 11
    assert {"/sitemap-2026-01.xml", "/sitemap-2026-02.xml"}.isdisjoint(asked)


def test_wordpress_appends_without_a_date_and_its_304_would_say_nothing(site: Website) -> None:
    site.answer_with(200, index(("/wp-sitemap-posts-post-1.xml", "")), {"ETag": '"1"'},
                     url=site.url + "/sitemap.xml")  # fmt: skip
    put(site, "/wp-sitemap-posts-post-1.xml", urlset(("/2026/01/rope", "")))
    before = look(site)
    put(site, "/wp-sitemap-posts-post-1.xml", urlset(("/2026/01/rope", ""), ("/2026/11/tar", "")))
    after = look(site, last=before.conditions)
    assert before.conditions.etag == ""
    assert paths(after, site) == ["/2026/11/tar", "/2026/01/rope"]
    assert look(site, last=after.conditions).not_modified


def test_unchanged_is_not_read_again(site: Website) -> None:
    put(site, "/sitemap.xml", urlset(("/a-new-pier-opens", "2026-11-23")), ETag='"7"')
    before = look(site)
    assert before.conditions.etag == '"7"'
    assert look(site, last=Conditions(body_hash=before.conditions.body_hash)).not_modified
    site.trust_validators_only(site.url + "/sitemap.xml")
    again = look(site, last=before.conditions)
    assert again.not_modified and again.conditions == before.conditions


def test_an_old_part_that_comes_into_sight_is_not_new(site: Website) -> None:
    old = [(f"/news/an-old-story-{n}", "2019-03-01") for n in range(300)]
    put(site, "/sitemap.xml", urlset(("/news/a-new-pier", "2026-11-23"), *old))
    assert len(look(site, first=True).entries) == 301
    assert len(look(site).entries) == 100
    assert paths(look(site), site)[0] == "/news/a-new-pier"


def test_a_packed_child_and_one_that_is_gone(site: Website) -> None:
    put(site, "/sitemap.xml", index(("/posts-1.xml.gz", ""), ("/posts-2.xml", "")))
    put(site, "/posts-1.xml.gz", gzip.compress(urlset(("/a-new-pier-opens", "")).encode()))
    assert paths(look(site), site) == ["/a-new-pier-opens"]
    site.answer_with(500, url=site.url + "/posts-1.xml.gz")
    with pytest.raises(BadInput, match=r"posts-1.xml.gz has trouble of its own"):
        look(site)


def test_a_list_of_lines_and_a_feed_do_as_well() -> None:
    lines = parse(page("https://e.example/a-new-pier-opens\nhttps://e.example/tag/rope\n"))
    assert [each.url for each in lines.entries] == ["https://e.example/a-new-pier-opens"]
    rss = "<rss version='2.0'><channel><item><title>Rope</title><link>/rope</link></item></channel>"
    (entry,) = parse(page(f"{rss}</rss>")).entries
    assert (entry.title, entry.unsure) == ("Rope", True)


def test_broken_at_the_end_is_read_as_far_as_it_goes() -> None:
    whole = urlset(("/a-new-pier-opens", ""), ("/old-rope-for-sale", ""))
    found = parse(page(whole[:-40]))
    assert len(found.entries) == 1 and found.remark.startswith("Its XML is broken")
    assert not parse(page(whole)).remark


@pytest.mark.parametrize(
    "body",
    [b"", b"<html><body>Not here</body></html>", b"\x1f\x8bnothing", b"{}", b"\x00"],
)
def test_what_is_no_sitemap_is_said(body: bytes) -> None:
    with pytest.raises(BadInput, match=r"^https://e.example/sitemap.xml"):
        parse(page(body))


def test_entities_unfold_to_nothing() -> None:
    bomb = '<!DOCTYPE u [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc">]>'
    body = urlset(("/a-new-pier-opens&b;&f;", "")).replace("?>", f"?>{bomb}", 1)
    (entry,) = parse(page(body)).entries
    assert entry.url == "https://e.example/a-new-pier-opens"


def test_one_that_unpacks_without_end_is_refused() -> None:
    packed = gzip.compress(b"<urlset>" + b" " * 60_000_000, 1)
    with pytest.raises(BadInput, match="unpacks to more than 52 MB"):
        parse(page(packed))


def test_what_lets_us_in_is_for_the_site_alone(site: Website) -> None:
    with Website() as other:
        put(site, "/sitemap.xml", index((f"{site.url}/a.xml", ""), (f"{other.url}/b.xml", "")))
        put(site, "/a.xml", urlset(("/a-new-pier", "")))
        put(other, "/b.xml", urlset(("/another-pier", "")))
        look(site, headers={"Cookie": "member=yes"})
        assert "cookie" in site.requests[-1].headers
        assert "cookie" not in other.requests[-1].headers


def test_a_part_that_could_not_be_read_is_asked_for_again(site: Website) -> None:
    names = ("/a.xml", "/b.xml")
    body = index(*((site.url + name, "2026-11-23") for name in names))
    put(site, "/sitemap.xml", body, ETag='"1"')
    put(site, "/a.xml", urlset((site.url + "/2026/11/a-new-pier", "2026-11-23")))
    site.answer_with(503, url=site.url + "/b.xml")
    assert look(site).conditions.etag == ""
    put(site, "/b.xml", urlset((site.url + "/2026/11/another-pier", "2026-11-23")))
    assert look(site).conditions.etag == '"1"'
