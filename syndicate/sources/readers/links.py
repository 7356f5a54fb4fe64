"""What an answer links to: the Link header (RFC 8288), and the hub that pushes what is new."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from syndicate.lib.addresses import is_public
from syndicate.lib.http import Page
from syndicate.sources.readers.text import one_address

Links = list[tuple[str, str]]  # (relation, address): in their order, as given
# Nobody sends a longer one in good faith.
_LONGEST = 8000
_LINK = re.compile(r"<([^<>]{1,2000})>([^<]*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\",;]+))", re.IGNORECASE)


def header_links(page: Page) -> Links:
    """Those of the Link header, absolute."""
    found: Links = []
    for address, parameters in _LINK.findall(page.headers.get("Link", "")[:_LONGEST]):
        if rel := _REL.search(parameters):
            relations = (rel[1] or rel[2] or "").lower().split()
            found += [(each, one_address(address, page.url)) for each in relations]
    return found


def first(links: Iterable[tuple[str, str]], *relations: str) -> str:
    """The address of the first link of one of these *relations*, the likeliest first; or ""."""
    found: dict[str, str] = {}
    for relation, address in links:
        if address:
            found.setdefault(relation, address)
    return next((found[each] for each in relations if each in found), "")


def hub(page: Page, links: Links) -> tuple[str, str]:
    """(who pushes what is new, by which name): the header's word before the feed's own *links*.

    https://www.w3.org/TR/websub/#discovery
    """
    every = [*header_links(page), *links]
    address = first(every, "hub")
    return (address, _topic(first(every, "self"), page.url)) if address else ("", "")


def _topic(given: str, read: str) -> str:
    """rel=self, unless it cannot be right: behind a proxy, WordPress leaves the port out of it."""
    own, at = urlsplit(given), urlsplit(read)
    same = own.hostname == at.hostname
    if not given or (same and own.netloc != at.netloc) or (not same and _is_inside(own.hostname)):
        return read
    return given


def _is_inside(host: str | None) -> bool:
    """Whether *host* is a name or an address that only its own network knows."""
    try:
        ip_address(host or "")
    except ValueError:
        return "." not in (host or "") or (host or "").endswith((".local", ".internal"))
    return not is_public(host or "")
