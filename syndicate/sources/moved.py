"""The same article under other marks: after a move of the site, or when it was made anew. Pure.

A system that changes gives every entry a new guid, often a new address too. What stays is the path
at another host, the title with the date, or the text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from syndicate.lib.html import to_text
from syndicate.sources.identity import Marks
from syndicate.sources.memory import DAY, Known
from syndicate.sources.readers.base import Entry

Stranger = tuple[Entry, Marks]

# Of the three-word pieces of the shorter text, the part that stands in the longer.
_SAME, _CLOSE, _RELATED = 0.98, 0.9, 0.5


def moved(
    strangers: Sequence[Stranger], known: Sequence[Known], *, all_at_once: bool
) -> dict[int, Known]:
    """Place in *strangers* → the article that it is. Each article is taken for one at most.

    *all_at_once*: nothing of the reading is known by its marks, as when a whole site moves.
    """
    hosts = _hosts(strangers, known) if all_at_once else set()
    found: dict[int, Known] = {}
    taken: set[int] = set()
    for place, (entry, seen) in enumerate(strangers):
        for each in known:
            if each.pk not in taken and _is(each, entry, seen, hosts):
                found[place] = each
                taken.add(each.pk)
                break
    return found


def _is(each: Known, entry: Entry, seen: Marks, hosts: set[tuple[str, str]]) -> bool:
    if seen.telling and seen.content == each.content:
        return True
    (old, path), (new, here) = _parts(each.url_key), _parts(seen.url_key)
    same_path = bool(path) and path == here and old != new
    same_title = bool(entry.title) and entry.title.casefold() == each.title.casefold()
    same_time = entry.published_at is not None and entry.published_at == each.published_at
    if same_path and (same_title or (old, new) in hosts):
        return True
    if same_title and same_time:
        alike = _alike(entry, each)
        # A day or a full hour may be that of many; then the text must say the same, too.
        return alike >= _RELATED if alike is not None else not _is_round(entry.published_at)
    if same_title and _near(entry.published_at, each.published_at):
        return (_alike(entry, each) or 0) >= _SAME
    return same_time and (_alike(entry, each) or 0) >= _CLOSE


def _hosts(strangers: Sequence[Stranger], known: Sequence[Known]) -> set[tuple[str, str]]:
    """(old host, new host) where at least two articles, and half of them, kept their path."""
    paths: dict[str, set[str]] = {}
    for each in known:
        host, path = _parts(each.url_key)
        if path:
            paths.setdefault(path, set()).add(host)
    pairs: Counter[tuple[str, str]] = Counter()
    for _, seen in strangers:
        host, path = _parts(seen.url_key)
        pairs.update((old, host) for old in paths.get(path, ()) if old != host)
    return {pair for pair, n in pairs.items() if n >= max(2, len(strangers) / 2)}


def _parts(url_key: str) -> tuple[str, str]:
    host, slash, path = url_key.partition("/")
    return host, f"{slash}{path}" if path else ""


def _near(one: datetime | None, other: datetime | None) -> bool:
    return one is None or other is None or abs(one - other) <= DAY


def _is_round(at: datetime | None) -> bool:
    return at is not None and (at.minute, at.second) == (0, 0)


def _alike(entry: Entry, each: Known) -> float | None:
    """How much of the shorter text stands in the longer, 0 to 1; None where one has no text."""
    one, other = set(_pieces(entry.body or entry.summary)), set(_pieces(each.text))
    if not one or not other:
        return None
    return len(one & other) / min(len(one), len(other))


def _pieces(html: str) -> Iterator[str]:
    words = to_text(html).casefold().split()
    for n in range(max(len(words) - 2, min(len(words), 1))):
        yield " ".join(words[n : n + 3])
