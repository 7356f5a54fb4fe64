"""What in a text Bluesky's own app makes a link, a mention or a tag of. Pure.

Step for step its ``detectFacets`` (github.com/bluesky-social/atproto, packages/api/src/rich-text,
MIT), so that a post reads as if it were typed there; ``tests/social/test_oracles.py`` compares the
two. One thing differs: ``httpbin.org`` is a name like any other, not a whole address.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import regex

from syndicate.social.weigh import lines, tops

LINK, MENTION, TAG = "link", "mention", "tag"
_MOST_IN_TAG = 64

# As JavaScript has white space, line ends and the ends of words, which are Latin there.
_SPACE = r"\t-\r \u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF"
_LINE_BEGINS = r"(?:^|(?<=[\n\r\u2028\u2029]))"
_WORD_ENDS = r"(?:(?<=\w)(?!\w)|(?<!\w)(?=\w))".replace(r"\w", "[a-zA-Z0-9_]")
_MENTION = regex.compile(rf"(?:^|[{_SPACE}]|\()@([a-zA-Z0-9.-]+){_WORD_ENDS}")
_LINK = regex.compile(
    rf"(?:{_LINE_BEGINS}|[{_SPACE}]|\()((?:[hH][tT][tT][pP][sS]?://[^{_SPACE}]+)"
    rf"|(?:(?P<name>[a-zA-Z][a-zA-Z0-9]*(?:\.[a-zA-Z0-9]+)+)[^{_SPACE}]*))"
)
_UNSEEN = r"\u00AD\u2060\u200A\u200B\u200C\u200D\u20E2"
_TAG = regex.compile(
    rf"(?:^|[{_SPACE}])[#＃]((?!\uFE0F)[^{_SPACE}{_UNSEEN}]*"
    rf"[^0-9{_SPACE}\p{{P}}{_UNSEEN}]+[^{_SPACE}{_UNSEEN}]*)?"
)
_TRAILING = regex.compile(r"\p{P}+$")
_CASHTAG = regex.compile(
    rf"(?:^|[{_SPACE}]|\()\$([A-Za-z][A-Za-z0-9]{{0,4}})(?=[{_SPACE}]|$|[.,;:!?)\"'\u2019])"
)


@dataclass(frozen=True)
class Found:
    """A stretch of a text, in characters, and what it is to be; *value*: address, handle or tag."""

    begin: int
    end: int
    kind: str
    value: str


def detect(text: str) -> list[Found]:
    """All of them, in their order; none begins within another."""
    kept: list[Found] = []
    for one in sorted(_all(text), key=lambda one: one.begin):
        if not kept or one.begin >= kept[-1].end:
            kept.append(one)
    return kept


def _all(text: str) -> Iterator[Found]:
    for match in _MENTION.finditer(text):
        handle = match[1]
        if _is_name(handle) or handle.endswith(".test"):
            yield Found(match.start(1) - 1, match.end(1), MENTION, handle)
    for match in _LINK.finditer(text):
        yield from _link(match)
    for match in _TAG.finditer(text):
        tag = _TRAILING.sub("", (match[1] or "").strip())
        if 0 < _units(tag) <= _MOST_IN_TAG:
            yield Found(match.start(1) - 1, match.start(1) + len(tag), TAG, tag)
    for match in _CASHTAG.finditer(text):
        yield Found(match.start(1) - 1, match.end(1), TAG, f"${match[1].upper()}")


def _link(match: regex.Match[str]) -> Iterator[Found]:
    """An address, or a name that can be one, without the sentence's own mark behind it."""
    shown, name = match[1], match["name"]
    if not (shown.startswith("http") if name is None else _is_name(name)):
        return
    if shown[-1] in ".,;:!?":
        shown = shown[:-1]
    if shown.endswith(")") and "(" not in shown:
        shown = shown[:-1]
    uri = f"https://{shown}" if name is not None else shown
    yield Found(match.start(1), match.start(1) + len(shown), LINK, uri)


def _is_name(domain: str) -> bool:
    """Whether it ends in a top-level domain; small letters only, as over there."""
    _, dot, top = domain.rpartition(".")
    return bool(dot) and top in _tops()


@cache
def _tops() -> frozenset[str]:
    """Those the app knows: X's list is older."""
    changes = [word for line in lines("tlds_since.txt") for word in line.split()]
    gone = {word[1:] for word in changes if word[0] == "-"}
    return (tops() - gone) | {word[1:] for word in changes if word[0] == "+"}


def _units(text: str) -> int:
    """In JavaScript's own units, UTF-16."""
    return len(text.encode("utf-16-le")) // 2
