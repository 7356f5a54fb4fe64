"""Threads (https://developers.facebook.com/docs/threads/posts).

::

    container (nobody sees it) ─→ its id is kept ─→ FINISHED ─→ publish ─→ post
    an answer was never read? ─→ the container says PUBLISHED, or it is not there

A container is published once at most, so its id does what an idempotency key does elsewhere.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import regex

from syndicate.lib import clock
from syndicate.lib.errors import NotSent, Scope
from syndicate.lib.text import graphemes, links
from syndicate.social.channels.base import (
    ALT,
    CARD,
    DELETE,
    IDEMPOTENT,
    MEDIA,
    METRICS,
    PERMALINK,
    READBACK,
    THREAD,
)  # fmt: skip
from syndicate.social.channels.fields import entry
from syndicate.social.channels.grant import Begun, Granted
from syndicate.social.channels.graph import GraphChannel, GraphError
from syndicate.social.channels.message import Identity, Media, Message, Published, Reactions
from syndicate.social.channels.refusal import unreadable
from syndicate.social.channels.threads_login import API, App, begin, finish
from syndicate.social.channels.threads_session import ThreadsSession, mark
from syndicate.social.channels.wait import until

log = logging.getLogger(__name__)

LIMIT = 500
# More of them are refused since December 2025.
MOST_LINKS = 5
# What Threads wants for a picture; words alone are ready at once.
READY_WITHIN = 60  # seconds
# The window of its quota rolls over a day: some of it comes back within the hour.
_FULL_FOR = timedelta(hours=1)
# A published container's post is in the list of posts by then.
_LISTED_BY = timedelta(hours=1)
# Between our clock and theirs.
_SKEW = timedelta(minutes=5)
_UNDONE = frozenset({"IN_PROGRESS", "FINISHED", "ERROR", "EXPIRED"})
_QUOTA = "quota_usage,config,reply_quota_usage,reply_config"
_METRICS = "views,likes,replies,reposts,quotes"
_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{RI}|\u20E3")
_NOT_IN_TOPICS = ".&"


@dataclass(frozen=True)
class Credentials:
    """A token of one account; it renews itself while the account is in use."""

    token: str = entry(
        "Access token",
        "A long-lived one, with threads_basic, threads_content_publish, threads_manage_replies, "
        "threads_manage_insights and threads_delete.",
        secret=True,
    )


@dataclass(frozen=True)
class Options:
    """How posts stand there."""

    card: bool = entry("Link card", "Threads makes it of the link.", default=True)
    topic: str = entry(
        "Topic", "Of every post, at most 50 characters; empty: the first hashtag, if any.",
        default="",
    )  # fmt: skip
    api: str = entry("API address", "Only for a proxy or a test.", default=API)


class Threads(GraphChannel):
    """One account. Pictures are fetched by Threads itself, from where everybody can see them."""

    label = "Threads"
    credentials = Credentials
    options = Options
    capabilities = frozenset(
        {CARD, PERMALINK, READBACK, IDEMPOTENT, DELETE, METRICS, MEDIA, ALT, THREAD}
    )
    media = Media(count=20, bytes=8_000_000, ratio=10, alt=1000)
    app = App

    @classmethod
    def begin(cls, app: App, back: str) -> Begun:
        """To Threads' own page, where a person says what we may do."""
        return begin(app, back)

    @classmethod
    def finish(cls, app: App, memo: Mapping[str, str], answer: Mapping[str, str]) -> Granted:
        """A token for sixty days. Raises BadInput, NotSent."""
        return finish(app, memo, answer)

    @property
    def limit(self) -> int:
        """Characters, of emoji bytes."""
        return LIMIT

    def count(self, text: str) -> int:
        """Characters, but of each emoji its bytes in UTF-8."""
        return sum(_length(one) for one in graphemes(text))

    def fits(self, text: str) -> bool:
        """Links are numbered too."""
        return self.count(text) <= LIMIT and len(_links(text)) <= MOST_LINKS

    def check(self) -> Identity:
        """The account's name, and when its token ends."""
        me = self._ask("GET", "me", {"fields": "id,username"})
        return Identity(f"@{me['username']}", expires=self._kept.until())

    def publish(self, message: Message, sending: Callable[[], None]) -> Published:
        """The container first; it is known to us before it can be public."""
        self._check_room(reply=bool(message.after))
        container, done = self._ready(message)
        if done:
            return self._stands(message)
        sending()
        try:
            posted = self._ask("POST", "me/threads_publish", {"creation_id": container})
        except GraphError as error:
            return self._settled(container, message, error)
        if not posted.get("id"):
            raise unreadable(self.label, "answered without the post's id")
        return Published(str(posted["id"]), self._permalink(str(posted["id"])))

    def find(self, message: Message) -> Published | None:
        """What the container says; without one, our text among the account's posts."""
        container, _ = self._kept.container(message.key)
        status = self._status(container)[0] if container else ""
        if status in _UNDONE:
            return None
        return self._stands(message) if status == "PUBLISHED" else self._listed(message)

    def delete(self, there: Published) -> None:
        """Take it down: a hundred a day at most."""
        try:
            self._ask("DELETE", there.remote_id, mine=False)
        except GraphError as error:
            if error.auth or error.scope is Scope.LANE or error.unknown:
                raise
            if not self._gone(there.remote_id):
                raise

    def measure(self, remote_ids: Sequence[str]) -> dict[str, Reactions]:
        """One question for each post."""
        found = {id: self._reactions(id) for id in remote_ids}
        return {id: told for id, told in found.items() if told is not None}

    @property
    def _base(self) -> str:
        return f"{self.settings.api.rstrip('/')}/v1.0"

    @property
    def _token(self) -> str:
        return self._kept.token()

    @property
    def _kept(self) -> ThreadsSession:
        return ThreadsSession(self.settings.api, self.login.token, self.session)

    def _ready(self, message: Message) -> tuple[str, bool]:
        """A container that can be published, and whether it is already."""
        here = _mark(message)
        container, there = self._kept.container(message.key)
        if not container or there != here:
            return self._finished(message, self._begin(message, here))
        status, _ = self._status(container)
        if status in {"IN_PROGRESS", "FINISHED", "PUBLISHED"}:
            return self._finished(message, container)
        return self._finished(message, self._begin(message, here))

    def _finished(self, message: Message, container: str) -> tuple[str, bool]:
        status, why = until(lambda: self._looked(container), READY_WITHIN) or ("", "")
        if status in {"FINISHED", "PUBLISHED"}:
            return container, status == "PUBLISHED"
        if not status:
            raise NotSent(f"{self.label} is not done with the pictures yet.", permanent=False,
                          hint="It goes on by itself.")  # fmt: skip
        self._kept.forget(message.key)
        raise NotSent(f"{self.label} could not make the post: {why or status}.", permanent=False)

    def _begin(self, message: Message, here: str) -> str:
        """A new container, written down; without pictures where Threads cannot have them."""
        container = self._with_pictures(message) or self._container(self._words(message))
        self._kept.keep(message.key, container, here)
        return container

    def _with_pictures(self, message: Message) -> str:
        pictures = [picture for picture in message.pictures if picture.url]
        fields = [
            {"media_type": "IMAGE", "image_url": one.url}
            | ({"alt_text": one.alt} if one.alt else {})
            for one in pictures
        ]
        if not fields:
            return ""
        words = self._common(message)
        try:
            if len(fields) == 1:
                return self._whole(self._container(fields[0] | words))
            parts = [self._whole(self._container(one | {"is_carousel_item": "true"}))
                     for one in fields]  # fmt: skip
            album = {"media_type": "CAROUSEL", "children": ",".join(parts)}
            return self._whole(self._container(album | words))
        except NotSent as error:
            if error.scope is Scope.LANE or not error.permanent:
                raise
            log.info("the post goes without a picture: %s", error.message)
            return ""

    def _whole(self, container: str) -> str:
        """*container* once its pictures have been fetched. Raises NotSent, for good if refused."""
        status, why = until(lambda: self._looked(container), READY_WITHIN) or ("", "")
        if status not in {"FINISHED", "PUBLISHED"}:
            said = why or status or "it took too long"
            raise NotSent(f"{self.label} did not take a picture: {said}.", permanent=bool(status))
        return container

    def _words(self, message: Message) -> dict[str, str]:
        """A post of words; its card shows the link as it stands in the text."""
        fields = {"media_type": "TEXT"} | self._common(message)
        found = _links(message.text)
        link = found[0] if found else message.card.url
        if self.settings.card and message.card.url and len({*found, link}) <= MOST_LINKS:
            fields["link_attachment"] = link
        return fields

    def _common(self, message: Message) -> dict[str, str]:
        fields = {"text": message.text}
        if topic := "".join(c for c in self.settings.topic if c not in _NOT_IN_TOPICS):
            fields["topic_tag"] = topic.lstrip("#")[:50]
        if message.after:
            fields["reply_to_id"] = message.after[-1].remote_id
        return fields

    def _container(self, fields: Mapping[str, str]) -> str:
        made = self._ask("POST", "me/threads", fields)
        if not made.get("id"):
            raise unreadable(self.label, "answered without the container's id")
        return str(made["id"])

    def _looked(self, container: str) -> tuple[str, str] | None:
        found = self._status(container)
        return None if found[0] == "IN_PROGRESS" else found

    def _status(self, container: str) -> tuple[str, str]:
        """What it says of itself, and why; EXPIRED too where Threads has forgotten it."""
        try:
            told = self._ask("GET", container, {"fields": "status,error_message"}, mine=False)
        except GraphError as error:
            if error.trouble.gone:
                return "", ""
            raise
        return str(told.get("status", "")), str(told.get("error_message", ""))

    def _settled(self, container: str, message: Message, error: GraphError) -> Published:
        """After a refused publish: it has happened that the post stood there all the same."""
        if error.unknown or error.scope is Scope.LANE:
            raise error
        try:
            status, _ = self._status(container)
        except NotSent:
            error.unknown = True
            raise error from None
        if status == "PUBLISHED":
            return self._stands(message)
        if error.trouble.gone:
            # Threads has lost it, which happens to fresh ones: another try makes another.
            self._kept.forget(message.key)
            error.permanent = False
        raise error

    def _stands(self, message: Message) -> Published:
        """The post of a container that was published."""
        if found := self._listed(message):
            return found
        if message.age < _LISTED_BY:
            raise unreadable(self.label, "has published the post, but does not list it yet")
        return Published("")

    def _listed(self, message: Message) -> Published | None:
        since = message.first_try - _SKEW
        asked = {
            "fields": "id,text,permalink,timestamp",
            "since": str(int(since.timestamp())),
            "limit": "100",
        }
        told = self._ask("GET", "me/replies" if message.after else "me/threads", asked)
        for post in told.get("data") or []:
            made = datetime.fromisoformat(post["timestamp"])
            if made >= since and _same(str(post.get("text", "")), message.text):
                return Published(str(post["id"]), str(post.get("permalink", "")))
        return None

    def _permalink(self, id: str) -> str:
        """Empty where it cannot be had: the post stands there all the same."""
        try:
            return str(
                self._ask("GET", id, {"fields": "permalink"}, mine=False).get("permalink", "")
            )
        except NotSent as error:
            log.info("the post has no address yet: %s", error.message)
            return ""

    def _check_room(self, *, reply: bool) -> None:
        """Whether today's quota has room. Raises NotSent where it has none."""
        told = self._ask("GET", "me/threads_publishing_limit", {"fields": _QUOTA})
        quota: dict[str, Any] = next(iter(told.get("data") or []), {})
        kind = "reply_" if reply else ""
        used = quota.get(f"{kind}quota_usage", 0)
        most = (quota.get(f"{kind}config") or {}).get("quota_total", 0)
        if not most or used + 1 < most:
            return
        self.full_until = clock.now() + _FULL_FOR
        if used >= most:
            raise NotSent(
                f"{self.label} takes no more than {most} posts in 24 hours.", permanent=False,
                scope=Scope.LANE, retry_after=_FULL_FOR, hint="It goes on by itself.",
            )  # fmt: skip

    def _reactions(self, id: str) -> Reactions | None:
        try:
            told = self._ask("GET", f"{id}/insights", {"metric": _METRICS}, mine=False)
        except GraphError as error:
            if not error.permanent or error.scope is Scope.LANE or not self._gone(id):
                raise
            return None
        found = {row.get("name"): _value(row) for row in told.get("data") or []}
        return Reactions(**{name: found.get(name) for name in _METRICS.split(",")})


def _value(row: Mapping[str, Any]) -> int | None:
    values: list[dict[str, Any]] = row.get("values") or [{}]
    value = values[0].get("value")
    return value if isinstance(value, int) else None


def _length(grapheme: str) -> int:
    return len(grapheme.encode()) if _EMOJI.search(grapheme) else len(grapheme)


def _links(text: str) -> list[str]:
    """Each one once, in the order of the text."""
    return list(dict.fromkeys(text[begin:end] for begin, end in links(text)))


def _mark(message: Message) -> str:
    """Of all that is in a container: one for other words is of no use."""
    pictures = [word for one in message.pictures for word in (one.url, one.alt)]
    after = [one.remote_id for one in message.after[-1:]]
    return mark(message.text, message.card.url, *pictures, *after)


def _same(one: str, other: str) -> bool:
    """Threads takes the mark off a hashtag that it makes the post's topic."""
    return one.replace("#", "").split() == other.replace("#", "").split()
