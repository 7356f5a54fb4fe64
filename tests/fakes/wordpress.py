"""A WordPress 6 on 127.0.0.1: pages, feed and REST API, with all that surprises in the real one.

::

    with WordPress() as site:
        url = site.publish("A new pier", tags=["Harbour"], picture=Picture("pier.jpg"))
        site.edit(url, title="A newer pier")
        site.backdate("An older pier", days=30)     # 304 for whoever asks conditionally
        site.schedule("A pier to come", at)         # wp-cron: there as soon as it is due
        site.rename(url, "the-pier")                # the old address leads to the new one
        site.protect(url), site.delete(url), site.comment(url)

Its shapes are those of ``samples/wordpress``, recorded from a real one.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape as xml

from syndicate.lib import clock
from tests.fakes.publication import PARAGRAPHS
from tests.fakes.website import Answer
from tests.fakes.wordpress_site import PER_FEED, Post, Site, text

USER, PASSWORD = "ada", "abcd EFGH 1234 ijkl MNOP 6789"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class WordPress(Site):
    """The site. *pretty*: with permalinks; *closed*: its API answers only those with a password."""

    def __init__(
        self, name: str = "Harbour Review", *, pretty: bool = True, closed: bool = False
    ) -> None:
        super().__init__(name)
        self.pretty, self.closed = pretty, closed
        self._moved: dict[str, int] = {}  # old slug → id
        self._ids = itertools.count(5)

    @property
    def api_url(self) -> str:
        """The REST API's collection of posts."""
        if self.pretty:
            return f"{self.url}/wp-json/wp/v2/posts"
        return f"{self.url}/index.php?rest_route=/wp/v2/posts"

    # --- what its editors do --------------------------------------------------------------------

    def publish(  # type: ignore[override]
        self,
        title: str,
        paragraphs: Iterable[str] = PARAGRAPHS,
        *,
        from_draft: bool = False,
        date: datetime | None = None,
        **values: Any,
    ) -> str:
        """Publish, and return the address; with a *date* of its own, as a program may do it."""
        now = self._now()
        number, slug = next(self._ids), re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
        html = "\n".join(f"<p>{escape(each)}</p>" for each in paragraphs)
        # wp_insert_post: what is put in with a date counts as changed on it, and not now.
        made = Post(number, slug, title, html, date or now, date or now, "")
        given = {"guid": f"{self.url}/?p={number}" if from_draft else self._link(made), **values}
        given |= {name: tuple(given[name]) for name in ("tags", "categories") if name in given}
        self.posts.append(replace(made, **given))
        return self._link(self.posts[-1])

    def backdate(self, title: str, *, days: int = 30, **values: Any) -> str:
        """Publish something new under an old date."""
        return self.publish(title, date=self._now() - timedelta(days=days), **values)

    def schedule(self, title: str, at: datetime, **values: Any) -> str:
        """Have it published at *at*; it counts as changed now, before its own date."""
        return self.publish(
            title, date=at.replace(microsecond=0), modified=self._now(), from_draft=True, **values
        )

    def edit(self, url: str, /, **values: Any) -> None:
        """Change fields of an article: ``title=…``, ``html=…``, ``status="private"``."""
        self._change(url, modified=self._now(), **values)

    def rename(self, url: str, slug: str) -> str:
        """Give it another address; the old one leads there."""
        post = self._at(url)
        self._moved[post.slug] = post.id
        self._change(url, slug=slug, modified=self._now())
        return self._link(next(each for each in self.posts if each.id == post.id))

    def protect(self, url: str) -> None:
        """Put a password before it."""
        self.edit(url, password="mackerel")

    def delete(self, url: str) -> None:
        """Move it to the trash."""
        self.posts.remove(self._at(url))

    withdraw = delete

    def comment(self, url: str) -> None:
        """A reader has something to say: the feed changes, its validators do not."""
        self._change(url, comments=self._at(url).comments + 1)

    # --- what it answers ------------------------------------------------------------------------

    def respond(self, target: str, headers: Mapping[str, str]) -> Answer | None:
        """A page, the feed, the API; None for pictures."""
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query))
        route = query.get("rest_route") or (
            parts.path.removeprefix("/wp-json") if parts.path.startswith("/wp-json") else ""
        )
        if route:
            return self._api(route, query, headers) if self._reached(query) else self._missing()
        if parts.path == "/feed/" or query.get("feed") == "rss2":
            return self._serve_feed(int(query.get("paged", 1)), headers)
        if parts.path == "/comments/feed/":
            return self._xml(self.publication.comments())
        if parts.path.startswith("/wp-sitemap"):
            return self._xml(self._sitemap(parts.path))
        return None if parts.path.startswith("/pictures/") else self._page(parts.path, query)

    def _reached(self, query: Mapping[str, str]) -> bool:
        return self.pretty or "rest_route" in query

    def _page(self, path: str, query: Mapping[str, str]) -> Answer:
        if path == "/" and "p" not in query:
            return self._html(self._front(), "")
        slug = path.strip("/").rpartition("/")[2]
        for post in self._shown():
            if post.slug == slug or str(post.id) == query.get("p"):
                return self._html(self._article(post), f"<{self.url}/?p={post.id}>; rel=shortlink")
        there = [each for each in self._shown() if each.id == self._moved.get(slug)]
        return (301, b"", {"Location": self._link(there[0])}) if there else self._missing()

    def _html(self, body: str, link: str) -> Answer:
        links = ", ".join(filter(None, [f'<{self._root()}>; rel="https://api.w.org/"', link]))
        return 200, body.encode(), {"Content-Type": "text/html; charset=UTF-8", "Link": links}

    def _missing(self) -> Answer:
        return 404, b"<h1>Oops! That page can't be found.</h1>", {"Content-Type": "text/html"}

    def _xml(self, body: str) -> Answer:
        return 200, body.encode(), {"Content-Type": "application/xml; charset=UTF-8"}

    # --- the feed -------------------------------------------------------------------------------

    def _serve_feed(self, number: int, headers: Mapping[str, str]) -> Answer:
        begin = (number - 1) * PER_FEED
        posts = self._sorted("date")[begin : begin + PER_FEED]
        if not posts and number > 1:
            return self._missing()
        changed = max([_EPOCH, *(max(each.date, each.modified) for each in self._shown())])
        stamp = format_datetime(changed, usegmt=True)
        tag = f'"{hashlib.md5(stamp.encode()).hexdigest()}"'
        sent = {"Last-Modified": stamp, "ETag": tag} if self._tags else {}
        if sent and _is_same(headers, tag, changed):
            return 304, b"", sent
        kind = {"Content-Type": "application/rss+xml; charset=UTF-8"}
        return 200, self._rss(posts, stamp).encode(), {**kind, **sent}

    # --- the API --------------------------------------------------------------------------------

    def _api(self, route: str, query: dict[str, str], headers: Mapping[str, str]) -> Answer:
        if self.closed and not headers.get("authorization", "").startswith("Basic "):
            return _json({"code": "rest_not_logged_in", "data": {"status": 401}}, 401)
        if route == "/":
            return _json({"name": self.publication.name, "home": self.url, "url": self.url})
        if route.rstrip("/") != "/wp/v2/posts":
            return _json({"code": "rest_no_route", "data": {"status": 404}}, 404)
        posts = self._sorted(query.get("orderby", "date"))
        if wanted := query.get("include"):
            posts = [each for each in posts if str(each.id) in wanted.split(",")]
        size, number = int(query.get("per_page", 10)), int(query.get("page", 1))
        shown = posts[(number - 1) * size : number * size]
        if not shown and number > 1:
            return _json({"code": "rest_post_invalid_page_number", "data": {"status": 400}}, 400)
        listed = [self._told(each, "_embed" in query) for each in shown]
        if fields := query.get("_fields"):
            listed = [{n: v for n, v in each.items() if n in fields.split(",")} for each in listed]
        total, pages = len(posts), -(-len(posts) // size)
        return _json(listed, 200, {"X-WP-Total": str(total), "X-WP-TotalPages": str(pages)})

    def _told(self, post: Post, embed: bool) -> dict[str, Any]:
        secret, local = bool(post.password), timedelta(hours=1)
        told: dict[str, Any] = {
            "id": post.id,
            "date": _moment(post.date + local),
            "date_gmt": _moment(post.date),
            "guid": {"rendered": xml(post.guid)},
            "modified": _moment(post.modified + local),
            "modified_gmt": _moment(post.modified),
            "slug": post.slug,
            "status": "publish",
            "type": "post",
            "link": self._link(post),
            "title": {"rendered": escape(post.title)},
            "content": {"rendered": "" if secret else post.html, "protected": secret},
            "excerpt": {"rendered": "" if secret else _excerpt(post), "protected": secret},
            "comment_status": "open",
            "sticky": post.sticky,
        }
        return {**told, "_embedded": self._embedded(post)} if embed else told

    def _embedded(self, post: Post) -> dict[str, Any]:
        found: dict[str, Any] = {"author": [{"id": 1, "name": post.author}]}
        groups = (("category", post.categories), ("post_tag", post.tags))
        found["wp:term"] = [
            [{"name": escape(name), "taxonomy": kind} for name in named] for kind, named in groups
        ]
        if post.picture:
            address = f"{self.url}/pictures/{post.picture.file}"
            caption = {"rendered": f"<p>{escape(post.picture.caption)}</p>\n"}
            found["wp:featuredmedia"] = [
                {"source_url": address, "alt_text": post.picture.alt, "caption": caption}
            ]
        return found

    # --- its posts ------------------------------------------------------------------------------

    def _at(self, url: str) -> Post:
        return next(each for each in self.posts if self._link(each) == url)

    def _change(self, url: str, **values: Any) -> None:
        post = self._at(url)
        self.posts[self.posts.index(post)] = replace(post, **values)

    def _now(self) -> datetime:
        self.tick()
        return clock.now().replace(microsecond=0)


def _is_same(headers: Mapping[str, str], tag: str, changed: datetime) -> bool:
    """As class-wp.php has it: both must fit where both are sent, else the one that is."""
    given, since = headers.get("if-none-match", ""), headers.get("if-modified-since", "")
    read = clock.read(since) if since else None
    late = read is not None and read >= changed
    return late and given == tag if since and given else late or given == tag


def _excerpt(post: Post) -> str:
    return f"<p>{post.excerpt or f'{text(post.html)[:280]} [&hellip;]'}</p>\n"


def _json(data: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    kind = {"Content-Type": "application/json; charset=UTF-8", **(headers or {})}
    return status, json.dumps(data).encode(), kind


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
