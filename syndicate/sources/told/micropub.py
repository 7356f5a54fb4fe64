"""Micropub: a new article as microformats, in JSON or a form (https://www.w3.org/TR/micropub/).

We make no pages, so it must say where the article stands: ``url``. Without one it is held.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from syndicate.lib.errors import BadInput
from syndicate.lib.text import one_line
from syndicate.sources import dates
from syndicate.sources.readers.base import Entry
from syndicate.sources.readers.text import names, one_address, plain, tags, whole
from syndicate.sources.told.base import Told

_CHANGES = {"update", "delete", "undelete"}


def speaks(said: Mapping[str, Any]) -> bool:
    """Whether this is Micropub in JSON."""
    return isinstance(said.get("properties"), dict) or whole(said.get("action")) in _CHANGES


def of_form(fields: Mapping[str, list[str]]) -> dict[str, Any]:
    """A form as if it had been JSON (3.3.1): ``category[]=a&category[]=b`` are two values."""
    if "action" in fields:
        return {"action": fields["action"][0], "url": fields.get("url", [""])[0]}
    properties = {name.removesuffix("[]"): values for name, values in fields.items()}
    return {"type": [f"h-{fields.get('h', ['entry'])[0]}"], "properties": properties}


def read(said: Mapping[str, Any], base: str) -> Told:
    """A new article, or one that was deleted; what was changed is read where it stands."""
    if action := whole(said.get("action")):
        return _changed(action, one_address(whole(said.get("url")), base))
    if said.get("type", ["h-entry"]) != ["h-entry"]:
        raise BadInput("Only an h-entry can be taken.", 'Send "type": ["h-entry"].')
    given = said["properties"]
    entry = _entry({name: _list(value) for name, value in given.items()}, base)
    if not (entry.url or entry.title or entry.body):
        raise BadInput("This h-entry is empty.", "Give its url, or a name and a content.")
    return Told(entry=entry, by="micropub")


def _changed(action: str, url: str) -> Told:
    if action not in _CHANGES or not url:
        raise BadInput("This cannot be done here.", "Send update or delete, with a url.")
    if action == "delete":
        return Told(entry=Entry(url=url), gone=True, by="micropub")
    return Told(url)


def _entry(given: Mapping[str, list[Any]], base: str) -> Entry:
    photo = _first(given, "photo")
    picture = photo if isinstance(photo, dict) else {"value": photo}
    return Entry(
        guid=one_line(_text(given, "uid")),
        url=one_address(_text(given, "url"), base),
        title=plain(_text(given, "name")),
        author=names(_name(each) for each in given.get("author", [])),
        published_at=dates.parse(_text(given, "published")),
        updated_at=dates.parse(_text(given, "updated")),
        summary=plain(_text(given, "summary")),
        body=_content(_first(given, "content")),
        image_url=one_address(whole(picture.get("value")), base),
        image_alt=plain(whole(picture.get("alt"))),
        tags=tags(whole(each) for each in given.get("category", [])),
    )


def _content(content: object) -> str:
    """``{"html": …}`` as it is; a plain text in paragraphs."""
    if isinstance(content, dict):
        return whole(content.get("html")) or _content(content.get("value"))
    pieces = whole(content).replace("\r\n", "\n").split("\n\n")
    return "".join(f"<p>{escape(piece.strip())}</p>" for piece in pieces if piece.strip())


def _name(person: object) -> str:
    if isinstance(person, dict) and isinstance(card := person.get("properties"), dict):
        return whole(_first({"name": _list(card.get("name"))}, "name"))
    return whole(person)


def _text(given: Mapping[str, list[Any]], name: str) -> str:
    return whole(_first(given, name))


def _first(given: Mapping[str, list[Any]], name: str) -> Any:
    return next(iter(given.get(name, [])), "")


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]
