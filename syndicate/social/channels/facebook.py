"""A Facebook page (https://developers.facebook.com/docs/pages-api/posts).

Facebook makes the card of a link itself. It has no idempotency key; after an answer that was never
read, the page's own feed is read, and Facebook itself refuses the same text twice (#506).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from syndicate.lib import clock
from syndicate.lib.errors import NotSent, Scope
from syndicate.social.channels.base import (
    ALT,
    CARD,
    DELETE,
    EDIT,
    MEDIA,
    METRICS,
    PERMALINK,
    READBACK,
)  # fmt: skip
from syndicate.social.channels.facebook_login import API, VERSION, App, begin, finish
from syndicate.social.channels.fields import entry
from syndicate.social.channels.grant import Begun, Granted
from syndicate.social.channels.graph import GraphChannel, GraphError
from syndicate.social.channels.message import (
    Identity,
    Image,
    Media,
    Message,
    Published,
    Reactions,
)  # fmt: skip
from syndicate.social.channels.refusal import unreadable

log = logging.getLogger(__name__)

LIMIT = 63206
_DUPLICATE = 506
# Between our clock and Facebook's.
_SKEW = timedelta(minutes=5)
_FIELDS = "id,message,created_time,permalink_url"
_COUNTS = "reactions.summary(total_count).limit(0),comments.summary(total_count).limit(0),shares"
# What replaced post_impressions, which Facebook tells no more since June 2026.
_INSIGHTS = "insights.metric(post_media_view,post_clicks)"


@dataclass(frozen=True)
class Credentials:
    """One page and a token of it, which does not run out."""

    page: str = entry("Page ID", "A number; it stands on the page under About.")
    token: str = entry(
        "Page access token",
        "With pages_manage_posts, pages_read_engagement and read_insights.",
        secret=True,
    )


@dataclass(frozen=True)
class Options:
    """How it is asked."""

    card: bool = entry("Link card", "Facebook makes it of the link.", default=True)
    version: str = entry("API version", "Like v26.0; each lives for about two years.",
                         default=VERSION)  # fmt: skip
    api: str = entry("API address", "Only for a proxy or a test.", default=API)


class Facebook(GraphChannel):
    """One page."""

    label = "Facebook Page"
    credentials = Credentials
    options = Options
    capabilities = frozenset({CARD, PERMALINK, READBACK, EDIT, DELETE, METRICS, MEDIA, ALT})
    media = Media(count=10, bytes=4_000_000, alt=1000)
    app = App

    @classmethod
    def begin(cls, app: App, back: str) -> Begun:
        """To Facebook's own page, where a person chooses what we may do."""
        return begin(cls.label, app, back)

    @classmethod
    def finish(cls, app: App, memo: Mapping[str, str], answer: Mapping[str, str]) -> Granted:
        """A token of the page. Raises BadInput, NotSent."""
        return finish(cls.label, app, memo, answer)

    @property
    def limit(self) -> int:
        """Characters."""
        return LIMIT

    def count(self, text: str) -> int:
        """Characters."""
        return len(text)

    def check(self) -> Identity:
        """The page's name, and how long we may go on, where Facebook tells."""
        page = self._ask("GET", self._page, {"fields": "id,name"})
        expires, remark = self._validity()
        return Identity(str(page.get("name") or page["id"]), expires=expires, remark=remark)

    def publish(self, message: Message, sending: Callable[[], None]) -> Published:
        """One request after the pictures, never repeated without reading back."""
        fields = {"message": message.text, "fields": "id,permalink_url"}
        if photos := self._photos(message.pictures):
            fields["attached_media"] = json.dumps([{"media_fbid": photo} for photo in photos])
        elif self.settings.card and message.card.url:
            fields["link"] = message.card.url
        sending()
        try:
            posted = self._ask("POST", f"{self._page}/feed", fields)
        except GraphError as error:
            if error.trouble.code != _DUPLICATE:
                raise
            return self._earlier(message, error)
        return self._published(posted)

    def find(self, message: Message) -> Published | None:
        """Our text in the page's own feed."""
        since = message.first_try - _SKEW
        asked = {"fields": _FIELDS, "since": str(int(since.timestamp())), "limit": "100"}
        for post in _rows(self._ask("GET", f"{self._page}/feed", asked)):
            if _made(post) >= since and _same(str(post.get("message", "")), message.text):
                return self._published(post)
        return None

    def edit(self, there: Published, message: Message) -> Published:
        """The text; the card stays what it was."""
        self._ask("POST", there.remote_id, {"message": message.text}, mine=False)
        return there

    def delete(self, there: Published) -> None:
        """Take it down."""
        try:
            self._ask("DELETE", there.remote_id, mine=False)
        except GraphError as error:
            if not error.trouble.gone or not self._gone(there.remote_id):
                raise

    def measure(self, remote_ids: Sequence[str]) -> dict[str, Reactions]:
        """One question for each post: among several, one that is gone would fail them all."""
        found = {id: self._reactions(id) for id in remote_ids}
        return {id: told for id, told in found.items() if told is not None}

    @property
    def _base(self) -> str:
        return f"{self.settings.api.rstrip('/')}/{self.settings.version}"

    @property
    def _page(self) -> str:
        return quote(str(self.login.page), safe="")

    @property
    def _token(self) -> str:
        token: str = self.login.token
        return token

    def _photos(self, pictures: Sequence[Image]) -> list[str]:
        """Uploaded, to be shown with the post only; one that is refused must not cost the post."""
        found = []
        for picture in pictures:
            fields = {"published": "false"}
            if picture.alt:
                fields["alt_text_custom"] = picture.alt
            source = {"source": ("picture", picture.data, picture.kind)}
            try:
                photo = self._ask("POST", f"{self._page}/photos", fields, source)
                if not photo.get("id"):
                    raise NotSent("Facebook gave a picture no number.", permanent=True)
                found.append(str(photo["id"]))
            except NotSent as error:
                if error.scope is Scope.LANE or not error.permanent:
                    raise
                log.info("the post goes without a picture: %s", error.message)
        return found

    def _earlier(self, message: Message, error: NotSent) -> Published:
        """It has this text: our own earlier try, of which the answer was lost, most likely."""
        if found := self.find(message):
            return found
        raise NotSent(
            error.message, permanent=True, unknown=True,
            hint="Look at the page, then say whether it was posted.",
        ) from error  # fmt: skip

    def _published(self, post: dict[str, Any]) -> Published:
        if not post.get("id"):
            raise unreadable(self.label, "answered without the post's id")
        id = str(post["id"])
        return Published(id, str(post.get("permalink_url") or f"https://www.facebook.com/{id}"))

    def _reactions(self, id: str) -> Reactions | None:
        """None where the post is gone. Insights are left out where the page has none."""
        for fields in (f"{_COUNTS},{_INSIGHTS}", _COUNTS):
            try:
                return _told(self._ask("GET", id, {"fields": fields}, mine=False))
            except GraphError as error:
                if error.trouble.gone:
                    return None
                if fields == _COUNTS or not error.permanent or error.scope is Scope.LANE:
                    raise
        return None

    def _validity(self) -> tuple[datetime | None, str]:
        """When the token ends; and when Facebook wants the person to be asked again, in words."""
        try:
            told = self._ask("GET", "debug_token", {"input_token": self._token}, mine=False)
        except GraphError as error:
            if error.auth:
                raise
            return None, ""  # only an app's own people may ask that
        data = told.get("data") if isinstance(told.get("data"), dict) else {}
        again = _moment((data or {}).get("data_access_expires_at"))
        remark = ""
        if again and again < clock.now() + timedelta(days=14):
            remark = f"Facebook wants you to connect the page again by {again:%Y-%m-%d}."
        return _moment((data or {}).get("expires_at")), remark


def _told(post: dict[str, Any]) -> Reactions:
    insights = {
        row.get("name"): (row.get("values") or [{}])[0].get("value")
        for row in _rows(post.get("insights") or {})
    }
    return Reactions(
        likes=_total(post.get("reactions")),
        replies=_total(post.get("comments")),
        # The field is left out while nobody has shared it.
        reposts=(post.get("shares") or {}).get("count", 0),
        views=insights.get("post_media_view"),
        clicks=insights.get("post_clicks"),
    )


def _total(edge: Any) -> int | None:
    total = (edge or {}).get("summary", {}).get("total_count")
    return total if isinstance(total, int) else None


def _rows(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in answer.get("data") or [] if isinstance(row, dict)]


def _made(post: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(post["created_time"])


def _moment(epoch: Any) -> datetime | None:
    """Of seconds; 0 means never."""
    return datetime.fromtimestamp(epoch, UTC) if isinstance(epoch, int) and epoch > 0 else None


def _same(one: str, other: str) -> bool:
    return one.split() == other.split()
