"""A page out of a few lines, for tests of what it says."""

from __future__ import annotations

import json
from typing import Any

from syndicate.lib.html import parse
from syndicate.sources.claims import Claims, claims

URL = "https://e.example/2026/a-pier"


def said(body: str, head: str = "", url: str = URL) -> Claims:
    """What the page of this *head* and *body* claims."""
    root = parse(f"<html><head>{head}</head><body>{body}</body></html>")
    assert root is not None
    return claims(root, url)


def ld(*objects: Any) -> str:
    """A script of JSON-LD for each of *objects*; a text stands as it is."""
    texts = (each if isinstance(each, str) else json.dumps(each) for each in objects)
    return "".join(f'<script type="application/ld+json">{text}</script>' for text in texts)


def meta(**named: str) -> str:
    """Meta elements; ``og_title`` is ``og:title``."""
    return "".join(
        f'<meta property="{name.replace("_", ":", 1)}" content="{value}">'
        for name, value in named.items()
    )
