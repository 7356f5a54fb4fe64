"""Marks on a link that say where its readers came from, for the site's own statistics. Pure.

They count clicks by account, and tell nothing about who clicked.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, quote_plus, urlsplit, urlunsplit

SOURCE = "utm_source"


def tagged(url: str, source: str, medium: str = "", campaign: str = "") -> str:
    """*url* with utm parameters; its own query and fragment stay as they are, to the letter.

    Without *source*, or where the link says its own already, nothing is added.
    """
    parts = urlsplit(url)
    own = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    if not source or not url or SOURCE in own:
        return url
    given = {SOURCE: source, "utm_medium": medium, "utm_campaign": campaign}
    fresh = [f"{name}={quote_plus(value)}" for name, value in given.items() if value]
    added = "&".join(each for each in fresh if each.partition("=")[0] not in own)
    return urlunsplit(parts._replace(query="&".join(filter(None, [parts.query, added]))))
