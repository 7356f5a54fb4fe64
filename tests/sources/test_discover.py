"""From a site's address to what of it can be watched, the best first."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from syndicate.lib import robots
from syndicate.lib.errors import BadInput
from syndicate.lib.http import Refused
from syndicate.sources.discover import MAX_REQUESTS, Candidate, discover
from tests.conftest import NOON
from tests.fakes.listings import by_hand, navigation
from tests.fakes.sitemaps import news, urlset
from tests.fakes.website import Website

HTML = {"Content-Type": "text/html; charset=utf-8"}
LONG = "<p>The council met on the quay on Monday, with the tide out. </p>" * 20


class Site(Website):
    """A site that has only what is put there."""

    def put(self, path: str, body: str | bytes, **headers: str) -> None:
        self.answer_with(200, body, headers or HTML, url=self.url + path)

    def find(self, path: str) -> tuple[str, bytes] | None:
        return None


@pytest.fixture
def site() -> Iterator[Site]:
    robots.forget()
    with Site() as made:
        yield made


@pytest.fixture
def paper() -> Iterator[Website]:
    """A site with feeds in four formats, two of them declared: articles and comments."""
    robots.forget()
    with Website() as made:
        made.publish("A new pier")
        yield made


def found(site: Website, path: str = "/") -> list[Candidate]:
    return discover(site.url + path, NOON)


def rss(*links: str, whole: bool = True, home: str = "/", hub: str = "") -> str:
    text = LONG if whole else "It opens on Monday."
    items = "".join(
        f"<item><title>Story {n}</title><link>{link}</link><guid>{link}</guid>"
        f"<description><![CDATA[{text}]]></description></item>"
        for n, link in enumerate(links)
    )
    atom = "http://www.w3.org/2005/Atom"
    pushed = f'<link xmlns="{atom}" rel="hub" href="{hub}"/>' if hub else ""
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour Review</title>'
        f"<link>{home}</link>{pushed}{items}</channel></rss>"
    )


def declared(href: str, title: str = "") -> str:
    kind = "application/rss+xml"
    return f'<link rel="alternate" type="{kind}" title="{title}" href="{href}">'


# --- feeds ------------------------------------------------------------------------------------


def test_a_sites_feed_is_found_and_its_comments_are_not(paper: Website) -> None:
    best = found(paper)[0]
    assert (best.url, best.kind, best.title) == (paper.feed_url, "feed", "Harbour Review")
    assert best.why == "its feed, 1 article with their whole text"
    assert [each.title for each in best.newest] == ["A new pier"]
    assert not paper.asked(paper.url + "/comments/feed.xml")


def test_an_article_leads_to_the_feed_too(paper: Website) -> None:
    assert discover(paper.publish("Another"), NOON)[0].url == paper.feed_url


@pytest.mark.parametrize("path", ["/feed.xml", "/atom.xml", "/feed.json", "/rdf.xml"])
def test_a_feed_is_its_own_answer(paper: Website, path: str) -> None:
    assert [each.url for each in found(paper, path)] == [paper.url + path]
    assert len(paper.requests) == 1


def test_a_page_that_links_none_is_searched_where_feeds_lie(paper: Website) -> None:
    paper.answer_with(200, "<html><body>Welcome</body></html>", HTML, url=paper.url + "/")
    assert found(paper)[0].url == paper.feed_url


def test_the_same_in_several_formats_is_one(paper: Website) -> None:
    links = "".join(f'<a href="{path}">f</a>' for path in ("/atom.xml", "/feed.json", "/feed.xml"))
    paper.answer_with(200, links, HTML, url=paper.url + "/")
    assert [each.url for each in found(paper)] == [paper.url + "/atom.xml"]


def test_a_page_that_only_mentions_a_feed(paper: Website) -> None:
    html = '<a href="/comments/feed.xml">Comments</a><a href="/atom.xml">Atom</a>'
    paper.answer_with(200, html, HTML, url=paper.url + "/")
    assert found(paper)[0].url == paper.url + "/atom.xml"


def test_a_link_that_leads_nowhere_is_no_candidate(paper: Website) -> None:
    paper.answer_with(200, declared("/gone.xml"), HTML, url=paper.url + "/")
    assert found(paper)[0].url == paper.feed_url


def test_the_feed_of_a_tag_comes_after_that_of_the_site(site: Site) -> None:
    site.put("/", declared("/tag/rope/feed/") + declared("/feed/"))
    site.put("/tag/rope/feed/", rss("/rope"))
    site.put("/feed/", rss("/rope", "/pier"))
    assert [each.url[-10:] for each in found(site)] == [site.url[-4:] + "/feed/", "rope/feed/"]


def test_unless_the_tag_was_asked_for(site: Site) -> None:
    site.put("/tag/rope/", declared("/tag/rope/feed/") + declared("/feed/"))
    site.put("/tag/rope/feed/", rss("/rope"))
    site.put("/feed/", rss("/rope", "/pier"))
    assert found(site, "/tag/rope/")[0].url.endswith("/tag/rope/feed/")


def test_whole_articles_come_before_teasers(site: Site) -> None:
    site.put("/", declared("/short.xml") + declared("/full.xml"))
    site.put("/short.xml", rss("/rope", "/pier", whole=False))
    site.put("/full.xml", rss("/rope", "/pier"))
    assert [each.url for each in found(site)] == [site.url + "/full.xml"]


def test_somebody_elses_feed_is_not_the_sites(site: Site) -> None:
    with Site() as other:
        other.put("/feed.xml", rss("/theirs", home=other.url))
        site.put("/", f'<p>I read <a href="{other.url}/feed.xml">this</a></p>')
        site.put("/feed.xml", rss("/ours"))
        assert [each.url for each in found(site)] == [site.url + "/feed.xml"]


def test_a_feed_that_lies_with_a_service_is(site: Site) -> None:
    with Site() as service:
        service.put("/harbour/rss", rss(f"{site.url}/ours", home=site.url))
        site.put("/", f'<a href="{service.url}/harbour/rss">RSS</a>')
        assert found(site)[0].url == service.url + "/harbour/rss"


def test_a_place_for_feeds_that_leads_home_is_none(site: Site) -> None:
    site.put("/", by_hand())
    for path in ("/feed", "/rss", "/feed.xml"):
        site.redirect(site.url + "/", 302, url=site.url + path)
    assert {each.kind for each in found(site)} == {"page"}


# --- interfaces -------------------------------------------------------------------------------


def wordpress(site: Site, *, whole: bool) -> None:
    site.put("/", f'<link rel="https://api.w.org/" href="/wp-json/">{declared("/feed/")}')
    site.put("/feed/", rss("/rope", whole=whole))
    post = {
        "id": 7,
        "link": site.url + "/rope",
        "guid": {"rendered": f"{site.url}/?p=7"},
        "title": {"rendered": "Rope"},
        "content": {"rendered": LONG},
        "date_gmt": "2026-11-22T09:00:00",
        "modified_gmt": "2026-11-22T09:00:00",
    }
    site.put("/wp-json/wp/v2/posts", json.dumps([post]))


@pytest.mark.parametrize("whole", [True, False])
def test_wordpress_own_interface_is_best(site: Site, whole: bool) -> None:
    wordpress(site, whole=whole)
    offered = found(site)
    assert [each.kind for each in offered] == ["wordpress", "feed"]
    assert offered[0].newest[0].url == site.url + "/rope"


@pytest.mark.parametrize(("whole", "best"), [(True, "feed"), (False, "wordpress")])
def test_but_for_a_whole_feed_whose_hub_tells_us(site: Site, whole: bool, best: str) -> None:
    wordpress(site, whole=whole)
    site.put("/feed/", rss("/rope", whole=whole, hub="https://hub.example/"))
    offered = found(site)
    assert offered[0].kind == best
    (pushed,) = (each.why for each in offered if each.kind == "feed")
    assert pushed.endswith("; its hub tells us at once of what is new")


def test_ghosts_key_stands_in_its_pages(site: Site) -> None:
    script = f'<script data-key="0ab1" data-api="{site.url}/ghost/api/content/"></script>'
    site.put("/", f'<meta name="generator" content="Ghost 6.0">{declared("/rss/")}{script}')
    site.put("/rss/", rss("/rope", whole=False))
    post = {"id": "6a", "url": site.url + "/rope", "title": "Rope", "html": LONG}
    site.put("/ghost/api/content/posts/", json.dumps({"posts": [post]}))
    best = found(site)[0]
    assert (best.kind, best.why) == (
        "ghost",
        "Ghost's own interface, 1 article with their whole text",
    )
    assert best.url.startswith(site.url + "/ghost/api/content/posts/")


class Squarespace(Site):
    """Every address answers twice: for people, and with ``?format=json``."""

    def respond(self, target, headers):  # type: ignore[no-untyped-def]
        if target.startswith("/journal?format=json"):
            item = {"id": "1", "fullUrl": "/journal/rope", "title": "Rope", "body": LONG}
            return 200, json.dumps({"items": [item]}).encode(), {}
        if target in {"/journal", "/"}:
            return 200, b"<!-- This is Squarespace. --><a href='/journal'>Journal</a>", HTML
        return None


def test_squarespace_answers_at_the_address_of_the_collection() -> None:
    with Squarespace() as site:
        best = found(site, "/journal")[0]
        assert (best.kind, best.url) == ("squarespace", site.url + "/journal?format=json")


def test_an_interface_may_be_named_itself(site: Site) -> None:
    wordpress(site, whole=True)
    assert [each.kind for each in found(site, "/wp-json/wp/v2/posts")] == ["wordpress"]


# --- pages and sitemaps -----------------------------------------------------------------------


def test_a_site_with_an_h_feed(site: Site) -> None:
    entry = (
        '<div class="h-entry"><a class="u-url p-name" href="/{0}">A new pier, part {0}</a></div>'
    )
    site.put("/", f'<div class="h-feed">{"".join(map(entry.format, range(4)))}</div>')
    best = found(site)[0]
    assert (best.kind, best.url, best.entries) == ("hfeed", site.url + "/", 4)


def test_a_site_with_only_a_list(site: Site) -> None:
    site.put("/", by_hand())
    (only,) = found(site)
    assert (only.kind, only.url, only.entries) == ("page", site.url + "/", 8)
    assert only.newest[0].title == "A new pier for the old harbour"
    assert only.why.startswith("a page that lists 8 articles")


def test_the_list_may_stand_where_the_front_leads(site: Site) -> None:
    site.put("/", navigation().replace(">News<", "> News <"))
    site.put("/news", by_hand())
    assert [(each.kind, each.url) for each in found(site)] == [("page", site.url + "/news")]


def test_robots_keep_us_from_a_list_but_not_from_a_feed(site: Site) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /")
    site.put("/", by_hand() + declared("/feed.xml"))
    site.put("/feed.xml", rss("/rope"))
    assert [each.kind for each in found(site)] == ["feed"]


def test_a_site_with_only_a_sitemap(site: Site) -> None:
    site.put("/", navigation())
    site.put("/wp-sitemap.xml", urlset((f"{site.url}/2026/11/a-new-pier", "")))
    (only,) = found(site)
    assert (only.kind, only.url, only.entries) == ("sitemap", site.url + "/wp-sitemap.xml", 1)


def test_robots_name_the_sitemap_and_that_of_news_is_better(site: Site) -> None:
    site.put("/robots.txt", f"Sitemap: {site.url}/all.xml\nsitemap: {site.url}/news.xml\n")
    site.put("/", by_hand())
    site.put("/all.xml", urlset((f"{site.url}/2026/11/a-new-pier", "")))
    site.put("/news.xml", urlset((f"{site.url}/2026/11/rope", ""), more=news("Rope", "2026-11-22")))
    assert [each.url.removeprefix(site.url) for each in found(site)] == [
        "/news.xml",
        "/",
        "/all.xml",
    ]
    assert not site.asked(site.url + "/sitemap.xml")


def test_of_a_sitemap_the_part_that_was_asked_for(site: Site) -> None:
    site.put("/blog", navigation())
    lines = [(f"{site.url}/{part}/a-story-of-rope", "") for part in ("blog", "shop")]
    site.put("/sitemap.xml", urlset(*lines))
    (only,) = found(site, "/blog")
    assert (only.url, only.entries) == (site.url + "/sitemap.xml#/blog/", 1)


# --- addresses --------------------------------------------------------------------------------


def test_the_scheme_may_be_left_out(paper: Website) -> None:
    assert discover(paper.url.removeprefix("http://"), NOON)[0].url == paper.feed_url


def test_a_site_that_has_moved_is_followed(paper: Website, site: Site) -> None:
    site.redirect(paper.url + "/", 302, url=site.url + "/")
    assert found(site)[0].url == paper.feed_url


def test_the_canonical_page_is_asked_first(site: Site) -> None:
    site.put("/amp/rope", '<link rel="canonical" href="/rope">')
    site.put("/rope", declared("/feed.xml"))
    site.put("/feed.xml", rss("/rope"))
    assert found(site, "/amp/rope")[0].url == site.url + "/feed.xml"
    assert not site.asked(site.url + "/feed")


def test_a_feed_is_found_although_its_page_keeps_programs_out(paper: Website) -> None:
    paper.answer_with(403, url=paper.url + "/")
    assert found(paper)[0].url == paper.feed_url


def test_a_site_that_keeps_us_out_is_said_to(site: Site) -> None:
    for path in ("/", "/feed"):
        site.answer_with(403, url=site.url + path)
    with pytest.raises(Refused, match=r"does not let us in \(403\)"):
        found(site)


def test_where_nothing_is_it_is_said_what_was_tried(site: Site) -> None:
    site.put("/", navigation())
    with pytest.raises(BadInput) as error:
        found(site)
    assert error.value.message == f"No feed was found at {site.url}/, nor anything else to watch."
    assert "feeds (11 tried)" in error.value.hint and "sitemaps (4 tried)" in error.value.hint


def test_it_is_never_more_than_was_meant_to_be_spent(site: Site) -> None:
    many = "".join(f'<a href="/{n}/feed">f</a>' for n in range(99))
    site.put("/a/b", many + "<!-- This is Squarespace. -->" + navigation())
    with pytest.raises(BadInput):
        found(site, "/a/b")
    assert len(site.requests) <= MAX_REQUESTS
