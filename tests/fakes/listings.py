# ruff: noqa: E501 - a line of HTML is easier to read whole
"""Pages that list articles, in the shapes in which people write them, and pages that do not.

Each lists the same eight stories; what else is on it must not be taken for one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

Row = tuple[str, str, date]  # (slug, headline, day)

HEADLINES = (
    "A new pier for the old harbour",
    "Ferry moves to the eastern steps",
    "Why the gulls came back this year",
    "Council votes for ladders and shade",
    "The last rope maker closes her shop",
    "Seven walks at low tide",
    "What the lighthouse keeper wrote down",
    "Storm of the century, remembered by three who saw it",
)
ROWS: tuple[Row, ...] = tuple(
    (
        "-".join(headline.lower().replace(",", "").split()),
        headline,
        date(2026, 11, 22) - timedelta(n),
    )
    for n, headline in enumerate(HEADLINES)
)
TEASER = "The council met on the quay on Monday, with the tide out and the gulls in full voice."
_TAIL = (
    '<aside class="sidebar"><h3>Popular</h3><ul><li><a href="/old/the-great-flood-of-1962">The great'
    ' flood of 1962</a></li><li><a href="/old/how-to-mend-a-net-by-hand">How to mend a net by hand'
    '</a></li><li><a href="/old/the-mayor-and-the-seal-part-one">The mayor and the seal, part one'
    '</a></li></ul></aside><footer><a href="/about-the-harbour-review">About the Harbour Review</a> '
    '<a href="/imprint">Imprint</a> <a href="https://social.example/@harbour">Follow us there</a>'
    "</footer>"
)
_HEAD = (
    '<header><a href="/">Harbour Review</a><nav><ul><li><a href="/">Home</a></li>'
    '<li><a href="/news">News</a></li><li><a href="/tides-trades-and-towns">Tides, trades and towns'
    '</a></li><li><a href="/contact">Contact</a></li></ul></nav></header>'
)


def _page(main: str, head: str = "") -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Harbour Review</title>'
        f"{head}</head><body>{_HEAD}{main}{_TAIL}</body></html>"
    )


def blog() -> str:
    """WordPress' way: each in an article, with classes of its own, a teaser and "Read more"."""
    cards = "".join(
        f'<article id="post-{n}" class="post-{n} post type-post hentry category-{slug[:3]}">'
        f'<header><h2 class="entry-title"><a href="https://e.example/2026/11/{slug}/">{title}</a></h2>'
        f'<span class="posted-on"><a href="https://e.example/2026/11/{slug}/">'
        f'<time datetime="{day}T09:00:00+00:00">{day:%B %-d, %Y}</time></a></span> <span>by '
        f'<a href="/author/ada">Ada Example</a></span></header><p>{TEASER} <a class="more-link" '
        f'href="https://e.example/2026/11/{slug}/">Continue reading</a></p><footer>'
        f'<a href="/category/news">News</a> <a href="https://e.example/2026/11/{slug}/#respond">'
        "2 comments</a></footer></article>"
        for n, (slug, title, day) in enumerate(ROWS, 100)
    )
    return _page(
        f'<main>{cards}<nav class="pagination"><a href="/page/2">Older posts</a></nav></main>'
    )


def dated_list() -> str:
    """A list of links, each with its day before it."""
    lines = "".join(
        f'<li><span class="date">{day:%d.%m.%Y}</span> <a href="/posts/{slug}.html">{title}</a></li>'
        for slug, title, day in ROWS
    )
    return _page(f"<div class='content'><h1>Notes</h1><ul>{lines}</ul></div>")


def table() -> str:
    """A table of press releases, each with a PDF as well."""
    rows = "".join(
        f'<tr><td>{day:%-d %B %Y}</td><td><a href="release?id={n}">{title}</a></td>'
        f'<td><a href="/files/{slug}.pdf">PDF, 120 kB</a></td></tr>'
        for n, (slug, title, day) in enumerate(ROWS, 2001)
    )
    return _page(
        f"<h1>Press</h1><table><tr><th>Date</th><th>Release</th><th></th></tr>{rows}</table>"
    )


def by_hand() -> str:
    """Paragraphs with a link and a few words, as somebody writes them in an editor of text."""
    lines = "".join(
        f'<p><a href="{slug}.htm">{title}</a> ({day:%-d %b %Y})<br>{TEASER}</p>'
        for slug, title, day in ROWS
    )
    return (
        "<html><head><title>Harbour Review</title></head><body bgcolor=white><h1>Harbour Review</h1>"
        f'<p><a href="index.htm">Home</a> | <a href="about.htm">About us</a></p>{lines}'
        '<hr><p><a href="mailto:hello@e.example">Write to us</a></p></body></html>'
    )


def grid() -> str:
    """Cards that are links as a whole."""
    cards = "".join(
        f'<a class="card" href="/stories/{slug}"><img src="/i/{n}.jpg" alt=""><div class="card-body">'
        f'<span class="kicker">Harbour</span><h3 class="card-title">{title}</h3><p>{TEASER}</p>'
        f"<small>{day:%B %-d, %Y}</small></div></a>"
        for n, (slug, title, day) in enumerate(ROWS)
    )
    return _page(f'<div class="grid">{cards}</div>')


def bare_grid() -> str:
    """Cards that are links, without a heading in them."""
    cards = "".join(
        f'<div class="item"><a href="/stories/{slug}"><div class="pic"><img src="/{n}.jpg" alt=""></div>'
        f'<div class="when">{day:%Y-%m-%d}</div><div class="text">{title}</div></a></div>'
        for n, (slug, title, day) in enumerate(ROWS)
    )
    return _page(f'<section class="items">{cards}</section>')


def lead_and_list() -> str:
    """A newspaper's front: one story large, two beside it, the rest as a list."""

    def link(row: Row, tag: str) -> str:
        return f'<{tag}><a href="/news/{row[2]:%Y/%m}/{row[0]}">{row[1]}</a></{tag}>'

    first = f'<section class="lead"><img src="/l.jpg" alt="">{link(ROWS[0], "h1")}<p>{TEASER}</p></section>'
    two = "".join(
        f'<div class="second">{link(row, "h2")}<p>{TEASER}</p></div>' for row in ROWS[1:3]
    )
    rest = "".join(f"<li>{link(row, 'h3')}</li>" for row in ROWS[3:])
    return _page(
        f'<main>{first}<div class="pair">{two}</div><ul class="more-news">{rest}</ul></main>'
    )


def based() -> str:
    """Relative addresses below a base, with what a campaign adds to them."""
    items = "".join(
        f'<div class="entry"><h3><a href="{slug}?utm_source=home&amp;utm_medium=web">{title}</a></h3>'
        f"<p>{TEASER}</p></div>"
        for slug, title, _ in ROWS
    )
    return _page(f"<div id='main'>{items}</div>", '<base href="https://e.example/journal/">')


def more_links() -> str:
    """Headlines that are no links, and "Read more" below each."""
    items = "".join(
        f'<div class="news-item"><h4>{title}</h4><div class="meta">Posted {day:%d %B %Y} by Ada</div>'
        f'<p>{TEASER}</p><p><a class="button" href="/news/{slug}">Read more »</a></p></div>'
        for slug, title, day in ROWS
    )
    return _page(f'<div class="news">{items}</div>')


def with_years() -> str:
    """Tags, years and a category under each; half of them in a box more, with a picture."""
    items = []
    for n, (slug, title, day) in enumerate(ROWS):
        card = (
            f'<h3><a class="post-title" href="/blog/{day:%Y}/{slug}/">{title}</a></h3><p>{TEASER}</p>'
            f'<p class="post-meta">{n + 2} min read   ·   {day:%B %d, %Y}</p><p class="post-tags">'
            f'<a href="/blog/{day:%Y}"><i></i> {day:%Y}</a> · <a href="/blog/tag/rope">rope</a> · '
            '<a href="/blog/category/sample-posts">sample-posts</a></p>'
        )
        boxed = (
            f'<div class="row"><div class="col-9">{card}</div><div><img src="/{n}.jpg"></div></div>'
        )
        items.append(f"<li>{boxed if n % 2 else card}</li>")
    return _page(f'<div role="main"><ul class="post-list">{"".join(items)}</ul></div>')


def definitions() -> str:
    """A list of terms: the link, then the day and a teaser below it."""
    items = "".join(
        f'<dt><a href="/log/{n}">{title}</a></dt><dd>{day:%-d %B %Y}</dd><dd>{TEASER}</dd>'
        for n, (_, title, day) in enumerate(ROWS, 4100)
    )
    return _page(f"<dl>{items}</dl>")


def flat() -> str:
    """Days, links and breaks in one box, and nothing around them."""
    lines = "".join(
        f'{day:%Y-%m-%d}: <a href="/~ada/{slug}/">{title}</a><br>\n' for slug, title, day in ROWS
    )
    return f"<title>Ada's notes</title><body>Notes of Ada Example<br><br>\n{lines}</body>"


def boxes() -> str:
    """Boxes in boxes, with names that a machine made; a picture and the headline each a link."""
    cards = "".join(
        f'<div class="css-1x{n}a"><div class="css-9k2"><a href="/a/{slug}-{70210 + n}" tabindex="-1">'
        f'<img data-src="/{n}.webp" alt="Boats"></a></div><div class="css-7b"><a href="/t/harbour">'
        f'Harbour</a><div class="css-z1"><a href="/a/{slug}-{70210 + n}"><span>{title}</span></a></div>'
        f'<div class="css-q">{day:%b %-d, %Y} · 4 min read</div></div></div>'
        for n, (slug, title, day) in enumerate(ROWS)
    )
    return _page(
        f'<div class="css-root"><div>{cards}</div><a href="/archive">All stories</a></div>'
    )


def sections() -> str:
    """A front with sections, whose addresses name them."""
    parts = []
    for at, name in enumerate(("council", "sea")):
        lines = "".join(
            f'<article class="teaser"><a href="/{name}/{slug}"><img src="/x.jpg" alt=""></a>'
            f'<h3><a href="/{name}/{slug}">{title}</a></h3><p class="byline">Ada Example</p></article>'
            for slug, title, _ in ROWS[at * 4 : at * 4 + 4]
        )
        parts.append(f'<section><h2><a href="/{name}">The {name}</a></h2>{lines}</section>')
    return _page(f"<main>{''.join(parts)}</main>")


def other_script() -> str:
    """Headlines in a script that parts no words."""
    lines = "".join(
        f'<li><a href="/p/{n}"><h2>港の新しい桟橋についての第{n}回の報告</h2></a>'
        f"<time>2026年11月{day.day}日</time></li>"
        for n, (_, _, day) in enumerate(ROWS, 1201)
    )
    return _page(f"<main><ul>{lines}</ul></main>")


def whole_texts() -> str:
    """Whole articles one below the other, with links in their text; the newest is set apart."""

    def post(row: Row) -> str:
        slug, title, day = row
        return (
            f'<article class="hentry tag-rope"><header><h1><a href="/{slug}.html" rel="bookmark">{title}'
            f"</a></h1></header><div class='entry-content'><footer><abbr title='{day}T10:00:00Z'>"
            f"{day:%a %d %B %Y}</abbr> Translations: <a href='/{slug}-fr.html'>fr</a></footer>"
            f'<p>{TEASER} As <a href="/storm-of-the-century-remembered-by-three-who-saw-it.html">those '
            f'who saw the storm told us</a>, all was quiet.</p><p><a href="/seven-walks-at-low-tide.html">'
            "Seven walks, and where they lead to</a> are in the next number.</p></div></article>"
        )

    first = f'<aside id="featured" class="body">{post(ROWS[0])}</aside>'
    rest = "".join(f"<li>{post(row)}</li>" for row in ROWS[1:])
    return _page(f'<div class="elementor-widget">{first}<ol class="hfeed">{rest}</ol></div>')


def posts() -> str:
    """Boxes with a header each, outside of any article; short titles, and an author elsewhere."""
    items = "".join(
        f'<div class="post"><header class="postHeader"><h1><a href="/blog/{day:%Y/%m/%d}/{slug}">{title}'
        f'</a></h1><p class="post-meta">{day:%B %-d, %Y}</p><div class="authorBlock"><p><a href="'
        f'https://social.example/@ada">Ada Example</a></p></div></header><article class="post-content">'
        f'<div><span><p>{TEASER}</p></span></div></article><div class="read-more"><a class="button" '
        f'href="/blog/{day:%Y/%m/%d}/{slug}">Read More</a></div></div>'
        for slug, title, day in ROWS
    )
    recent = "".join(
        f'<li><a href="/blog/2020/01/0{n}/old-{n}">Old Post {n}</a></li>' for n in (1, 2, 3)
    )
    return _page(
        f'<nav class="toc"><h3>Recent</h3><ul>{recent}</ul></nav><div class="posts">{items}</div>'
    )


def archive() -> str:
    """All there ever was, as terms: the day, then the link; its titles are short."""
    items = "".join(
        f'<dt>{day:%a %d %B %Y}</dt><dd><a href="/{slug}.html">{title}</a></dd>'
        for slug, title, day in ROWS
    )
    return _page(f"<section><h1>Archives</h1><dl>{items}</dl></section>")


# name → (the page, addresses of its stories, whether each has a day)
LISTINGS: dict[str, tuple[Callable[[], str], list[str], bool]] = {
    "blog": (blog, [f"/2026/11/{slug}/" for slug, _, _ in ROWS], True),
    "dated_list": (dated_list, [f"/posts/{slug}.html" for slug, _, _ in ROWS], True),
    "table": (table, [f"/release?id={n}" for n in range(2001, 2009)], True),
    "by_hand": (by_hand, [f"/{slug}.htm" for slug, _, _ in ROWS], True),
    "grid": (grid, [f"/stories/{slug}" for slug, _, _ in ROWS], True),
    "bare_grid": (bare_grid, [f"/stories/{slug}" for slug, _, _ in ROWS], True),
    "lead_and_list": (lead_and_list, [f"/news/2026/11/{slug}" for slug, _, _ in ROWS], False),
    "based": (based, [f"/journal/{slug}" for slug, _, _ in ROWS], False),
    "more_links": (more_links, [f"/news/{slug}" for slug, _, _ in ROWS], True),
    "with_years": (with_years, [f"/blog/2026/{slug}/" for slug, _, _ in ROWS], True),
    "definitions": (definitions, [f"/log/{n}" for n in range(4100, 4108)], True),
    "flat": (flat, [f"/~ada/{slug}/" for slug, _, _ in ROWS], True),
    "boxes": (boxes, [f"/a/{row[0]}-{70210 + n}" for n, row in enumerate(ROWS)], True),
    "sections": (
        sections,
        [f"/{'council' if n < 4 else 'sea'}/{row[0]}" for n, row in enumerate(ROWS)],
        False,
    ),
    "whole_texts": (whole_texts, [f"/{slug}.html" for slug, _, _ in ROWS], True),
    "posts": (posts, [f"/blog/{day:%Y/%m/%d}/{slug}" for slug, _, day in ROWS], True),
    "archive": (archive, [f"/{slug}.html" for slug, _, _ in ROWS], True),
    "other_script": (other_script, [f"/p/{n}" for n in range(1201, 1209)], True),
}


def navigation() -> str:
    """Nothing but ways to elsewhere."""
    return _page(
        "<main><h1>Welcome to the harbour</h1><p>Choose:</p><ul><li><a href='/tides'>Tides</a></li>"
        "<li><a href='/trades'>Trades and crafts</a></li><li><a href='/towns'>Our towns</a></li>"
        "<li><a href='/people'>People</a></li></ul></main>"
    )


def forum() -> str:
    """Threads, with their counts."""
    rows = "".join(
        f'<tr><td><a href="/viewtopic.php?t={n}">{title}</a><br>by <a href="/u/ada">ada</a></td>'
        f"<td>{n % 40} replies</td><td>{n} views</td><td>Last post {day}</td></tr>"
        for n, (_, title, day) in enumerate(ROWS, 311)
    )
    return _page(f"<main><table>{rows}</table></main>")


def shop() -> str:
    """Goods, with their prices."""
    cards = "".join(
        f'<li class="product"><a href="/ropes/{slug}"><img src="/{n}.jpg" alt=""><h2>{title}</h2></a>'
        f'<span class="price">€ {n},90</span><a href="?add-to-cart={n}">Add to cart</a></li>'
        for n, (slug, title, _) in enumerate(ROWS, 12)
    )
    return _page(f'<main><ul class="products">{cards}</ul></main>')


def article() -> str:
    """One article, with links in its text and others below it."""
    related = "".join(f'<li><a href="/news/{slug}">{title}</a></li>' for slug, title, _ in ROWS[:4])
    return _page(
        f"<main><article><h1>The harbour in winter</h1><p>{TEASER} As <a href='/news/an-earlier-story-of"
        f"-ours'>we wrote before</a>, the ice came late.</p><p>{TEASER} {TEASER}</p></article>"
        f'<div class="related"><h3>Related</h3><ul>{related}</ul></div></main>'
    )


def prose() -> str:
    """Text that leads to earlier articles, as texts do."""
    lines = "".join(
        f'<p>{TEASER} In autumn we said <a href="/news/{slug}">{title.lower()}</a>, and were right.</p>'
        for slug, title, _ in ROWS
    )
    return _page(f"<main><h1>What we got right</h1>{lines}</main>")


NOT_LISTINGS: dict[str, Callable[[], str]] = {
    "navigation": navigation,
    "forum": forum,
    "shop": shop,
    "article": article,
    "prose": prose,
    "empty": lambda: _page(
        "<main><p>Nothing is published yet. Come back with the tide.</p></main>"
    ),
}
