"""How the platforms count a post. Pure; checked against X's own conformance cases.

X counts weights: Latin, Greek, Cyrillic and the like 1, other characters and every emoji 2, any
link 23, after NFC (https://docs.x.com/fundamentals/counting-characters). Mastodon counts what
readers see as characters, a link with http 23, of @user@host only @user
(https://docs.joinmastodon.org/user/posting/#characters).
"""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib import resources

import regex

from syndicate.lib.text import graphemes

X_LINK = 23
MASTODON_LINK = 23

_LIGHT = regex.compile(r"[\u0000-\u10FF\u2000-\u200D\u2010-\u201F\u2032-\u2037]")
# ©, ®, ™ and ♟ are emoji only when followed by the sign that says so.
_EMOJI = regex.compile(
    r"""(?xV1)
    \p{RI}\p{RI}
    | [0-9\#*]\uFE0F?\u20E3
    | [©®™♟]\uFE0F
    | [\p{Extended_Pictographic}--[©®™♟]](?!\uFE0E)(?:\uFE0F|\p{EMod})?
      (?:\u200D\p{Extended_Pictographic}(?:\uFE0F|\p{EMod})?)*
      [\U000E0020-\U000E007F]*
    """
)
_HANDLE = regex.compile(r"(?<![\w/@])(@[\w.-]+)@[\w-]+(?:\.[\w-]+)+")


def x(text: str) -> int:
    """The weighted length on X."""
    text = unicodedata.normalize("NFC", text)
    plain, found = _without(text, _bare_or_whole())
    return found * X_LINK + _weight(plain)


def x_links(text: str) -> int:
    """How many links X makes of *text*; ``example.org`` alone is one."""
    return _without(unicodedata.normalize("NFC", text), _bare_or_whole())[1]


def mastodon(text: str, per_link: int = MASTODON_LINK) -> int:
    """The length on Mastodon; *per_link* is what the server says a link costs."""
    plain, found = _without(text, _whole())
    return found * per_link + len(graphemes(_HANDLE.sub(r"\1", plain)))


def _weight(text: str) -> int:
    emoji = len(_EMOJI.findall(text))
    rest = _EMOJI.sub("", text)
    return 2 * (emoji + len(rest)) - len(_LIGHT.findall(rest))


def _without(text: str, pattern: regex.Pattern[str]) -> tuple[str, int]:
    """*text* without its links, and how many there were."""
    found = [match for match in pattern.finditer(text) if _has_short_labels(match["host"])]
    plain, at = "", 0
    for match in found:
        plain, at = plain + text[at : match.start()], match.end()
    return plain + text[at:], len(found)


def _has_short_labels(host: str) -> bool:
    """A label of more than 63 bytes is no name, so the platforms make no link of it."""
    return all(len(_ascii(label)) <= 63 for label in host.split("."))


def _ascii(label: str) -> bytes:
    return label.encode() if label.isascii() else b"xn--" + label.encode("punycode")


# Parts of twitter-text's grammar for links (github.com/twitter/twitter-text, Apache-2.0).
_LABEL = r"[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}_-]*[\p{L}\p{M}\p{N}])?"
_PLAIN_LABEL = r"[a-z0-9\u00C0-\u024F](?:[a-z0-9\u00C0-\u024F-]*[a-z0-9\u00C0-\u024F])?"
_PATH_SIGN = r"[a-z0-9\u0400-\u04FF\u00C0-\u024F!*';:=+,.$/%#\[\]\u2013_~@|&-]"
_IN_BRACKETS = rf"\((?:{_PATH_SIGN}+|{_PATH_SIGN}*\({_PATH_SIGN}+\){_PATH_SIGN}*)\)"
_PATH_END = rf"(?:[a-z0-9\u0400-\u04FF\u00C0-\u024F+=_\#/-]|{_IN_BRACKETS})"
_PATH = rf"(?:/(?:{_PATH_SIGN}*(?:{_IN_BRACKETS}{_PATH_SIGN}*)*{_PATH_END}|@{_PATH_SIGN}+/)*)?"
_QUERY = r"(?:\?[a-z0-9!?*'@();:&=+$/%#\[\]_.,~|-]*[a-z0-9_&=#/-])?"
_TAIL = rf"(?::[0-9]+)?{_PATH}{_QUERY}"
_TOP = r"\L<tops>(?![0-9A-Za-z@+-])"


@cache
def _whole() -> regex.Pattern[str]:
    """Links that begin with http(s)."""
    return regex.compile(
        rf"(?<![A-Za-z0-9@＠$\#＃])https?://(?P<host>(?:{_LABEL}\.)+{_TOP}){_TAIL}",
        regex.IGNORECASE,
        tops=_tops(),
    )


@cache
def _bare_or_whole() -> regex.Pattern[str]:
    """As X does it: ``example.org`` alone is a link too, and costs as much."""
    return regex.compile(
        rf"""(?:(?<![A-Za-z0-9@＠$\#＃])https?://(?P<host>(?:{_LABEL}\.)+{_TOP})
              | (?<![A-Za-z0-9\u00C0-\u024F@＠$\#＃_./-])(?P<host>(?:{_PLAIN_LABEL}\.)+{_TOP})
             ){_TAIL}""",
        regex.IGNORECASE | regex.VERBOSE,
        tops=_tops(),
    )


@cache
def _tops() -> list[str]:
    text = resources.files("syndicate.social").joinpath("tlds.txt").read_text(encoding="utf-8")
    return [top for line in text.splitlines() if line[:1] != "#" for top in line.split()]
