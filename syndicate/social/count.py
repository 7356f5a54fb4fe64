"""How the platforms count a post. Pure; checked against their own cases and code.

X counts weights: Latin, Greek, Cyrillic and the like 1, other characters and every emoji 2, any
link 23, after NFC (https://docs.x.com/fundamentals/counting-characters; ``weigh.py``). Mastodon
counts what readers see as characters, a link with http 23, of @user@host only @user
(https://docs.joinmastodon.org/user/posting/#characters).
"""

from __future__ import annotations

from functools import cache

import regex

from syndicate.lib.text import graphemes
from syndicate.social.weigh import is_name, tops
from syndicate.social.weigh import weigh as x

__all__ = ["MASTODON_LINK", "mastodon", "x"]

MASTODON_LINK = 23

_HANDLE = regex.compile(r"(?<![\w/@])(@[\w.-]+)@[\w-]+(?:\.[\w-]+)+")


def mastodon(text: str, per_link: int = MASTODON_LINK) -> int:
    """The length on Mastodon; *per_link* is what the server says a link costs."""
    plain, found = _without(text, _whole())
    return found * per_link + len(graphemes(_HANDLE.sub(r"\1", plain)))


def _without(text: str, pattern: regex.Pattern[str]) -> tuple[str, int]:
    """*text* without its links, and how many there were."""
    found = [match for match in pattern.finditer(text) if is_name(match["host"])]
    plain, at = "", 0
    for match in found:
        plain, at = plain + text[at : match.start()], match.end()
    return plain + text[at:], len(found)


# Parts of twitter-text's grammar for links (github.com/twitter/twitter-text, Apache-2.0).
_LABEL = r"[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}_-]*[\p{L}\p{M}\p{N}])?"
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
        tops=sorted(tops()),
    )
