"""Links with which a reader passes an article on: plain addresses, no script, nobody told before.

Mastodon: https://blog.joinmastodon.org/2026/03/a-new-share-button (the text is a fragment, so it
stays in the browser) · Bluesky: https://docs.bsky.app/docs/advanced-guides/intent-links
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote

SHARE: Mapping[str, str] = {
    "Mastodon": "https://share.joinmastodon.org/#text={both}",
    "Bluesky": "https://bsky.app/intent/compose?text={both}",
    "X": "https://x.com/intent/post?text={title}&url={url}",
    "LinkedIn": "https://www.linkedin.com/sharing/share-offsite/?url={url}",
    "Mail": "mailto:?subject={title}&body={url}",
}


class Link(NamedTuple):
    """A word to click and where it leads."""

    label: str
    url: str


def share(title: str, url: str) -> tuple[Link, ...]:
    """One link for each place an article can be shared to; none for an article without address."""
    if not url:
        return ()
    parts = {"title": title, "url": url, "both": f"{title} {url}"}
    quoted = {name: quote(part, safe="") for name, part in parts.items()}
    return tuple(Link(label, address.format(**quoted)) for label, address in SHARE.items())
