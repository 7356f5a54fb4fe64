"""Back to what a burst has pushed out of a feed.

::

    nothing in it is known ─→ its page before (RFC 5005, WordPress, Squarespace) ─→ and so on
                              until something is known, there is no more, or it is enough

At a first look all is unknown, and none of this is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode, urlsplit

from syndicate.lib import stop
from syndicate.lib.errors import BadInput
from syndicate.lib.http import Page, Refused, fetch, may_hear
from syndicate.sources.readers.base import Ask, Entry, Reading

PAGES = 5


@dataclass(frozen=True)
class Leaf:
    """One page of a feed, and where the one before it is, if it says so."""

    reading: Reading
    before: str = ""


def recovered(newest: Leaf, ask: Ask, parse: Callable[[Page], Leaf]) -> Reading:
    """The reading of *newest*, with the entries before it as far back as they are not known.

    Raises BadInput where an older page fails for now: were the rest kept, it would never be asked
    for again.
    """
    entries, leaf, seen = [*newest.reading.entries], newest, {ask.url}
    for _ in range(PAGES - 1):
        if not gap(leaf.reading.entries, ask) or leaf.before in {"", *seen} or stop.requested():
            break
        seen.add(leaf.before)
        older = _older(leaf.before, ask, parse)
        fresh = [] if older is None else _others(older.reading.entries, entries)
        if older is None or not fresh:
            break
        entries += fresh
        leaf = older
    return replace(newest.reading, entries=tuple(entries))


def gap(entries: Iterable[Entry], ask: Ask) -> bool:
    """Whether more may have come than is shown: something was known, and nothing of it is here."""
    if ask.first:
        return False
    return not any(ask.knows(each.guid) or ask.knows(each.url) for each in entries)


def with_fields(url: str, **fields: str | int) -> str:
    """*url* with these fields in its query, in place of what it had under their names."""
    parts = urlsplit(url)
    given = [pair for pair in parse_qsl(parts.query, True) if pair[0] not in fields]
    query = urlencode([*given, *fields.items()], safe="/,:")
    return parts._replace(query=query, fragment="").geturl()


def field(url: str, name: str) -> str:
    """The value of one field of an address' query, or ""."""
    return dict(parse_qsl(urlsplit(url).query)).get(name, "")


def _older(url: str, ask: Ask, parse: Callable[[Page], Leaf]) -> Leaf | None:
    # What lets us in there is not for whomever a feed may name.
    headers = ask.headers if may_hear(url, ask.url) else {}
    try:
        page = fetch(url, headers=headers, now=ask.now)
    except Refused as error:
        if error.status < 500 and error.status != 429:
            return None  # there is no page before it
        raise
    try:
        return parse(page)
    except BadInput:
        return None  # a page to look at, as some sites answer to any field of a query


def _others(found: Iterable[Entry], known: list[Entry]) -> list[Entry]:
    have = {each.guid or each.url for each in known}
    return [each for each in found if (each.guid or each.url) not in have]
