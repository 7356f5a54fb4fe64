"""A feed's bytes, made harmless for the parser: some of what a feed may hold keeps it for hours.

Each bound is far beyond what any publication sends.
"""

from __future__ import annotations

import re

from syndicate.lib.errors import BadInput
from syndicate.lib.http import Page

MAX_ENTRIES = 20_000
MAX_ATTRIBUTES = 1000  # of one tag; the parser compares each with all others
# Bytes of an author, with all that may stand in one, and of a word in it: feedparser looks for mail
# addresses there, in time that grows with the square of a word.
MAX_AUTHOR = 1000
_WORD = re.compile(rb"([\w.+-]{64})[\w.+-]+")
CUT = "Its XML is broken at the end; what could be read of it was taken."
_ROOT = re.compile(rb"<(?:rss|feed|rdf:rdf|channel)\b", re.IGNORECASE)
_CLOSED = re.compile(rb"</(?:[\w-]+:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)
_ENTRY = re.compile(rb"<(?:[\w-]+:)?(?:item|entry)\b", re.IGNORECASE)
_ENTRY_END = re.compile(rb"</(?:[\w-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
# Begun at a tag only: from each byte anew, it would take time that grows with the square.
_LONG = re.compile(rb"(?:\A|<)[^<]{20000}")
_TAG = re.compile(rb"<[A-Za-z](?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+")
_AUTHOR = re.compile(
    rb"<((?:[\w-]+:)?(?:author|creator|managingeditor|webmaster|publisher|owner|contributor))\b"
    rb"[^<>]*+(?<!/)>",
    re.IGNORECASE,
)
_TEXT = re.compile(rb"\s*(?:<!\[CDATA\[)?([^<&\]]*)")


def harmless(page: Page) -> tuple[bytes, str]:
    """(what may be parsed, a remark if it came damaged). Raises BadInput for an attack."""
    _refuse_entities(page)
    _refuse_masses(page)
    return _cut(_short_authors(page.body))


def _refuse_entities(page: Page) -> None:
    """Entities a document declares itself can be made to unfold without end ("billion laughs")."""
    prolog = _ROOT.split(page.body.replace(b"\0", b""), maxsplit=1)[0]
    if re.search(rb"<!entity", prolog, re.IGNORECASE):
        raise BadInput(
            f"{page.url} declares entities of its own, as attacks do.",
            "A feed needs none; ask the site's owner to leave the DOCTYPE out.",
        )


def _refuse_masses(page: Page) -> None:
    tags = _TAG.findall(page.body) if _LONG.search(page.body) else []
    crowded = any(tag.count(b"=") > MAX_ATTRIBUTES for tag in tags if len(tag) > 4 * MAX_ATTRIBUTES)
    if crowded or len(_ENTRY.findall(page.body)) > MAX_ENTRIES:
        raise too_much(page.url)


def too_much(url: str) -> BadInput:
    """What to say of a feed whose size can be no mistake."""
    return BadInput(
        f"{url} is too much for a feed.",
        f"It may have {MAX_ENTRIES:,} entries, and {MAX_ATTRIBUTES:,} attributes in a tag.",
    )


def _short_authors(body: bytes) -> bytes:
    """*body* with no author longer than any is, nor made of longer words."""
    kept, at = [], 0
    for opened in _AUTHOR.finditer(body):
        begin = opened.end()
        end = body.find(b"</" + opened[1], begin, begin + MAX_AUTHOR)
        if begin < at or (end >= 0 and not _WORD.search(body, begin, end)):
            continue
        inner = body[begin:end] if end >= 0 else _text(body, begin)
        closing = end if end >= 0 else body.find(b"</" + opened[1], begin)
        kept += [body[at:begin], _WORD.sub(rb"\1", inner)]
        at = closing if closing >= 0 else len(body)
    return b"".join([*kept, body[at:]]) if kept else body


def _text(body: bytes, begin: int) -> bytes:
    found = _TEXT.match(body, begin, begin + MAX_AUTHOR)
    return found[1] if found else b""


def _cut(body: bytes) -> tuple[bytes, str]:
    """Of a feed that ends in the middle, the entries that are whole: half an article is none."""
    text = body.replace(b"\0", b"")
    begun = _ENTRY.search(text)
    if begun is None or _CLOSED.search(text, max(len(text) - 65536, 0)):
        return body, ""
    end = max((found.end() for found in _ENTRY_END.finditer(text)), default=begun.start())
    # Where each character takes two bytes, the parser may as well salvage what it can.
    return (body if len(text) < len(body) else text[:end]), CUT
