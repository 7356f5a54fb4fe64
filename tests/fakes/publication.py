"""What a small publication's site says: its pages and its feeds, as text. Knows no server.

The article page is the typical one of a blog: the site's title, a headline, paragraphs with
captioned pictures between them, a byline at the end, a link to add a comment, and then a block
(follow us, get in touch, share) that is no part of the article.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from html import escape
from xml.sax.saxutils import escape as xml
from xml.sax.saxutils import quoteattr

PARAGRAPHS = (
    "The council met on the quay on Monday, with the tide out and the gulls in full voice, "
    "and voted nine to two for the plan that has hung in the library since spring.",
    "Work begins in March. The old timbers go to the boatyard, where they will become benches, "
    "and the ferry moves to the eastern steps until the swallows are back.",
    "“We asked everybody who uses it,” said the harbour master, Ines Example. “The anglers "
    "wanted shade, the children wanted ladders, and all of them wanted somewhere to sit.”",
)


@dataclass(frozen=True)
class Picture:
    """A picture in a story; *file* is one of the folder ``pictures``."""

    file: str = "pier.jpg"
    alt: str = "A wooden pier at sunset, with a small red house at its end"
    caption: str = "The old pier, seen from the eastern steps. Drawing: Harbour Review"


@dataclass(frozen=True)
class Story:
    """One thing the publication published."""

    path: str
    title: str
    date: datetime | None
    paragraphs: tuple[str, ...] = PARAGRAPHS
    images: tuple[Picture, ...] = (Picture(),)
    author: str = "Ada Example"
    tags: tuple[str, ...] = ()
    summary: str = ""
    guid: str = ""
    full: bool = True  # whether the feed carries the whole body
    html: str = ""  # instead of paragraphs and images, verbatim
    updated: datetime | None = None


@dataclass
class Publication:
    """A name and its stories, newest first."""

    name: str
    tagline: str
    url: str
    stories: list[Story] = field(default_factory=list)

    def change(self, path: str, /, **values: object) -> None:
        """Edit the story at *path*."""
        self.stories = [replace(s, **values) if s.path == path else s for s in self.stories]  # type: ignore[arg-type]

    def drop(self, path: str) -> None:
        """Take the story at *path* away."""
        self.stories = [s for s in self.stories if s.path != path]

    # --- pages ------------------------------------------------------------------------------

    def front(self) -> str:
        """The front page: newest first."""
        items = "".join(
            f'<article><a href="{s.path}"><img src="/pictures/{s.images[0].file}" alt="">'
            f"<h2>{escape(s.title)}</h2></a><p>{escape(s.summary or s.paragraphs[0])}</p></article>"
            if s.images and s.paragraphs
            else f'<article><h2><a href="{s.path}">{escape(s.title)}</a></h2></article>'
            for s in self.stories
        )
        empty = "<p>Nothing is published yet. Come back with the tide.</p>"
        return self._page(self.name, f'<main class="list">{items or empty}</main>')

    def page(self, story: Story) -> str:
        """One article, with all that usually stands around it."""
        link = escape(self.url + story.path)
        return self._page(
            f"{story.title} – {self.name}",
            f'<main><article class="post"><h1 class="entry-title">{escape(story.title)}</h1>'
            f"{self.body(story)}"
            f'<p class="byline">By <a rel="author" href="/">{escape(story.author)}</a>'
            f"{self._time(story)}</p>"
            f'<p class="comments"><a href="{story.path}#respond">Add comment</a></p></article>'
            '<aside class="follow"><h3>Follow us</h3><p><a href="https://social.example/@harbour">'
            'Mastodon</a> · <a href="/feed.xml">RSS</a></p><p>Get in touch: '
            '<a href="mailto:hello@harbour.example.org">hello@harbour.example.org</a></p>'
            f'<p>Share: <a href="https://x.com/intent/post?url={link}">X</a> · '
            f'<a href="https://www.facebook.com/sharer/sharer.php?u={link}">Facebook</a></p>'
            "</aside></main>",
            canonical=link,
        )

    def body(self, story: Story) -> str:
        """Paragraphs with the pictures between them, as HTML."""
        if story.html:
            return story.html
        blocks = []
        for n in range(max(len(story.paragraphs), len(story.images))):
            blocks += [f"<p>{escape(p)}</p>" for p in story.paragraphs[n : n + 1]]
            blocks += [self._figure(i) for i in story.images[n : n + 1]]
        return "\n".join(blocks)

    def _figure(self, image: Picture) -> str:
        return (
            f'<figure class="wp-caption"><img src="/pictures/{image.file}" width="1200" '
            f'height="675" alt="{escape(image.alt)}"><figcaption>{escape(image.caption)}'
            "</figcaption></figure>"
        )

    def _time(self, story: Story) -> str:
        if story.date is None:
            return ""
        return f' · <time datetime="{story.date.isoformat()}">{story.date:%d %B %Y}</time>'

    def _page(self, title: str, main: str, canonical: str = "") -> str:
        link = f'<link rel="canonical" href="{canonical}">' if canonical else ""
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}'
            '</title><meta name="viewport" content="width=device-width, initial-scale=1">'
            f'{link}<link rel="alternate" type="application/rss+xml" title="{escape(self.name)}" '
            'href="/feed.xml"><link rel="alternate" type="application/rss+xml" '
            f'title="{escape(self.name)} » Comments" href="/comments/feed.xml">'
            '<link rel="icon" href="/pictures/logo.png"><style>'
            f"{_CSS}</style></head><body><header><a href='/' class='site-title'>"
            f"<img src='/pictures/logo.png' width='40' height='40' alt=''>{escape(self.name)}</a>"
            f"<p>{escape(self.tagline)}</p><nav><a href='/'>News</a> <a href='/feed.xml'>RSS</a>"
            f"</nav></header>{main}<footer>© {escape(self.name)}</footer></body></html>"
        )

    # --- feeds ------------------------------------------------------------------------------

    def feed(self, kind: str) -> tuple[str, str]:
        """(content type, text) of the feed in one of the formats rss, atom, jsonfeed, rdf."""
        made: tuple[str, str] = getattr(self, f"_{kind}")()
        return made

    def _rss(self) -> tuple[str, str]:
        items = "".join(
            f"<item><title>{xml(s.title)}</title><link>{xml(self.url + s.path)}</link>"
            f'<guid isPermaLink="false">{xml(s.guid)}</guid>'
            f"<dc:creator>{xml(s.author)}</dc:creator>"
            + (f"<pubDate>{format_datetime(s.date)}</pubDate>" if s.date else "")
            + "".join(f"<category>{xml(tag)}</category>" for tag in s.tags)
            + (f"<description>{xml(s.summary)}</description>" if s.summary else "")
            + f"<comments>{xml(self.url + s.path)}#respond</comments>"
            + (f"<content:encoded>{xml(self.body(s))}</content:encoded>" if s.full else "")
            + "</item>"
            for s in self.stories
        )
        return (
            "application/rss+xml; charset=utf-8",
            '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
            'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
            f"<title>{xml(self.name)}</title><link>{xml(self.url)}/</link>"
            f"<description>{xml(self.tagline)}</description><language>en</language>{items}"
            "</channel></rss>",
        )

    def _atom(self) -> tuple[str, str]:
        entries = "".join(
            f"<entry><title>{xml(s.title)}</title><id>{xml(s.guid)}</id>"
            f"<link rel='alternate' href={quoteattr(self.url + s.path)}/>"
            f"<author><name>{xml(s.author)}</name></author>"
            + (f"<published>{s.date.isoformat()}</published>" if s.date else "")
            + (f"<updated>{(s.updated or s.date).isoformat()}</updated>" if s.date else "")  # type: ignore[union-attr]
            + "".join(f"<category term={quoteattr(tag)}/>" for tag in s.tags)
            + (f"<summary>{xml(s.summary)}</summary>" if s.summary else "")
            + (f"<content type='html'>{xml(self.body(s))}</content>" if s.full else "")
            + "</entry>"
            for s in self.stories
        )
        return (
            "application/atom+xml; charset=utf-8",
            '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
            f'xml:lang="en"><title>{xml(self.name)}</title><id>{xml(self.url)}/</id>'
            f"<link rel='alternate' href={quoteattr(self.url + '/')}/>{entries}</feed>",
        )

    def _jsonfeed(self) -> tuple[str, str]:
        items = [
            {
                "id": s.guid,
                "url": self.url + s.path,
                "title": s.title,
                "authors": [{"name": s.author}],
                "tags": list(s.tags),
                "content_html" if s.full else "content_text": self.body(s) if s.full else s.summary,
                **({"summary": s.summary} if s.summary else {}),
                **({"date_published": s.date.isoformat()} if s.date else {}),
            }
            for s in self.stories
        ]
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.name,
            "home_page_url": f"{self.url}/",
            "language": "en",
            "items": items,
        }
        return "application/feed+json", json.dumps(feed, ensure_ascii=False)

    def _rdf(self) -> tuple[str, str]:
        items = "".join(
            f"<item rdf:about={quoteattr(self.url + s.path)}><title>{xml(s.title)}</title>"
            f"<link>{xml(self.url + s.path)}</link>"
            f"<description>{xml(s.summary or self.body(s))}</description>"
            f"<dc:creator>{xml(s.author)}</dc:creator>"
            + (f"<dc:date>{s.date.isoformat()}</dc:date>" if s.date else "")
            + "</item>"
            for s in self.stories
        )
        return (
            "application/rdf+xml; charset=utf-8",
            '<?xml version="1.0" encoding="UTF-8"?><rdf:RDF '
            'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
            'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<channel rdf:about={quoteattr(self.url + '/')}><title>{xml(self.name)}</title>"
            f"<link>{xml(self.url)}/</link><description>{xml(self.tagline)}</description>"
            f"</channel>{items}</rdf:RDF>",
        )

    def comments(self) -> str:
        """The feed of comments, which nobody should subscribe to by mistake."""
        return (
            '<?xml version="1.0"?><rss version="2.0"><channel><title>Comments for '
            f"{xml(self.name)}</title><link>{xml(self.url)}/</link><item><title>By a reader</title>"
            f"<link>{xml(self.url)}/#comment-1</link></item></channel></rss>"
        )


_CSS = """
:root{color-scheme:light dark}body{font:17px/1.6 Georgia,serif;max-width:44rem;margin:0 auto;
padding:1.5rem;color:light-dark(#1c2526,#e8e6e1);background:light-dark(#fdfcf9,#15191a)}
a{color:light-dark(#0b5c66,#7fd1dc)}header{border-bottom:2px solid light-dark(#0b5c66,#7fd1dc);
margin-bottom:2rem;padding-bottom:.5rem}header p{margin:.2rem 0 .6rem;opacity:.75}
.site-title{font-size:1.7rem;font-weight:700;text-decoration:none;display:flex;gap:.6rem;
align-items:center}nav a{margin-right:1rem}img{max-width:100%;height:auto;border-radius:6px}
header img{border-radius:9px}figure{margin:1.5rem 0}figcaption{font-size:.85rem;opacity:.75}
h1{font-size:2rem;line-height:1.2}.list article{margin-bottom:2.5rem}.list h2{margin:.6rem 0 .2rem}
.byline,.comments{font-style:italic}.follow{margin-top:3rem;padding:1rem 1.2rem;border-radius:8px;
background:light-dark(#eef4f4,#1f2729);font-family:system-ui,sans-serif;font-size:.95rem}
footer{margin-top:3rem;opacity:.6;font-size:.85rem}
"""
