"""Sitemaps as text: ``urlset(("/a-new-pier", "2026-11-23"))``, ``index(("/a.xml", ""))``."""

from __future__ import annotations

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)

Line = tuple[str, str]  # (address, lastmod or "")


def urlset(*lines: Line, more: str = "") -> str:
    """A sitemap; *more* is put into each ``url``."""
    return f"{_HEAD}<urlset {_SPACES}>{_inside('url', lines, more)}</urlset>"


def index(*lines: Line) -> str:
    """A sitemap of sitemaps."""
    return f"{_HEAD}<sitemapindex {_SPACES}>{_inside('sitemap', lines)}</sitemapindex>"


def news(title: str, date: str) -> str:
    """What stands in a ``url`` of a news sitemap."""
    return (
        "<news:news><news:publication><news:name>Harbour Review</news:name>"
        f"<news:language>en</news:language></news:publication><news:title>{title}</news:title>"
        f"<news:publication_date>{date}</news:publication_date>"
        "<news:keywords>harbour, piers</news:keywords></news:news>"
    )


def _inside(tag: str, lines: tuple[Line, ...], more: str = "") -> str:
    return "".join(
        f"<{tag}><loc>{url}</loc>{f'<lastmod>{date}</lastmod>' if date else ''}{more}</{tag}>"
        for url, date in lines
    )
