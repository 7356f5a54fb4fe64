"""What the interfaces of publishing systems answer, in JSON: asked for, checked, taken apart.

Nothing in it is believed to be of the right type: what is not, counts as absent.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from syndicate.lib.errors import BadInput
from syndicate.lib.http import Page, Refused, fetch
from syndicate.sources.readers.base import Ask, Conditions
from syndicate.sources.readers.conditions import left_behind
from syndicate.sources.readers.history import field, with_fields
from syndicate.sources.readers.patience import of_headers
from syndicate.sources.readers.text import whole

Fields = Mapping[str, str | int]  # of a query
_ADDRESS = re.compile(r"^https?://\S+")
_FAR = 10**9  # more of anything than any site has


@dataclass(frozen=True)
class Answer:
    """One answer: *data* is what its JSON holds, None where nothing has changed."""

    page: Page
    data: Any
    conditions: Conditions
    at_least: timedelta | None

    def count(self, name: str) -> int:
        """The number that a header states, else one that is never reached."""
        return number(self.page.headers.get(name, ""), _FAR)


def answer(ask: Ask, fields: Fields, headers: Mapping[str, str] | None = None) -> Answer:
    """Ask ``ask.url`` with *fields* in its query, under the conditions of *ask*.

    Raises BadInput, naming the address without them, as a key may be among them.
    """
    url, shown = with_fields(ask.url, **fields), without_key(ask.url)
    sent = {**ask.headers, **(headers or {})}
    try:
        page = fetch(
            url, headers=sent, etag=ask.last.etag, last_modified=ask.last.last_modified, now=ask.now
        )
    except BadInput as error:
        error.message = _ADDRESS.sub(lambda _: shown, error.message, count=1)
        raise
    found = left_behind(page, ask.last)
    same = page.status == 304
    return Answer(
        page, None if same else _read(page, shown), found, of_headers(page.headers, ask.now)
    )


def without_key(url: str) -> str:
    """*url* as it may be shown, in a message or a log."""
    return url.partition("?")[0] if field(url, "key") else url


def compared(ask: Ask, newest: Callable[[Ask], Answer], lines: Sequence[Answer]) -> Answer:
    """The *newest* articles, conditionally; without conditions where only *lines* have changed.

    ``data`` is None where all is as at the last look.
    """
    shorter = digest(each.data for each in lines)[:32]
    found = newest(ask)
    if found.data is None and shorter != ask.last.body_hash[32:]:
        found = newest(replace(ask, last=Conditions()))
    whole_now = ask.last.body_hash[:32] if found.data is None else digest([found.data])[:32]
    conditions = replace(found.conditions, body_hash=whole_now + shorter)
    same = conditions.body_hash == ask.last.body_hash
    return replace(found, conditions=conditions, data=None if same else found.data)


def unanswered(error: Refused, whose: str, hint: str) -> Refused:
    """*error* with the reason that *whose* system most likely has for it."""
    if error.status in {401, 403}:
        error.message, error.hint = f"{whose} does not let us in ({error.status}).", hint
    return error


def digest(parts: Iterable[object]) -> str:
    """One mark for several answers, in hex; it changes when any of them does."""
    return hashlib.sha256(json.dumps([*parts], sort_keys=True).encode()).hexdigest()


def items(data: Any, name: str = "") -> list[dict[str, Any]]:
    """The objects in a list, which may stand under *name*."""
    listed = data.get(name) if name and isinstance(data, dict) else data
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def part(data: Any, *names: str) -> dict[str, Any]:
    """The object that lies under these names, one in the other; empty where there is none."""
    for name in names:
        data = data.get(name) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def text(data: Any, name: str) -> str:
    """The text under *name*; a number counts as one."""
    value = data.get(name) if isinstance(data, dict) else None
    # A bool is a number to Python, and no text; Python refuses numbers of 4300 digits and more.
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return str(value)
    return whole(value)


def number(value: object, otherwise: int = 0) -> int:
    """A whole number within reason, of one or of its digits."""
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value.strip()[:18])
    fits = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18
    return value if isinstance(value, int) and fits else otherwise


def _read(page: Page, shown: str) -> Any:
    try:
        return json.loads(page.body)
    except (ValueError, RecursionError) as error:
        raise BadInput(
            f"{shown} does not answer in JSON.", "Is it the address of the interface itself?"
        ) from error
