"""What a site tells us by its ping address: bytes in, a meaning out. Pure.

::

    nothing, or weblogUpdates.ping ─→ Told()           look now
    url=…, {"url": …}, {"post": …} ─→ Told(url)        look, and read this page
    Ghost's webhook, Micropub      ─→ Told(entry)      here is the article itself
                                   ─→ Told(entry, gone) it was taken back
"""

from __future__ import annotations

import json
from typing import Any

from syndicate.lib.errors import BadInput
from syndicate.sources.readers.text import one_address, whole
from syndicate.sources.told import form, ghost, micropub, xmlrpc
from syndicate.sources.told.base import Told

__all__ = ["Told", "read"]

# By what names sites and their plugins call the address of an article, the clearest first.
_ADDRESSES = ("url", "permalink", "post_permalink", "post_url", "link")
# And where they put it.
_INSIDE = ("post", "article", "entry", "data", "item", "current")


def read(content_type: str, body: bytes, base: str) -> Told:
    """The meaning of a message; *base* completes addresses. Raises BadInput, saying what is wrong.

    Bytes are looked at before their type: many a sender forgets to say, or says ``text/plain``.
    """
    start = body[:100].lstrip()
    if not start:
        return Told()
    if content_type.startswith("multipart/"):
        return _of_fields(form.parts(content_type, body), base)
    if start.startswith(b"<"):
        return xmlrpc.read(body)
    if start.startswith(b"{"):
        return _of_json(_object(body), base)
    return _of_fields(form.fields(body), base)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadInput("This is no JSON.", "Check what is sent.") from error
    return found


def _of_json(said: dict[str, Any], base: str) -> Told:
    if micropub.speaks(said):
        return micropub.read(said, base)
    if ghost.speaks(said):
        return ghost.read(said, base)
    return Told(_address(said, base))


def _address(said: dict[str, Any], base: str) -> str:
    """The first address in it, at the top or one step further in; "" if there is none."""
    inner = [said[name] for name in _INSIDE if isinstance(said.get(name), dict)]
    found = (
        one_address(whole(each.get(name)), base) for each in (said, *inner) for name in _ADDRESSES
    )
    return next(filter(None, found), "")


def _of_fields(fields: dict[str, list[str]], base: str) -> Told:
    if "h" in fields or "action" in fields:
        return micropub.read(micropub.of_form(fields), base)
    return Told(_address({name: values[0] for name, values in fields.items()}, base))
