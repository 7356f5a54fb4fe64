"""Bluesky, and any other server of the AT Protocol (https://docs.bsky.app/docs/advanced-guides/posts).

A post is a record whose name we choose before the first try, so that putting it again changes
nothing, and whether it is there can be asked for certain.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import requests

from syndicate.lib import clock, http
from syndicate.lib.errors import NotSent
from syndicate.lib.text import graphemes
from syndicate.social.channels.attach import attached
from syndicate.social.channels.base import ALL, EDIT, Channel
from syndicate.social.channels.bluesky_profile import PROFILE, REMARK, is_marked, marked
from syndicate.social.channels.bluesky_record import COLLECTION, gallery, record, shorten
from syndicate.social.channels.bluesky_session import BlueskySession
from syndicate.social.channels.bluesky_text import LINK, MENTION, detect
from syndicate.social.channels.fields import entry
from syndicate.social.channels.message import (
    Identity,
    Image,
    Media,
    Message,
    Part,
    Published,
    Reactions,
)
from syndicate.social.channels.refusal import read, refusal, unreadable, words

LIMIT = 300  # graphemes
LIMIT_BYTES = 3000
# 2,000,000 bytes are allowed since April 2026; servers that were not updated refuse more than this.
# The app shows no picture larger than 2000 pixels, and descriptions as long as 2000 characters.
PICTURES = Media(count=4, bytes=1_000_000, side=2000, alt=2000)
THUMB = Media(count=1, bytes=1_000_000, side=2000)
# So many posts may be asked for at once.
_AT_ONCE = 25


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
    bot: bool = entry("Automated", "Say on its profile that programs post there.", default=True)


class Bluesky(Channel):
    """One account."""

    label = "Bluesky"
    credentials = Credentials
    options = Options
    # A changed record is taken, but the apps go on to show the old one.
    capabilities = ALL - {EDIT}
    media = PICTURES
    thumb = THUMB

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
        """Sign in afresh, so that a password changed there is noticed; mark it as automated."""
        handle = self._account.renew(at_once=True)["handle"]
        return Identity(f"@{handle}", remark=self._marked())

    def publish(self, message: Message, sending: Callable[[], None]) -> Published:
        """Upload what goes with it, then put the record under its name."""
        post = record(self.parts(message.text), message, self._mentioned(message.text))
        if message.after:
            post["reply"] = self._reply(message.after)
        if embed := self._embed(message):
            post["embed"] = embed
        sending()
        put = {"collection": COLLECTION, "rkey": message.key, "record": post}
        answer = self._ask("POST", "com.atproto.repo.putRecord", put | {"repo": self._account.did})
        return self._published(answer, message.key)

    def find(self, message: Message) -> Published | None:
        """The record of that name, if there is one."""
        found = self._record(COLLECTION, message.key)
        return self._published(found, message.key) if found else None

    def delete(self, there: Published) -> None:
        """One that is gone already is no error."""
        named = {"repo": self._account.did, "collection": COLLECTION, "rkey": _key(there)}
        self._ask("POST", "com.atproto.repo.deleteRecord", named)

    def measure(self, remote_ids: Sequence[str]) -> dict[str, Reactions]:
        """Likes, reposts, replies and quotes, as the app's own server counts them."""
        found: dict[str, Reactions] = {}
        for begin in range(0, len(remote_ids), _AT_ONCE):
            query = urlencode([("uris", uri) for uri in remote_ids[begin : begin + _AT_ONCE]])
            posts = self._ask("GET", f"app.bsky.feed.getPosts?{query}").get("posts") or []
            found |= {post["uri"]: _reactions(post) for post in posts}
        return found

    def _reply(self, after: tuple[Published, ...]) -> dict[str, Any]:
        """What the post answers, and where the thread begins, each by name and contents."""
        ends = {"root": after[0], "parent": after[-1]}
        found = {end: self._record(COLLECTION, _key(there)) for end, there in ends.items()}
        if not all(found.values()):
            raise NotSent(
                "The part of the thread that this one answers is gone.", permanent=True,
                hint="Look at the account; what stands there can be taken down.",
            )  # fmt: skip
        return {end: {"uri": one["uri"], "cid": one["cid"]} for end, one in found.items() if one}

    def _record(self, collection: str, key: str) -> dict[str, Any] | None:
        named = {"repo": self._account.did, "collection": collection, "rkey": key}
        answer = self._call("GET", f"com.atproto.repo.getRecord?{urlencode(named)}")
        if answer.status_code == 400 and words(answer, "error") == "RecordNotFound":
            return None
        return self._good(answer)

    def _mentioned(self, text: str) -> dict[str, str]:
        """Handle → identity of those in *text* whom the server knows; others are plain text."""
        handles = {one.value for one in detect(text) if one.kind == MENTION}
        return {handle: did for handle in sorted(handles) if (did := self._identity(handle))}

    def _identity(self, handle: str) -> str:
        named = urlencode({"handle": handle.lower()})
        answer = self._call("GET", f"com.atproto.identity.resolveHandle?{named}")
        return words(answer, "did") if answer.ok else ""

    def _marked(self) -> str:
        """Mark the account as automated, where it is not; what to tell its owner if that fails."""
        if not self.settings.bot:
            return ""
        there = self._record(PROFILE, "self") or {}
        profile = there.get("value") or {}
        if is_marked(profile):
            return ""
        # Only if nobody has changed it meanwhile.
        put = {"collection": PROFILE, "rkey": "self", "swapRecord": there.get("cid")}
        mine = {"repo": self._account.did, "record": marked(profile)}
        answer = self._call("POST", "com.atproto.repo.putRecord", json=put | mine)
        return "" if answer.ok else REMARK

    def _published(self, answer: dict[str, Any], key: str) -> Published:
        if not answer.get("uri"):
            raise unreadable(self.label, "answered without the post's address")
        profile = f"https://bsky.app/profile/{self._account.handle}"
        return Published(answer["uri"], f"{profile}/post/{key}")

    def _embed(self, message: Message) -> dict[str, Any] | None:
        """Its pictures, else its card: a post has room for one of them."""
        images = message.pictures[: PICTURES.count]
        if brought := attached(message, images, lambda image: (self._blob(image), image)):
            return gallery(brought)
        card = message.card
        if not self.settings.card or not card.url:
            return None
        external = {"uri": card.url, "title": card.title, "description": card.description}
        thumb = (message.thumb,) if message.thumb else ()
        for blob in attached(message, thumb, self._blob):
            external["thumb"] = blob
        return {"$type": "app.bsky.embed.external", "external": external}

    def _blob(self, image: Image) -> Any:
        answer = self._call(
            "POST", "com.atproto.repo.uploadBlob",
            data=image.data, headers={"Content-Type": image.kind},
        )  # fmt: skip
        blob = self._good(answer).get("blob")
        if not blob:
            raise unreadable(self.label, "took a picture and gave it no name")
        return blob

    def _ask(self, method: str, name: str, json: object = None) -> dict[str, Any]:
        return self._good(self._call(method, name, json=json))

    def _call(self, method: str, name: str, **body: Any) -> requests.Response:
        """With a valid token; one that has run out is renewed once."""
        headers = body.pop("headers", {})
        url = f"{self._account.server}/xrpc/{name}"

        def send(token: str) -> requests.Response:
            asked = headers | {"Authorization": f"Bearer {token}"}
            return self.noted(http.call(method, url, headers=asked, **body))

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


def _key(there: Published) -> str:
    """The record's own name: the last part of its address."""
    return there.remote_id.rpartition("/")[2]


def _reactions(post: dict[str, Any]) -> Reactions:
    return Reactions(
        likes=post.get("likeCount"),
        reposts=post.get("repostCount"),
        replies=post.get("replyCount"),
        quotes=post.get("quoteCount"),
    )
