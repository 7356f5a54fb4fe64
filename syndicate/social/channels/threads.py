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

from syndicate.lib import clock
from syndicate.lib.errors import NotSent, Scope
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
from syndicate.social.channels.threads_container import Containers
from syndicate.social.channels.threads_login import API, App, begin, finish
from syndicate.social.channels.threads_session import LABEL, ThreadsSession
from syndicate.social.channels.threads_text import LIMIT, MOST_LINKS, addresses, length, same

log = logging.getLogger(__name__)

# The window of its quota rolls over a day: some of it comes back within the hour.
_FULL_FOR = timedelta(hours=1)
# A published container's post is in the list of posts by then.
_LISTED_BY = timedelta(hours=1)
# Between our clock and theirs.
_SKEW = timedelta(minutes=5)
_UNDONE = frozenset({"IN_PROGRESS", "FINISHED", "ERROR", "EXPIRED"})
_QUOTA = "quota_usage,config,reply_quota_usage,reply_config"
_METRICS = "views,likes,replies,reposts,quotes"


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

    label = LABEL
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
        return length(text)

    def fits(self, text: str) -> bool:
        """Links are numbered too."""
        return self.count(text) <= LIMIT and len(addresses(text)) <= MOST_LINKS

    def check(self) -> Identity:
        """The account's name, and when its token ends."""
        me = self._ask("GET", "me", {"fields": "id,username"})
        return Identity(f"@{me['username']}", expires=self._kept.until())

    def publish(self, message: Message, sending: Callable[[], None]) -> Published:
        """The container first; it is known to us before it can be public."""
        self._check_room(reply=bool(message.after))
        container, done = self._containers.ready(message)
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
        status = self._containers.status(container)[0] if container else ""
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

    @property
    def _containers(self) -> Containers:
        options = self.settings
        return Containers(self._ask, self._kept, card=options.card, topic=options.topic)

    def _settled(self, container: str, message: Message, error: GraphError) -> Published:
        """After a refused publish: it has happened that the post stood there all the same."""
        if error.unknown or (error.scope is Scope.LANE and not error.auth):
            raise error
        try:
            status, _ = self._containers.status(container)
        except NotSent:
            error.unknown = not error.auth
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
            if made >= since and same(str(post.get("text", "")), message.text):
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
