"""How X weighs a post: what is a link, what an emoji, and what the rest counts. Pure.

Step for step what twitter-text 3.1.0 does (github.com/twitter/twitter-text, Apache-2.0), whose
count decides: its grammar of links, its list of top-level domains (``tlds.txt``), and the emoji of
its parser (``emoji.txt``). ``tests/social/test_oracles.py`` compares the two on generated texts.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib import resources

import regex

LINK = 23
_HEAVY = 2
# Characters that count one; all others count two.
_LIGHT = regex.compile(r"[\u0000-\u10FF\u2000-\u200D\u2010-\u201F\u2032-\u2037]")
_MOST_LETTERS, _MOST_IN_LABEL, _MOST_IN_SLUG = 4096, 63, 40
_DEFAULT = "https://"


def weigh(text: str) -> int:
    """The weighted length of *text* after NFC."""
    text = unicodedata.normalize("NFC", text)
    found = dict(links(text))
    drawn = {match.start(): match.end() for match in emoji().finditer(text)}
    at = weight = 0
    while at < len(text):
        if at in found:
            at, weight = found[at], weight + LINK
        elif at in drawn:
            at, weight = drawn[at], weight + _HEAVY
        else:
            weight += 1 if _LIGHT.match(text, at) else _HEAVY
            at += 1
    return weight


def links(text: str) -> Iterator[tuple[int, int]]:
    """Where links stand in *text*: (begin, end). A bare name is one too."""
    small = _lower(text)
    # Text of dots and nothing that ends a name is not worth the grammar, which goes far back in it.
    if "." not in text or not _end().search(small):
        return
    for match in _grammar().finditer(small):
        if not _is_sound(match["domain"], match["url"], match["protocol"] or _DEFAULT):
            continue
        if match["protocol"]:
            yield from _whole(match)
        elif not match["before"].endswith(("-", "_", ".", "/")):
            yield from _bare(match)


def has_link(text: str) -> bool:
    """Whether X makes a link of anything in *text*; ``example.org`` alone is one."""
    return any(links(unicodedata.normalize("NFC", text)))


@cache
def emoji() -> regex.Pattern[str]:
    """One emoji."""
    return regex.compile("".join(lines("emoji.txt")))


@cache
def tops() -> frozenset[str]:
    """The top-level domains that X knows."""
    return frozenset(top for line in lines("tlds.txt") for top in line.split())


def lines(name: str) -> list[str]:
    """The lines of a file of ours, without its remarks."""
    text = resources.files("syndicate.social").joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]


def is_name(domain: str) -> bool:
    """Whether no label of it is longer than the name system takes."""
    return all(0 < len(_ascii(label)) <= _MOST_IN_LABEL for label in domain.split("."))


def _whole(match: regex.Match[str]) -> Iterator[tuple[int, int]]:
    """One that begins with its protocol; of X's own short ones only what can belong to them."""
    short = _SHORT.match(match["url"])
    if short is None:
        yield match.span("url")
    elif len(short["slug"]) <= _MOST_IN_SLUG:
        yield match.start("url"), match.start("url") + short.end()


def _bare(match: regex.Match[str]) -> Iterator[tuple[int, int]]:
    """Of a bare name only what is Latin; a path belongs to the last one."""
    begin = match.start("domain")
    found = [(begin + one.start(), begin + one.end()) for one in _latin().finditer(match["domain"])]
    yield from found[:-1]
    for first, end in found[-1:]:
        yield first, end + (match.end("url") - match.end("domain") if match["path"] else 0)


def _is_sound(domain: str, url: str, protocol: str) -> bool:
    if domain.startswith("xn--") and not _latin().search(domain):
        return False
    return is_name(domain) and len(protocol) + len(url) <= _MOST_LETTERS


def _lower(text: str) -> str:
    """In small letters, each where it was: some have two small ones."""
    return "".join(small if len(small := one.lower()) == 1 else one for one in text)


def _ascii(label: str) -> str:
    """A label as the name system has it; four marks in it part labels of their own."""
    return ".".join(
        part if part.isascii() else "xn--" + part.encode("punycode").decode("ascii")
        for part in regex.split(r"[.\u3002\uFF0E\uFF61]", label)
    )


# Directional marks; characters that stand for none; white space; what parts words.
_MARKS = r"\u202A-\u202E\u061C\u200E\u200F\u2066-\u2069"
_VOID = r"\uFFFE\uFEFF\uFFFF"
_SPACE = r"\x09-\x0D \x85\xA0\u1680\u180E\u2000-\u200A\u2028\u2029\u202F\u205F\u3000"
_PUNCTUATION = r"!'#%&()*+,\\./:;<=>?@\[\]\^{|}~$"
_ACCENTS = (
    r"\xC0-\xD6\xD8-\xF6\xF8-\u024F\u0253\u0254\u0256\u0257\u0259\u025B\u0263\u0268\u026F\u0272"
    r"\u0289\u028B\u02BB\u0300-\u036F\u1E00-\u1EFF"
)
# In UTF-16 a character beyond the first 65,536 is two; the first of them may stand before a name.
_BEFORE = rf"(?:(?=[\U00010000-\U0010FFFF])|[^a-z0-9@＠$\#＃{_VOID}]|[{_MARKS}]|^)"
_OTHER = rf"{_PUNCTUATION}{_SPACE}{_VOID}{_MARKS}"
# What a label is made of; at its ends there is neither hyphen nor underscore. Names of more labels
# are not met, and each further one would be looked at once more for each before it.
_SIGN = rf"[^{_OTHER}_\-]"
_LABEL = rf"(?={_SIGN})[^{_OTHER}]++(?<={_SIGN})\."
_LAST_LABEL = rf"(?={_SIGN})[^{_OTHER}_]++(?<={_SIGN})\."
_LABELS = rf"(?:{_LABEL}){{0,15}}{_LAST_LABEL}"
_TOP = r"(?:\L<tops>(?=[^0-9a-z@+-]|$)|xn--[\-0-9a-z]+)"
_LETTERS = rf"a-z0-9\u0400-\u04FF{_ACCENTS}"
_IN_PATH = rf"(?i:[{_LETTERS}!*';:=+,.$/%\#\[\]\-\u2013_~@|&])"
_BRACKETS = rf"\((?:{_IN_PATH}+|(?:{_IN_PATH}*\({_IN_PATH}+\){_IN_PATH}*))\)"
_PATH_END = rf"(?i:[{_LETTERS}+\-=_\#/])"
_PATH = rf"(?:{_IN_PATH}*(?:{_BRACKETS}{_IN_PATH}*)*{_PATH_END}|{_BRACKETS}|@{_IN_PATH}+/)"
_QUERY = r"\?[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[a-z0-9\-_&=#/]"
_SHORT = regex.compile(rf"https?://t\.co/(?P<slug>[a-z0-9]+)(?:{_QUERY})?")


@cache
def _grammar() -> regex.Pattern[str]:
    """As X finds links in a text of small letters."""
    return regex.compile(
        rf"(?P<before>{_BEFORE})(?P<url>(?P<protocol>https?://)?"
        rf"(?P<domain>{_LABELS}{_TOP})(?::[0-9]+)?(?P<path>/{_PATH}*)?(?:{_QUERY})?)",
        tops=sorted(tops()),
    )


@cache
def _end() -> regex.Pattern[str]:
    """What every name ends in."""
    return regex.compile(rf"\.{_TOP}", tops=sorted(tops()))


@cache
def _latin() -> regex.Pattern[str]:
    """Names of Latin letters alone."""
    return regex.compile(rf"(?:(?i:[\-a-z0-9{_ACCENTS}]+)\.)+{_TOP}", tops=sorted(tops()))
