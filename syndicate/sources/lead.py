"""The picture that stands for an article: never a stock cover, a logo or somebody's face.

::

    page ─→ OpenGraph, Twitter, JSON-LD, image_src, microdata: the first picture ─→ shared()
    and the body's pictures ─→ its alt and caption from its twin there; else the first ─→ lead()
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from syndicate.lib.html import Image
from syndicate.lib.tidy import Element
from syndicate.sources.claims import Claims, text
from syndicate.sources.jsonld import Object
from syndicate.sources.readers.text import one_address, plain, uncut

# Pixels; below this it is an icon.
SMALLEST = 100
# Words of a file's name, or of a folder that it lies in. Drupal keeps all under sites/default.
_BADGE = re.compile(
    r"(?:^|[^a-z])(?:logos?|icons?|favicons?|avatars?|sprites?|placeholder|publication-cover|default"
    r"|no-?image|blank|spacer|pixel|profile-?pic\w*|site-?image)(?=$|[^a-z])"
    r"|(?:og|share|social|facebook|twitter|fb)[_-](?:image|card|default|fallback)\.\w+$",
    re.IGNORECASE,
)
_FOLDER = re.compile(r"/(?:logos?|icons?|avatars?|sprites?|placeholders?)/", re.IGNORECASE)
_SIZE = re.compile(r"(-\d+x\d+|-scaled|@2x|_\d{2,4}w?)?(\.\w{2,5})?$")


def shared(claims: Claims) -> Image:
    """The picture the page gives to whoever shares it; none where that is the site's own badge."""
    own = _badges(claims)
    for image in [] if _is_cover(claims) else _given(claims):
        if image.url and not is_badge(image.url) and same_file(image.url) not in own:
            return image
    return Image("")


def lead(given: Image, pictures: list[Image]) -> Image:
    """*given* with the alt and caption its twin in the body has; without it the body's first."""
    if not given.url:
        first = next((each for each in pictures if not is_badge(each.url)), Image(""))
        return replace(first, url=uncut(first.url))
    twins = [each for each in pictures if same_file(each.url) == same_file(given.url)]
    twin = next(iter(twins), Image(""))
    return Image(given.url, twin.alt or given.alt, twin.caption or given.caption)


def is_badge(url: str) -> bool:
    """Whether the address is that of a logo, a stock cover, an avatar or nothing at all."""
    parts = urlsplit(url)
    name = parts.path.rpartition("/")[2]
    face = "gravatar.com" in parts.netloc
    return face or bool(_BADGE.search(name) or _FOLDER.search(parts.path))


def same_file(url: str) -> str:
    """What the addresses of one picture in several sizes share (``pier-300x200.jpg``)."""
    return _SIZE.sub("", urlsplit(uncut(url)).path.rpartition("/")[2]).casefold() or url


def _is_cover(claims: Claims) -> bool:
    """Whether the only picture named is the site's: Ghost shares its cover with every post that
    has no picture of its own, and leaves that out of JSON-LD alone.
    """
    article = claims.linked.article
    return (
        claims.first("generator").startswith("Ghost") and article != {} and "image" not in article
    )


def _given(claims: Claims) -> Iterator[Image]:
    yield from _og(claims)
    alt = plain(claims.first("twitter:image:alt"))
    for url in claims.all("twitter:image", "twitter:image:src"):
        yield Image(one_address(url, claims.url), alt)
    article = claims.linked.article
    for name in ("image", "thumbnailUrl"):
        for given in claims.linked.each(article.get(name)):
            yield _of_object(given, claims.url)
    for url in [
        *_hrefs(claims.root, "image_src"),
        *claims.all("parsely-image-url", "sailthru.image.full"),
    ]:
        yield Image(one_address(url, claims.url))
    for element in claims.marked("image"):
        address = element.get("content") or element.get("src") or element.get("href") or ""
        yield Image(one_address(address, claims.url), (element.get("alt") or "").strip())


def _og(claims: Claims) -> Iterator[Image]:
    """Only the first of several has sizes that can be told to be its own."""
    sizes = claims.all("og:image:width", "og:image:height")
    small = any(size.isdecimal() and int(size[:6]) < SMALLEST for size in sizes)
    alt = plain(claims.first("og:image:alt"))
    urls = claims.all("og:image", "og:image:url", "og:image:secure_url")
    for url in dict.fromkeys(urls[1:] if small else urls):
        yield Image(one_address(url, claims.url), alt)


def _of_object(given: Object | str, base: str) -> Image:
    if isinstance(given, str):
        return Image(one_address(given, base))
    width = text(given.get("width")) or str(given.get("width") or "")
    if width.isdecimal() and int(width[:6]) < SMALLEST:
        return Image("")
    url = text(given.get("url")) or text(given.get("contentUrl")) or text(given.get("@id"))
    return Image(one_address(url, base), "", text(given.get("caption")))


def _badges(claims: Claims) -> set[str]:
    """The files of the site's own: its icons, the publisher's logo, pictures of its masthead."""
    linked = claims.linked
    urls = [*_hrefs(claims.root, "icon", "apple-touch-icon", "shortcut")]
    for one in [*linked.each(linked.article.get("publisher")), linked.site]:
        for logo in linked.each(one.get("logo")) if isinstance(one, dict) else []:
            urls.append(_of_object(logo, claims.url).url)
    for image in claims.root.iter("img"):
        if _is_masthead(image):
            urls += [image.get(name) or "" for name in ("src", "data-src")]
    told = [each for each in urls if each and not each.startswith("data:")]
    return {same_file(url) for url in (one_address(each, claims.url) for each in told) if url}


def _hrefs(root: Element, *rels: str) -> Iterator[str]:
    for link in root.iter("link"):
        if set(rels) & set((link.get("rel") or "").lower().split()):
            yield link.get("href") or ""


def _is_masthead(image: Element) -> bool:
    tags = {each.tag for each in image.iterancestors()}
    around = [image, *list(image.iterancestors())[:3]]
    called = " ".join(f"{each.get('class') or ''} {each.get('id') or ''}" for each in around)
    if re.search(r"logo|branding|site-title", called, re.IGNORECASE):
        return True
    return bool(tags & {"header", "nav", "footer"}) and not tags & {"article", "main"}
