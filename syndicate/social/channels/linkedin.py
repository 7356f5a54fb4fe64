"""LinkedIn (https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api).

LinkedIn looks at no link: the card is made here and its picture uploaded. It has no idempotency
key, but refuses the same text twice and names the post that says it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

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
    Channel,
)  # fmt: skip
from syndicate.social.channels.fields import entry
from syndicate.social.channels.grant import Begun, Granted
from syndicate.social.channels.linkedin_api import Api, LinkedInError, numbers, quoted, remark
from syndicate.social.channels.linkedin_login import API, LABEL, App, begin, finish
from syndicate.social.channels.little import little, plain
from syndicate.social.channels.message import (
    Card,
    Identity,
    Image,
    Media,
    Message,
    Published,
    Reactions,
)  # fmt: skip
from syndicate.social.channels.refusal import unreadable

LIMIT = 3000
VERSION = "202609"
TITLE, DESCRIPTION, ALT_TEXT = 400, 4086, 4086
PIXELS = 36_152_320
# While it is so young, LinkedIn's own refusal of a repetition is trusted where we may not read.
_REFUSES_FOR = timedelta(minutes=10)
# Between our clock and LinkedIn's.
_SKEW = timedelta(minutes=5)
# So many may be named in one question.
_AT_ONCE = 20
_ORGANIZATION = "urn:li:organization:"


@dataclass(frozen=True)
class Credentials:
    """A token of a person, who may post as an organization too. It holds sixty days."""

    token: str = entry(
        "Access token",
        "With openid, profile and w_member_social; for an organization with "
        "w_organization_social, r_organization_social and rw_organization_admin.",
        secret=True,
    )


@dataclass(frozen=True)
class Options:
    """As whom, and how it is asked."""

    author: str = entry(
        "Author", "urn:li:organization:… to post as one; empty: the token's owner.", default=""
    )
    card: bool = entry("Link card", "Title, summary and picture below the post.", default=True)
    version: str = entry(
        "API version", "LinkedIn-Version, YYYYMM; each lives for about a year.", default=VERSION
    )
    api: str = entry("API address", "Only for a proxy or a test.", default=API)


class LinkedIn(Channel):
    """A person or an organization."""

    label = LABEL
    credentials = Credentials
    options = Options
    capabilities = frozenset({CARD, PERMALINK, READBACK, EDIT, DELETE, METRICS, MEDIA, ALT})
    media = Media(count=20, bytes=5_000_000, pixels=PIXELS, alt=ALT_TEXT)
    thumb = Media(count=1, bytes=5_000_000, pixels=PIXELS)
    app = App

    @classmethod
    def begin(cls, app: App, back: str) -> Begun:
        """To LinkedIn's own page, where a person says what we may do."""
        return begin(app, back)

    @classmethod
    def finish(cls, app: App, memo: Mapping[str, str], answer: Mapping[str, str]) -> Granted:
        """A token, and as whom it posts. Raises BadInput, NotSent."""
        return finish(app, memo, answer)

    @property
    def limit(self) -> int:
        """Of the text as it is sent."""
        return LIMIT

    def count(self, text: str) -> int:
        """As it is sent, with its escapes, in UTF-16: never less than LinkedIn counts."""
        return len(little(text).encode("utf-16-le")) // 2

    def check(self) -> Identity:
        """The author's name, and a word of warning where the version grows old."""
        author = self.settings.author
        warning = remark(self.settings.version, clock.now())
        if author.startswith(_ORGANIZATION):
            about = self._api.read(f"rest/organizations/{author.removeprefix(_ORGANIZATION)}")
            return Identity(str(about.get("localizedName") or author), remark=warning)
        me = self._api.read("v2/userinfo")
        learned = {"author": f"urn:li:person:{me['sub']}"}
        return Identity(str(me.get("name") or me["sub"]), learned, remark=warning)

    def publish(self, message: Message, sending: Callable[[], None]) -> Published:
        """One request after the pictures; a repetition is refused with the first one's URN."""
        author = self._author()
        post = {
            "author": author,
            "commentary": little(message.text),
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
        }
        if content := self._content(author, message):
            post["content"] = content
        sending()
        try:
            answer = self._api.call("POST", "rest/posts", post)
        except LinkedInError as error:
            return self._refused(message, error)
        urn = answer.headers.get("x-restli-id", "")
        if not urn:
            raise unreadable(self.label, "answered without the post's id")
        return _published(urn)

    def find(self, message: Message) -> Published | None:
        """Our text among the author's latest posts, where we may read them."""
        query = {"author": self._author(), "q": "author", "count": "50", "sortBy": "LAST_MODIFIED"}
        try:
            told = self._api.read(f"rest/posts?{urlencode(query)}", act="FINDER")
        except LinkedInError as error:
            if error.status != 403:
                raise
            self._trust_refusal(message, error)
            return None
        for post in told.get("elements") or []:
            if _made(post) >= message.first_try - _SKEW and _is(post, message):
                return _published(str(post["id"]))
        return None

    def edit(self, there: Published, message: Message) -> Published:
        """The text; the card stays what it was."""
        change = {"patch": {"$set": {"commentary": little(message.text)}}}
        self._api.call("POST", f"rest/posts/{quoted(there.remote_id)}", change,
                       act="PARTIAL_UPDATE")  # fmt: skip
        return there

    def delete(self, there: Published) -> None:
        """Take it down."""
        try:
            self._api.call("DELETE", f"rest/posts/{quoted(there.remote_id)}", act="DELETE")
        except LinkedInError as error:
            if error.status not in {404, 410}:
                raise

    def measure(self, remote_ids: Sequence[str]) -> dict[str, Reactions]:
        """Of an organization's posts; of a person's LinkedIn tells chosen partners only."""
        author = self._author()
        if not author.startswith(_ORGANIZATION):
            self._cannot("tell how a person's post was received")
        found: dict[str, Reactions] = {}
        for at in range(0, len(remote_ids), _AT_ONCE):
            found |= self._measured(author, remote_ids[at : at + _AT_ONCE])
        return found

    def _measured(self, author: str, urns: Sequence[str]) -> dict[str, Reactions]:
        path = "rest/organizationalEntityShareStatistics?q=organizationalEntity"
        path += f"&organizationalEntity={quoted(author)}"
        for name, kind in (("shares", "share"), ("ugcPosts", "ugcPost")):
            if meant := [quoted(urn) for urn in urns if urn.startswith(f"urn:li:{kind}:")]:
                path += f"&{name}=List({','.join(meant)})"
        rows = self._api.read(path).get("elements") or []
        return {str(row.get("share") or row.get("ugcPost")): _told(row) for row in rows}

    @property
    def _api(self) -> Api:
        return Api(self.settings.api, self.settings.version, self.login.token, self.noted)

    def _author(self) -> str:
        """As whom we post; LinkedIn says who owns the token."""
        return self.settings.author or f"urn:li:person:{self._api.read('v2/userinfo')['sub']}"

    def _content(self, author: str, message: Message) -> dict[str, Any]:
        """Pictures, else the card; what LinkedIn shows has one of them."""
        pictures = self._api.upload(author, message.pictures)
        if len(pictures) == 1:
            return {"media": _shown(*pictures[0])}
        if pictures:
            return {"multiImage": {"images": [_shown(*one) for one in pictures]}}
        if not self.settings.card or not message.card.url:
            return {}
        thumb = self._api.upload(author, [message.thumb] if message.thumb else [])
        return {"article": _article(message.card, *(urn for urn, _ in thumb))}

    def _refused(self, message: Message, error: LinkedInError) -> Published:
        """A duplicate is our own earlier try, of which the answer was lost, or an old post."""
        if not error.duplicate_of:
            if error.status == 403:
                error.scope = Scope.LANE
            raise error
        try:
            post = self._api.read(f"rest/posts/{quoted(error.duplicate_of)}")
        except LinkedInError as unread:
            if unread.status == 403:
                return _published(error.duplicate_of)
            error.unknown, error.hint = True, "Look at the account, then say whether it was posted."
            raise error from unread
        if _made(post) >= message.first_try - _SKEW:
            return _published(error.duplicate_of)
        error.hint = "An older post says the same: change the words, and try it again."
        raise error

    def _trust_refusal(self, message: Message, error: LinkedInError) -> None:
        """Where we may not read, LinkedIn's own memory must do; later only a person can tell."""
        if message.age < _REFUSES_FOR:
            return  # it refuses a repetition
        raise NotSent(
            f"{self.label} does not let us look whether the post is there.",
            permanent=True, unknown=True,
            hint="Look at the account, then say whether it was posted.",
        ) from error  # fmt: skip


def _published(urn: str) -> Published:
    return Published(urn, f"https://www.linkedin.com/feed/update/{urn}/")


def _shown(urn: str, picture: Image) -> dict[str, str]:
    return {"id": urn} | ({"altText": picture.alt[:ALT_TEXT]} if picture.alt else {})


def _article(card: Card, thumbnail: str = "") -> dict[str, str]:
    found = {
        "source": card.url,
        "title": (card.title or card.url)[:TITLE],
        "description": card.description[:DESCRIPTION],
        "thumbnail": thumbnail,
    }
    return {name: value for name, value in found.items() if value}


def _told(row: dict[str, Any]) -> Reactions:
    names = ("likeCount", "shareCount", "commentCount", "impressionCount", "clickCount")
    likes, reposts, replies, views, clicks = numbers(row.get("totalShareStatistics") or {}, *names)
    return Reactions(likes=likes, reposts=reposts, replies=replies, views=views, clicks=clicks)


def _made(post: dict[str, Any]) -> datetime:
    """When it was made public; milliseconds there."""
    epoch = post.get("publishedAt") or post.get("createdAt") or 0
    return datetime.fromtimestamp(epoch / 1000, UTC)


def _is(post: dict[str, Any], message: Message) -> bool:
    said = plain(str(post.get("commentary", "")))
    return said.split() == message.text.split()
