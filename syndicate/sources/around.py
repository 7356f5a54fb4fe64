"""What stands around an article, told by its name or by its words."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from syndicate.lib.tree import Element

_TAGS = {"nav", "aside", "footer", "menu", "dialog"}
_NAMES = {
    "ad", "addtoany", "ads", "advert", "advertisement", "bio", "breadcrumb", "breadcrumbs",
    "byline", "comment", "comments", "cookie", "cookies", "consent", "disqus", "follow", "footer",
    "masthead", "menu", "modal", "more", "nav", "navbar", "navigation", "newsletter", "newsletters",
    "outbrain", "pager", "pagination", "paywall", "popup", "print", "promo", "recirc",
    "recommended", "related", "respond", "share", "sharebar", "sharedaddy", "sharing", "sidebar",
    "signup", "skip", "social", "socials", "sponsored", "subscribe", "subscription", "taboola",
    "tags", "toolbar", "tools", "trending",
}  # fmt: skip
_PAIRS = {
    "about author", "author box", "author bio", "author info", "author card", "most read",
    "most popular", "read more", "read next", "sign up", "side bar", "skip link", "tag list",
    "publish date", "post meta", "entry meta", "article meta", "article tags", "post tags",
    "post terms", "post navigation", "jp relatedposts",
}  # fmt: skip
_BYLINES = {
    "attribution", "author", "authors", "byline", "dateline", "date", "pubdate", "timestamp",
}  # fmt: skip
_CREDITS = {"caption", "captions", "credit", "credits"}
# "relatedPosts", "related-posts"; what follows a digit is of a random name ("b9ad").
_PART = re.compile(r"(?<!\d)(?:[a-z]+|[A-Z][a-z]*)|\d+")
_NOISE = re.compile(
    r"^\W*(related( (stories|articles|posts|content|links|coverage|topics|video))?|read (more|also"
    r"|next)|see also|more (from|on|about|stories|like this)|also (read|see|on)|you (may|might)"
    r" also like|recommended|leggi anche|(à )?lire aussi|lesen sie auch|mehr zum thema|lee también"
    r"|leer más|leia (mais|também)|lees ook|les også|läs (mer|också)|advert(isement|ising)?"
    r"|anzeige|werbung|publicidade?|publicité|sponsored( content)?|share (this|on|via)|teilen"
    r"|compartir|compartilhe|partager|follow us|sign up|subscribe|get the .{0,40}newsletter"
    r"|newsletter|thanks? (you )?for (signing|subscribing)|\d* ?comments?( \(\d+\))?"
    r"|(leave|post|add) a (comment|reply)|filed under|print( article)?|e-?mail( this)?"
    r"|copyright|©|\(c\) ?\d{4}|all rights reserved|continue reading|back to top|loading)(?!\w)",
    re.IGNORECASE,
)
_BUTTON = re.compile(
    r"^\W*(caption|close|expand|enlarge|play( video)?|next|previous|back to gallery|view gallery"
    r"|show (more|less|all)|(image|photo|slide) \d+ (of|/) \d+|\d+ (of|/) \d+|listen|watch( live)?"
    r"|posted( (on|in|by))?|published( (on|in|by))?|in|by|tags?|tagged"
    r"|von|veröffentlicht|schlagwörter|par|publié|étiquettes?"
    r"|media playback is unsupported on your device|this slideshow requires javascript)\W*$",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^\W*(reporting by|(additional )?reporting|editing by|contributing|updated|write to|contact"
    r"|reach|follow|sign up|subscribe|join|for more|more (from|on|about)?|note:|©|copyright"
    r"|this (copy|material))(?!\w)|^\W*$|^\S+@\w+\.\w+|^https?://\S+$"
    r"|^(www\.|twitter\.com)\S+$",
    re.IGNORECASE,
)
# Longer than this, a text that begins like a label is a sentence.
_LABEL = 200
# A single word begins a label only if no more follows.
_WORDS = 60


def is_around(element: Element) -> bool:
    """Whether *element* by its tag or its names is no part of any article."""
    return element.tag in _TAGS or any(_is_named(name) for name in _names(element))


def is_masthead(element: Element) -> bool:
    """Whether it is the head of the whole site, with its name and its ways through it."""
    if element.tag != "header" or next(element.iter("nav"), None) is None:
        return False
    return next(element.iterancestors("article", "main"), None) is None


def is_byline(element: Element) -> bool:
    """Whether it is called after an author or a date."""
    return any(part in _BYLINES for name in _names(element) for part in _parts(name))


def is_credit(element: Element) -> bool:
    """Whether it is called a caption, wherever its picture may be."""
    return any(part in _CREDITS for name in _names(element) for part in _parts(name))


def is_noise(text: str) -> bool:
    """Whether *text* is a label of the site's own, or an invitation."""
    if len(text) >= _LABEL:
        return False
    found = _NOISE.match(text)
    if found is None:
        return _BUTTON.match(text) is not None
    # "Loading docks were built …" is a sentence; "Related: …" and "Read more …" are not.
    phrase = " " in found.group().strip() or text[found.end() : found.end() + 1] == ":"
    return phrase or len(text) < _WORDS


def is_closing(text: str) -> bool:
    """Whether *text*, if it stands last, is added to the article rather than its end."""
    return 0 < len(text) < _LABEL and _CLOSING.search(text) is not None


def _names(element: Element) -> list[str]:
    return f"{element.get('class', '')} {element.get('id', '')}".split()


@lru_cache(4096)
def _is_named(name: str) -> bool:
    parts = _parts(name)
    if "embed" in parts:  # "social-media-embed" holds what the text speaks of
        return False
    if len(parts) > 4:  # the anchor of a heading: "sharing-with-a-single-developer"
        return False
    pairs = {" ".join(pair) for pair in pairwise(parts)}
    return not _NAMES.isdisjoint(parts) or not _PAIRS.isdisjoint(pairs)


@lru_cache(4096)
def _parts(name: str) -> list[str]:
    return [part.lower() for part in _PART.findall(name)]
