"""Small texts out of feeds: titles, names, tags and addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from urllib.parse import urljoin, urlsplit

from syndicate.lib.html import to_text
from syndicate.lib.text import one_line

MAX_TAGS = 20
# Characters. Nobody is called anything longer, and what looks for an address in it is not quick.
MAX_NAME = 500
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:#\w+|\w+);")
_WIX = re.compile(r"^(https?://static\.wixstatic\.com/media/[^/?#]+)/v1/.*$")
# What a system files an article under when nobody said anything.
_NO_TAG = {"uncategorized", "uncategorised", "unkategorisiert", "non classé", "sin categoría"}
_MAIL = re.compile(r"\S+@\S+\.\S+")


def plain(text: str) -> str:
    """One line without markup; many feeds escape their titles twice (``A &amp; B <i>x</i>``)."""
    return one_line(to_text(f"<p>{text}</p>") if _MARKUP.search(text) else text)


def whole(value: object) -> str:
    """A text, or "" for anything else; halves of characters, which no database takes, replaced."""
    if not isinstance(value, str):
        return ""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def names(people: Iterable[str]) -> str:
    """``Ada Example, Bo Sample``: each once, without mail addresses."""
    return ", ".join(
        unique(_MAIL.sub("", plain(person[:MAX_NAME])).strip(" ()<>,") for person in people)
    )


def tags(words: Iterable[str]) -> tuple[str, ...]:
    """As :func:`unique`, without what a system says where nobody did."""
    return tuple(word for word in unique(words) if word.casefold() not in _NO_TAG)


def unique(words: Iterable[str]) -> tuple[str, ...]:
    """Each word once, in order, none empty; not more than anybody would read."""
    clean = (plain(word) for word in words)
    return tuple(list(dict.fromkeys(word for word in clean if word))[:MAX_TAGS])


def one_address(address: str, base: str) -> str:
    """An absolute http(s) address of at most 2000 characters, or ""."""
    try:
        joined = urljoin(base, address.strip()) if address.strip() else ""
        parts = urlsplit(joined)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.netloc or len(joined) > 2000:
        return ""
    return re.sub(r"\s", "%20", one_line(joined))


def picture(address: str, base: str) -> str:
    """The absolute address of a picture; the original of one that Wix has cut."""
    return uncut(one_address(address, base))


def uncut(address: str) -> str:
    """The address of the original, where Wix has cut a picture; else *address*."""
    return _WIX.sub(r"\1", address)


def paragraphs(text: str) -> str:
    """Plain text as HTML: an empty line parts two paragraphs."""
    blocks = (block.strip() for block in text.split("\n\n"))
    return "".join(f"<p>{escape(block, quote=False)}</p>" for block in blocks if block)
