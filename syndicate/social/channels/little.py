"""LinkedIn's “little text”, in which a sign that is not escaped cuts the post off. Pure.

(https://learn.microsoft.com/linkedin/marketing/community-management/shares/little-text-format)
"""

from __future__ import annotations

from collections.abc import Iterator

import regex

from syndicate.lib.text import links

_RESERVED = regex.compile(r"[\\|{}@\[\]()<>#*_~]")
_HASHTAG = regex.compile(r"(?<![\w#&])#(\w*[^\W\d_]\w*)")
_TEMPLATE = regex.compile(r"\{hashtag\|\\?#\|((?:\\.|[^\\}])*)\}")
_MENTION = regex.compile(r"@\[((?:\\.|[^\\\]])*)\]\((?:\\.|[^\\)])*\)")
_ESCAPED = regex.compile(r"\\(.)", regex.DOTALL)


def little(text: str) -> str:
    """*text* so that it stands there as it is, its hashtags as hashtags."""
    return "".join(_parts(text))


def plain(text: str) -> str:
    """What readers see of *text*, as LinkedIn gives it back."""
    text = _TEMPLATE.sub(r"#\1", text)
    text = _MENTION.sub(r"\1", text)
    return str(_ESCAPED.sub(r"\1", text))


def _parts(text: str) -> Iterator[str]:
    """An address may hold a ``#`` too, which is no hashtag."""
    at = 0
    for begin, end in links(text):
        yield from _tagged(text[at:begin])
        yield _escape(text[begin:end])
        at = end
    yield from _tagged(text[at:])


def _tagged(text: str) -> Iterator[str]:
    at = 0
    for tag in _HASHTAG.finditer(text):
        yield _escape(text[at : tag.start()])
        yield rf"{{hashtag|\#|{_escape(tag[1])}}}"
        at = tag.end()
    yield _escape(text[at:])


def _escape(text: str) -> str:
    return str(_RESERVED.sub(r"\\\g<0>", text))
