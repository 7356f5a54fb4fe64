"""What a WordPress shows: its feed, its pages and its sitemap, as text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape as xml

from tests.fakes.publication import Picture
from tests.fakes.website import Website

PER_FEED = 10
_FORM = (
    '<form action="{}/wp-login.php?action=postpass" class="post-password-form" method="post">'
    "<p>This content is password protected. To view it please enter your password below:</p></form>"
)
_NO_EXCERPT = "There is no excerpt because this is a protected post."


@dataclass(frozen=True)
class Post:
    """A row of its table of posts."""

    id: int
    slug: str
    title: str
    html: str
    date: datetime
    modified: datetime
    guid: str
    excerpt: str = ""
    author: str = "Ada Example"
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ("Uncategorized",)
    picture: Picture | None = None
    status: str = "publish"  # private; what is "future" is worked out from the date
    password: str = ""
    sticky: bool = False
    comments: int = 0


class Site(Website):
    """Its posts, and how they read."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.posts: list[Post] = []
        self.pretty = True

    @property
    def feed_url(self) -> str:
        """The address of the feed of articles."""
        return f"{self.url}/feed/" if self.pretty else f"{self.url}/?feed=rss2"

    def _rss(self, posts: list[Post], stamp: str) -> str:
        # Behind a port that is not the usual one, it forgets it here.
        host = f"http://{urlsplit(self.url).hostname}"
        return (
            '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"'
            ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
            ' xmlns:wfw="http://wellformedweb.org/CommentAPI/"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
            ' xmlns:atom="http://www.w3.org/2005/Atom"'
            ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
            ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/">\n<channel>\n'
            f"<title>{xml(self.publication.name)}</title>\n"
            f'<atom:link href="{host}/feed/" rel="self" type="application/rss+xml" />\n'
            f"<link>{self.url}</link>\n<description>{xml(self.publication.tagline)}</description>\n"
            f"<lastBuildDate>{stamp}</lastBuildDate>\n<language>en-US</language>\n"
            "<sy:updatePeriod>\n\thourly\t</sy:updatePeriod>\n"
            "<sy:updateFrequency>\n\t1\t</sy:updateFrequency>\n"
            "<generator>https://wordpress.org/?v=6.1.9</generator>\n"
            f"{''.join(self._item(post) for post in posts)}</channel>\n</rss>"
        )

    def _item(self, post: Post) -> str:
        named = [*post.categories, *post.tags]
        secret = bool(post.password)
        summary = _NO_EXCERPT if secret else f"{text(post.html)[:280]} [&#8230;]"
        body = _FORM.format(self.url) if secret else post.html
        return (
            f"<item><title>{'Protected: ' * secret}{xml(post.title)}</title>"
            f"<link>{self._link(post)}</link><comments>{self._link(post)}#respond</comments>"
            f"<dc:creator><![CDATA[{post.author}]]></dc:creator>"
            f"<pubDate>{format_datetime(post.date)}</pubDate>"
            + "".join(f"<category><![CDATA[{each}]]></category>" for each in named)
            + f'<guid isPermaLink="false">{xml(post.guid)}</guid>'
            f"<description><![CDATA[{post.excerpt or summary}]]></description>"
            f"<content:encoded><![CDATA[{body}]]></content:encoded>"
            f"<slash:comments>{post.comments}</slash:comments></item>\n"
        )

    # --- pages ----------------------------------------------------------------------------------

    def _front(self) -> str:
        listed = "".join(
            f'<article class="post hentry"><h2 class="entry-title"><a href="{self._link(each)}">'
            f"{escape(each.title)}</a></h2><p>{escape(text(each.html)[:200])}</p></article>"
            for each in self._sorted("date")[:PER_FEED]
        )
        return self._around(self.publication.name, f'<main id="main">{listed}</main>', "")

    def _article(self, post: Post) -> str:
        link = self._link(post)
        body = _FORM.format(self.url) if post.password else post.html
        own = (
            f'<link rel="alternate" type="application/rss+xml" title="{escape(post.title)} '
            f'Comments Feed" href="{link}feed/" /><link rel="canonical" href="{link}" />'
        )
        return self._around(
            f"{post.title} – {self.publication.name}",
            f'<main id="main"><article class="post"><h1 class="entry-title">{escape(post.title)}'
            f'</h1><div class="entry-content">{body}</div><footer>Published <time class="entry-date'
            f' published" datetime="{post.date.isoformat()}">{post.date:%B %-d, %Y}</time> by '
            f'<a href="{self.url}/author/ada/" rel="author">{escape(post.author)}</a></footer>'
            '</article><div id="comments"><h2>Leave a comment</h2><form><label for="author">Name'
            '</label><input id="author"></form></div></main>',
            own,
        )

    def _around(self, title: str, main: str, own: str) -> str:
        name = escape(self.publication.name)
        feed = '<link rel="alternate" type="application/rss+xml" title="{}" href="{}" />'
        return (
            f'<!doctype html><html lang="en-US"><head><title>{escape(title)}</title>'
            f"{feed.format(f'{name} &raquo; Feed', self.feed_url)}"
            f"{feed.format(f'{name} &raquo; Comments Feed', f'{self.url}/comments/feed/')}{own}"
            f'<link rel="https://api.w.org/" href="{escape(self._root())}" />'
            '<meta name="generator" content="WordPress 6.1.9" /></head>'
            f'<body class="hfeed"><header><a href="{self.url}/">{name}</a></header>{main}</body>'
            "</html>"
        )

    def _sitemap(self, path: str) -> str:
        own = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        if path == "/wp-sitemap.xml":
            child = f"<sitemap><loc>{self.url}/wp-sitemap-posts-post-1.xml</loc></sitemap>"
            return f'<?xml version="1.0"?><sitemapindex {own}>{child}</sitemapindex>'
        urls = "".join(f"<url><loc>{self._link(each)}</loc></url>" for each in self._shown())
        return f'<?xml version="1.0"?><urlset {own}>{urls}</urlset>'

    def _shown(self) -> list[Post]:
        """What anybody may see now: wp-cron has seen to what was due."""
        now = self.time()
        return [each for each in self.posts if each.status == "publish" and each.date <= now]

    def _sorted(self, order: str) -> list[Post]:
        key: dict[str, Callable[[Post], Any]] = {
            "date": lambda each: (each.date, each.id),
            "modified": lambda each: (each.modified, each.id),
            "id": lambda each: each.id,
            "include": lambda each: each.id,
        }
        return sorted(self._shown(), key=key[order], reverse=True)

    def _link(self, post: Post) -> str:
        if not self.pretty:
            return f"{self.url}/?p={post.id}"
        return f"{self.url}/{post.date:%Y/%m}/{post.slug}/"

    def _root(self) -> str:
        return f"{self.url}/wp-json/" if self.pretty else f"{self.url}/index.php?rest_route=/"


def text(html: str) -> str:
    return re.sub(r"<[^>]+>", " ", html).strip()
