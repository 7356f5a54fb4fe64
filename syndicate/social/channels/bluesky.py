"""Bluesky, and any other server of the AT Protocol (https://docs.bsky.app/docs/advanced-guides/posts).

A post is a record whose name we choose before the first try, so that putting it again changes
nothing, and whether it is there can be asked for certain.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests

from syndicate.lib import clock, http
from syndicate.lib.errors import BadInput, NotSent, Scope
from syndicate.lib.text import graphemes
from syndicate.social.channels.base import Channel
from syndicate.social.channels.bluesky_session import BlueskySession
from syndicate.social.channels.bluesky_text import LINK, MENTION, TAG, Found, detect
from syndicate.social.channels.fields import entry
from syndicate.social.channels.message import Card, Identity, Message, Part, Published
from syndicate.social.channels.refusal import read, refusal, unreadable, words

log = logging.getLogger(__name__)

LIMIT = 300  # graphemes
LIMIT_BYTES = 3000
# 2,000,000 is allowed since April 2026; servers that were not updated refuse more than this.
THUMB_BYTES = 1_000_000
THUMB_KINDS = frozenset({"image/jpeg", "image/png", "image/webp"})
COLLECTION = "app.bsky.feed.post"
# As the app itself shortens what it shows of a link.
_PATH_SHOWN = 13


@dataclass(frozen=True)
class Credentials:
    """One account and an app password of it."""

    handle: str = entry("Handle", "Like review.bsky.social.")
    password: str = entry(
        "App password", "Made under Settings, Privacy and security, App passwords.", secret=True
    )
    server: str = entry(
        "Server", "Unless the account lives elsewhere, as it stands.", default="https://bsky.social"
    )


@dataclass(frozen=True)
class Options:
    """How posts stand there."""

    card: bool = entry("Link card", "Title, summary and picture below the post.", default=True)


class Bluesky(Channel):
    """One account."""

    label = "Bluesky"
    credentials = Credentials
    options = Options
    capabilities = frozenset({"card", "permalink", "readback"})

    @property
    def limit(self) -> int:
        """Characters as readers see them."""
        return LIMIT

    def count(self, text: str) -> int:
        """Characters as readers see them, links as short as they will stand there."""
        return len(graphemes(self._shown(text)))

    def fits(self, text: str) -> bool:
        """There is a limit in bytes too, which only scripts far from Latin reach."""
        return self.count(text) <= LIMIT and len(self._shown(text).encode()) <= LIMIT_BYTES

    def parts(self, text: str) -> list[Part]:
        """Links stand shortened; the whole address lies behind."""
        found, at = [], 0
        for one in detect(text):
            if one.kind == LINK:
                found += [Part(text[at : one.begin]), Part(shorten(one.value), one.value)]
                at = one.end
        return [part for part in [*found, Part(text[at:])] if part.shown]

    def check(self) -> Identity:
        """Sign in afresh, so that a password changed there is noticed."""
        return Identity(f"@{self._account.renew(at_once=True)['handle']}")

    def publish(self, message: Message, sending: Callable[[], None]) -> Published:
        """Upload the card's picture, then put the record under its name."""
        post = record(self.parts(message.text), message, self._mentioned(message.text))
        if self.settings.card and message.card.url:
            post["embed"] = self._embed(message.card)
        sending()
        put = {"collection": COLLECTION, "rkey": message.key, "record": post}
        answer = self._ask("POST", "com.atproto.repo.putRecord", put | {"repo": self._account.did})
        return self._published(answer, message.key)

    def find(self, message: Message) -> Published | None:
        """The record of that name, if there is one."""
        named = {"repo": self._account.did, "collection": COLLECTION, "rkey": message.key}
        answer = self._call("GET", f"com.atproto.repo.getRecord?{urlencode(named)}")
        if answer.status_code == 400 and words(answer, "error") == "RecordNotFound":
            return None
        return self._published(self._good(answer), message.key)

    def _mentioned(self, text: str) -> dict[str, str]:
        """Handle → identity of those in *text* whom the server knows; others are plain text."""
        handles = {one.value for one in detect(text) if one.kind == MENTION}
        return {handle: did for handle in sorted(handles) if (did := self._identity(handle))}

    def _identity(self, handle: str) -> str:
        named = urlencode({"handle": handle.lower()})
        answer = self._call("GET", f"com.atproto.identity.resolveHandle?{named}")
        return words(answer, "did") if answer.ok else ""

    def _published(self, answer: dict[str, Any], key: str) -> Published:
        if not answer.get("uri"):
            raise unreadable(self.label, "answered without the post's address")
        profile = f"https://bsky.app/profile/{self._account.handle}"
        return Published(answer["uri"], f"{profile}/post/{key}")

    def _embed(self, card: Card) -> dict[str, Any]:
        external = {"uri": card.url, "title": card.title, "description": card.description}
        thumb = self._thumb(card.image) if card.image else None
        if thumb:
            external["thumb"] = thumb
        return {"$type": "app.bsky.embed.external", "external": external}

    def _thumb(self, url: str) -> Any:
        """The uploaded picture, or None: a picture that will not do must not cost the post."""
        try:
            page = http.fetch(url, max_bytes=THUMB_BYTES)
            if page.content_type not in THUMB_KINDS:
                raise BadInput(f"{url} is no picture that can be a card's.")
            answer = self._call(
                "POST", "com.atproto.repo.uploadBlob",
                data=page.body, headers={"Content-Type": page.content_type},
            )  # fmt: skip
            return self._good(answer).get("blob")
        except BadInput as error:
            log.info("the card goes without a picture: %s", error.message)
        except NotSent as error:
            if error.scope is Scope.LANE:
                raise
            log.info("the card goes without a picture: %s", error.message)
        return None

    def _ask(self, method: str, name: str, json: object = None) -> dict[str, Any]:
        return self._good(self._call(method, name, json=json))

    def _call(self, method: str, name: str, **body: Any) -> requests.Response:
        """With a valid token; one that has run out is renewed once."""
        headers = body.pop("headers", {})
        url = f"{self._account.server}/xrpc/{name}"

        def send(token: str) -> requests.Response:
            asked = headers | {"Authorization": f"Bearer {token}"}
            return http.call(method, url, headers=asked, **body)

        return self._account.authorised(send)

    def _good(self, answer: requests.Response) -> dict[str, Any]:
        if not 200 <= answer.status_code < 300:
            said = words(answer, "message", "error")
            raise refusal(self.label, answer, said, clock.now())
        return read(self.label, answer)

    @property
    def _account(self) -> BlueskySession:
        server = self.login.server.rstrip("/")
        server = server if "://" in server else f"https://{server}"
        return BlueskySession(server, self.login.handle, self.login.password, self.session)

    def _shown(self, text: str) -> str:
        return "".join(part.shown for part in self.parts(text))


def record(
    parts: list[Part], message: Message, known: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The record of a post: its text, and by byte offsets what in it is a link, a tag, a mention.

    *known*: handle → identity.
    """
    made: dict[str, Any] = {
        "$type": COLLECTION,
        "text": "".join(part.shown for part in parts),
        "facets": _facets(parts, known or {}),
        "createdAt": _moment(message.first_try),
    }
    if message.language:
        made["langs"] = [message.language]
    return made


def shorten(url: str) -> str:
    """What is shown of a link: ``example.org/articles/a…``."""
    try:
        address = urlsplit(url)
    except ValueError:  # “https://[a”
        return url
    path = url.partition(address.netloc)[2].removesuffix("/")
    return address.netloc + (path[:_PATH_SHOWN] + "…" if len(path) > _PATH_SHOWN + 2 else path)


def _facets(parts: list[Part], known: Mapping[str, str]) -> list[dict[str, Any]]:
    found, at = [], 0
    for part in parts:
        if part.href:
            found.append(_facet(at, part.shown, _feature("link", uri=part.href)))
        else:
            found += [
                _facet(
                    at + len(part.shown[: one.begin].encode()), part.shown[one.begin : one.end], it
                )
                for one in detect(part.shown)
                if (it := _mark(one, known))
            ]
        at += len(part.shown.encode())
    return found


def _mark(one: Found, known: Mapping[str, str]) -> dict[str, str] | None:
    if one.kind == MENTION:
        return _feature("mention", did=known[one.value]) if one.value in known else None
    return _feature("tag", tag=one.value) if one.kind == TAG else None


def _feature(name: str, **values: str) -> dict[str, str]:
    return {"$type": f"app.bsky.richtext.facet#{name}", **values}


def _facet(at: int, shown: str, feature: dict[str, str]) -> dict[str, Any]:
    index = {"byteStart": at, "byteEnd": at + len(shown.encode())}
    return {"index": index, "features": [feature]}


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
