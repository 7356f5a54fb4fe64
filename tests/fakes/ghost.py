"""A Ghost 5 on 127.0.0.1: pages, feed, sitemap and Content API, as the real one answers.

::

    with Ghost() as site:
        url = site.publish("A new pier", tags=["Harbour"], picture=Picture("pier.jpg"))
        site.edit(url, title="A newer pier")
        site.rename(url, "the-pier")              # the old address is no more
        site.backdate("An older pier", days=30)   # at the bottom of a feed of fifteen
        site.schedule("A pier to come", at)       # absent until it is due
        site.protect(url), site.delete(url)       # for members; gone

Its shapes are those of ``samples/ghost``, recorded from a real one.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from syndicate.lib import clock
from tests.fakes.publication import PARAGRAPHS, Picture
from tests.fakes.website import Answer, Website

PER_FEED = 15
KEY = "2a020daa6813fbb99c99c00aae"
COVER = "https://static.ghost.org/v5.0.0/images/publication-cover.jpg"
_WALL = "<!--members-only-->"


@dataclass(frozen=True)
class Post:
    """A row of its table of posts."""

    id: str
    slug: str
    title: str
    html: str
    published: datetime
    updated: datetime
    excerpt: str = ""
    author: str = "Ada Example"
    tags: tuple[str, ...] = ()
    picture: Picture | None = None
    visibility: str = "public"  # members, paid, tiers
    canonical: str = ""
    comments: bool = False

    @property
    def free(self) -> str:
        """What of it everybody may read."""
        if self.visibility == "public":
            return self.html
        teaser, wall, _ = self.html.partition(_WALL)
        return teaser if wall else ""


class Ghost(Website):
    """The site; its Content API knows one :data:`KEY`."""

    def __init__(self, name: str = "Harbour Review") -> None:
        super().__init__(name)
        self.posts: list[Post] = []
        self._ids = itertools.count(0x6B050AE01AD6F651A5DD9104)

    @property
    def feed_url(self) -> str:
        """The address of the feed."""
        return f"{self.url}/rss/"

    @property
    def api_url(self) -> str:
        """The Content API's posts, without a key."""
        return f"{self.url}/ghost/api/content/posts/"

    # --- what its editors do --------------------------------------------------------------------

    def publish(  # type: ignore[override]
        self,
        title: str,
        paragraphs: Iterable[str] = PARAGRAPHS,
        *,
        date: datetime | None = None,
        **values: Any,
    ) -> str:
        """Publish, and return the address."""
        now = self._now()
        slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
        html = "".join(f"<p>{escape(each)}</p>" for each in paragraphs)
        made = Post(f"{next(self._ids):x}", slug, title, html, date or now, now)
        given = values | ({"tags": tuple(values["tags"])} if "tags" in values else {})
        self.posts.append(replace(made, **given))
        return self._link(self.posts[-1])

    def backdate(self, title: str, *, days: int = 30, **values: Any) -> str:
        """Publish something new under an old date."""
        return self.publish(title, date=self._now() - timedelta(days=days), **values)

    def schedule(self, title: str, at: datetime, **values: Any) -> str:
        """Have it published at *at*."""
        return self.publish(title, date=at.replace(microsecond=0), **values)

    def edit(self, url: str, /, **values: Any) -> None:
        """Change fields of an article: ``title=…``, ``html=…``."""
        post = self._at(url)
        self.posts[self.posts.index(post)] = replace(post, **{"updated": self._now(), **values})

    def rename(self, url: str, slug: str) -> str:
        """Give it another address; nothing leads there from the old one."""
        self.edit(url, slug=slug)
        return f"{self.url}/{slug}/"

    def protect(self, url: str, visibility: str = "members") -> None:
        """Keep it for members, but for what stands before the wall, if one is in it."""
        self.edit(url, visibility=visibility)

    def delete(self, url: str) -> None:
        """Take it away for good."""
        self.posts.remove(self._at(url))

    withdraw = delete

    # --- what it answers ------------------------------------------------------------------------

    def respond(self, target: str, headers: Mapping[str, str]) -> Answer | None:
        """A page, the feed, the sitemap, the API; None for pictures."""
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query))
        if parts.path.startswith("/pictures/"):
            return None
        if parts.path.startswith("/ghost/api/content/"):
            status, body, kind = self._api(parts.path.split("/")[4], query)
        else:
            status, body, kind = self._text(parts.path)
        return self._tagged(status, body.encode(), kind, headers)

    def _text(self, path: str) -> tuple[int, str, str]:
        if path == "/rss/":
            return 200, self._rss(), "application/rss+xml; charset=utf-8"
        if path.startswith("/sitemap"):
            return 200, self._sitemap(path), "text/xml; charset=utf-8"
        if path == "/":
            return 200, self._front(), "text/html; charset=utf-8"
        found = [each for each in self._shown() if self._link(each) == self.url + path]
        if not found:
            return 404, self._around("Page not found", "<h1>404</h1>", ""), "text/html"
        return 200, self._article(found[0]), "text/html; charset=utf-8"

    def _tagged(self, status: int, body: bytes, kind: str, headers: Mapping[str, str]) -> Answer:
        """With the ETag of Express, which is that of the content."""
        tag = f'W/"{len(body):x}-{hashlib.sha1(body).hexdigest()[:27]}"'
        sent = {"Cache-Control": "public, max-age=0", "Content-Type": kind}
        sent |= {"ETag": tag} if self._tags else {}
        if status == 200 and self._tags and headers.get("if-none-match") == tag:
            return 304, b"", sent
        return status, body, sent

    def _rss(self) -> str:
        items = "".join(self._item(post) for post in self._shown()[:PER_FEED])
        return (
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<rss xmlns:dc="http://purl.org/dc/elements/1.1/"'
            ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
            ' xmlns:atom="http://www.w3.org/2005/Atom" version="2.0"'
            ' xmlns:media="http://search.yahoo.com/mrss/"><channel>'
            f"<title><![CDATA[{self.publication.name}]]></title><link>{self.url}/</link>"
            f"<generator>Ghost 5.130</generator><lastBuildDate>{_rfc(self.time())}</lastBuildDate>"
            f'<atom:link href="{self.url}/rss/" rel="self" type="application/rss+xml"/>'
            f"<ttl>60</ttl>{items}</channel></rss>"
        )

    def _item(self, post: Post) -> str:
        shown = f"{self.url}/pictures/{post.picture.file}" if post.picture else ""
        lead = f'<img src="{shown}" alt="{escape(post.title)}">' if shown else ""
        summary = post.excerpt or post.free[:500]
        return (
            f"<item><title><![CDATA[{post.title}]]></title>"
            + (f"<description><![CDATA[{summary}]]></description>" if summary else "")
            + f'<link>{self._link(post)}</link><guid isPermaLink="false">{post.id}</guid>'
            + "".join(f"<category><![CDATA[{tag}]]></category>" for tag in post.tags)
            + f"<dc:creator><![CDATA[{post.author}]]></dc:creator>"
            f"<pubDate>{_rfc(post.published)}</pubDate>"
            + (f'<media:content url="{shown}" medium="image"/>' if shown else "")
            + f"<content:encoded><![CDATA[{lead}{post.free}]]></content:encoded></item>"
        )

    def _sitemap(self, path: str) -> str:
        own = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        if path == "/sitemap.xml":
            child = f"<sitemap><loc>{self.url}/sitemap-posts.xml</loc></sitemap>"
            return f'<?xml version="1.0"?><sitemapindex {own}>{child}</sitemapindex>'
        urls = "".join(
            f"<url><loc>{self._link(each)}</loc><lastmod>{_iso(each.updated)}</lastmod></url>"
            for each in self._shown()
        )
        return f'<?xml version="1.0"?><urlset {own}>{urls}</urlset>'

    # --- the API --------------------------------------------------------------------------------

    def _api(self, what: str, query: dict[str, str]) -> tuple[int, str, str]:
        kind = "application/json; charset=utf-8"
        if query.get("key") != KEY:
            message = "Unknown Content API Key" if query.get("key") else "Authorization failed"
            status = 401 if query.get("key") else 403
            return status, json.dumps({"errors": [{"message": message}]}), kind
        if what == "settings":
            about = {"title": self.publication.name, "url": f"{self.url}/", "lang": "en"}
            return 200, json.dumps({"settings": about, "meta": {}}), kind
        return 200, json.dumps(self._posts(query)), kind

    def _posts(self, query: dict[str, str]) -> dict[str, Any]:
        posts = self._shown()
        if query.get("order", "").startswith("updated_at"):
            posts = sorted(posts, key=lambda each: each.updated, reverse=True)
        if wanted := re.match(r"id:\[([\w,]+)\]$", query.get("filter", "")):
            posts = [each for each in posts if each.id in wanted[1].split(",")]
        size, number = int(query.get("limit", 15)), int(query.get("page", 1))
        total, pages = len(posts), max(-(-len(posts) // size), 1)
        told = [self._told(each) for each in posts[(number - 1) * size : number * size]]
        if fields := query.get("fields"):
            told = [{n: v for n, v in each.items() if n in fields.split(",")} for each in told]
        return {
            "posts": told,
            "meta": {
                "pagination": {
                    "page": number,
                    "limit": size,
                    "pages": pages,
                    "total": total,
                    "next": number + 1 if number < pages else None,
                    "prev": number - 1 or None,
                }
            },
        }

    def _told(self, post: Post) -> dict[str, Any]:
        tags = [{"name": tag, "visibility": _seen(tag)} for tag in post.tags]
        picture = post.picture
        return {
            "id": post.id,
            "uuid": f"458a40ff-ec6a-4e0e-9a92-{post.id[-12:]}",
            "title": post.title,
            "slug": post.slug,
            "html": post.free,
            "feature_image": f"{self.url}/pictures/{picture.file}" if picture else None,
            "feature_image_alt": picture.alt if picture else None,
            "feature_image_caption": f"<em>{escape(picture.caption)}</em>" if picture else None,
            "visibility": post.visibility,
            "access": post.visibility == "public",
            "created_at": _iso(post.updated),
            "updated_at": _iso(post.updated),
            "published_at": _iso(post.published),
            "custom_excerpt": post.excerpt or None,
            "excerpt": post.excerpt or re.sub(r"<[^>]+>", " ", post.free)[:500],
            "canonical_url": post.canonical or None,
            "authors": [{"id": "1", "name": post.author}],
            "tags": tags,
            "primary_author": {"id": "1", "name": post.author},
            "url": self._link(post),
            "comments": post.comments,
        }

    # --- pages ----------------------------------------------------------------------------------

    def _front(self) -> str:
        cards = "".join(
            f'<article class="gh-card post"><a href="{self._link(each)}"><h3>{escape(each.title)}'
            f"</h3><p>{escape(each.excerpt)}</p></a></article>"
            for each in self._shown()[:PER_FEED]
        )
        return self._around(self.publication.name, f"<main>{cards}</main>", "")

    def _article(self, post: Post) -> str:
        link = self._link(post)
        shown = f"{self.url}/pictures/{post.picture.file}" if post.picture else ""
        graph = {
            "@context": "https://schema.org",
            "@type": "Article",
            "headline": post.title,
            "author": {"@type": "Person", "name": post.author},
            "datePublished": _iso(post.published),
            "mainEntityOfPage": link,
        }
        own = (
            f'<link rel="canonical" href="{post.canonical or link}">'
            f'<meta property="og:type" content="article"><meta property="og:title" content="'
            f'{escape(post.title)}"><meta property="og:image" content="{shown or COVER}">'
            f'<meta name="twitter:site" content="@ghost">'
            f'<script type="application/ld+json">{json.dumps(graph)}</script>'
        )
        return self._around(
            post.title,
            f'<main><article class="gh-article post"><h1>{escape(post.title)}</h1>'
            f'<section class="gh-content">{post.free}</section></article></main>',
            own,
        )

    def _around(self, title: str, main: str, own: str) -> str:
        name = escape(self.publication.name)
        return (
            f'<!DOCTYPE html><html lang="en"><head><title>{escape(title)}</title>{own}'
            '<meta name="generator" content="Ghost 5.130">'
            f'<link rel="alternate" type="application/rss+xml" title="{name}" '
            f'href="{self.url}/rss/"><script defer src="/public/portal.min.js" data-i18n="true" '
            f'data-ghost="{self.url}/" data-key="{KEY}" data-api="{self.url}/ghost/api/content/" '
            f'crossorigin="anonymous"></script></head><body><a href="{self.url}">{name}</a>{main}'
            "</body></html>"
        )

    # --- its posts ------------------------------------------------------------------------------

    def _shown(self) -> list[Post]:
        """What is published by now, newest first."""
        due = [each for each in self.posts if each.published <= self.time()]
        return sorted(due, key=lambda each: (each.published, each.id), reverse=True)

    def _link(self, post: Post) -> str:
        return f"{self.url}/{post.slug}/"

    def _now(self) -> datetime:
        self.tick()
        return clock.now().replace(microsecond=0)

    def _at(self, url: str) -> Post:
        return next(each for each in self.posts if self._link(each) == url)


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+00:00")


def _rfc(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC), usegmt=True)


def _seen(tag: str) -> str:
    return "internal" if tag.startswith("#") else "public"
