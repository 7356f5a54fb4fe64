"""X, through tweepy (https://docs.x.com/x-api/posts/create-post).

X has no idempotency key. After an answer that was never read, the account's own timeline is read
before another try; and X itself refuses the same text twice (403 "duplicate content").
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import requests
import tweepy

from syndicate.lib import clock, http
from syndicate.lib.errors import NotSent, Scope
from syndicate.social import count
from syndicate.social.channels import x_oauth
from syndicate.social.channels.base import Channel
from syndicate.social.channels.fields import entry, fill
from syndicate.social.channels.grant import Begun, Granted
from syndicate.social.channels.message import Identity, Message, Published
from syndicate.social.channels.refusal import RECONNECT, read, refusal, unreadable, words
from syndicate.social.channels.token import Token
from syndicate.social.channels.x_oauth import App, Client

LIMIT = 280
TWEEPYS_HOST = "https://api.twitter.com"
# A month's quota that is used up says 429 too; asking again in a minute is of no use.
_USED_UP = timedelta(days=1)
# Between our clock and X's.
_SKEW = timedelta(minutes=5)
# 403s that are about the account, not the post.
_LOCKED = (
    "suspended",
    "locked",
    "oauth1-permissions",
    "oauth1 app permissions",
    "client-forbidden",
)


@dataclass(frozen=True)
class Credentials:
    """OAuth 1.0a: the app's two keys, the account's two tokens. They do not run out."""

    consumer_key: str = entry("API key", "Of your app at developer.x.com.", secret=True)
    consumer_secret: str = entry("API key secret", secret=True)
    access_token: str = entry(
        "Access token", "Made there with read and write permission.", secret=True
    )
    access_token_secret: str = entry("Access token secret", secret=True)


@dataclass(frozen=True)
class Options:
    """How posts stand there."""

    limit: int = entry("Limit", "Premium accounts may write more than 280.", default=LIMIT)
    username: str = entry("Name", "For the address of posts; X tells us.", default="")
    api: str = entry("API address", "Only for a proxy or a test.", default=TWEEPYS_HOST)


class X(Channel):
    """One account. A post with a link costs more there than one without; X makes the card."""

    label = "X"
    credentials = Credentials
    options = Options
    capabilities = frozenset({"card", "permalink", "readback"})
    app = App

    @classmethod
    def begin(cls, app: App, back: str) -> Begun:
        """Where a person says yes."""
        return x_oauth.begin(app, back)

    @classmethod
    def finish(cls, app: App, memo: Mapping[str, str], answer: Mapping[str, str]) -> Granted:
        """Tokens for what came back."""
        return x_oauth.finish(app, memo, answer)

    @classmethod
    def complete(cls, credentials: dict[str, str]) -> dict[str, str]:
        """Four keys that are pasted stand instead of what authorising gave."""
        if credentials.get("access_token"):
            return {name: v for name, v in credentials.items() if not name.startswith("client_")}
        return credentials

    @cached_property
    def login(self) -> Any:
        """Four keys, or the app that OAuth 2.0 was begun with."""
        kind = Client if self._credentials.get("client_id") else Credentials
        return fill(kind, self._credentials, self.label)

    @property
    def limit(self) -> int:
        """Weighted characters."""
        found: int = self.settings.limit
        return found

    def count(self, text: str) -> int:
        """Weighted characters: most emoji and East Asian characters are two, a link 23."""
        return count.x(text)

    def check(self) -> Identity:
        """The account's name."""
        me = self._read(self._ask(lambda client: client.get_me(user_auth=True)))["data"]
        return Identity(f"@{me['username']}", {"username": me["username"]})

    def publish(self, message: Message, sending: Callable[[], None]) -> Published:
        """One request, never repeated without reading back."""
        sending()
        try:
            answer = self._ask(lambda client: client.create_tweet(text=message.text))
        except Duplicate as error:
            # Our own earlier try, of which the answer was lost, most likely.
            found = self.find(message)
            if found is None:
                raise error.undecided() from error
            return found
        return self._published(self._read(answer).get("data"))

    def find(self, message: Message) -> Published | None:
        """Our text among the account's latest posts."""
        start = message.first_try - _SKEW
        answer = self._ask(
            lambda client: client.get_users_tweets(
                self._user_id, max_results=100, start_time=start, exclude=["retweets"],
                tweet_fields=["created_at", "entities", "note_tweet"], user_auth=True,
            )
        )  # fmt: skip
        for tweet in self._read(answer).get("data") or []:
            if _same(written(tweet), message.text):
                return self._published(tweet)
        return None

    @property
    def _user_id(self) -> str:
        if isinstance(self.login, Client):
            me = self._read(self._ask(lambda client: client.get_me(user_auth=True)))
            return str(me["data"]["id"])
        # An OAuth 1.0a access token begins with its account's number.
        token: str = self.login.access_token
        return token.partition("-")[0]

    def _published(self, tweet: Any) -> Published:
        if not isinstance(tweet, dict) or not tweet.get("id"):
            raise unreadable(self.label, "answered without the post's id")
        who = self.settings.username or "i"
        return Published(tweet["id"], f"https://x.com/{who}/status/{tweet['id']}")

    def _ask(self, call: Callable[[Any], requests.Response]) -> requests.Response:
        """The answer to one of tweepy's calls. Raises NotSent for whatever tweepy raises."""
        login = self.login
        if isinstance(login, Client):
            place = x_oauth.server(login.client_id, login.client_secret, self._api)
            token = Token(place, self.session)
            answer = token.authorised(lambda bearer: self._send(call, {}, bearer))
        else:
            answer = self._send(call, vars(login))
        if not 200 <= answer.status_code < 300:
            raise _refusal(answer, clock.now())
        return answer

    def _send(
        self, call: Callable[[Any], requests.Response], keys: Mapping[str, str], bearer: str = ""
    ) -> requests.Response:
        # tweepy signs with the keys it has, and has to have some.
        signed = {"consumer_key": "", "consumer_secret": "", **keys}
        client = tweepy.Client(**signed, return_type=requests.Response)
        client.session = Door(self.settings.api, bearer)
        try:
            return call(client)
        except tweepy.HTTPException as error:
            refused: requests.Response = error.response
            return refused

    @property
    def _api(self) -> str:
        """Another address for all of X, or empty."""
        api: str = self.settings.api
        return "" if api == TWEEPYS_HOST else api.rstrip("/")

    def _read(self, answer: requests.Response) -> dict[str, Any]:
        return read(self.label, answer)


class Door:
    """What tweepy takes for its requests session: every call goes out through ``lib.http``.

    tweepy itself sets no time limit and knows one host only.
    """

    def __init__(self, api: str, bearer: str = "") -> None:
        self._api = api.rstrip("/")
        self._bearer = bearer

    def request(
        self, method: str, url: str, *, params: Any = None, json: Any = None,
        headers: Any = None, auth: Any = None,
    ) -> requests.Response:  # fmt: skip
        """As ``requests.Session.request``, as far as tweepy's Client uses it."""
        address = self._api + url.removeprefix(TWEEPYS_HOST)
        query = f"?{urlencode(params)}" if params else ""
        if self._bearer:
            # tweepy signs each call; with OAuth 2.0 the token stands instead of a signature.
            headers, auth = {**headers, "Authorization": f"Bearer {self._bearer}"}, None
        return http.call(method, address + query, json=json, headers=headers, auth=auth)


class Duplicate(NotSent):
    """X says that this text stands there already."""

    def undecided(self) -> NotSent:
        """When it was not found either: only a person can tell."""
        return NotSent(self.message, permanent=True, unknown=True, hint=self.hint)


def written(tweet: dict[str, Any]) -> str:
    """A post's text as it was written: X shortens links and escapes ``&``."""
    # Longer posts stand whole in a field of their own, which X has renamed.
    note = tweet.get("note_tweet") or tweet.get("note_post") or tweet
    text = html.unescape(note.get("text", ""))
    for url in (note.get("entities") or {}).get("urls", []):
        text = text.replace(url["url"], url.get("unwound_url") or url["expanded_url"])
    return text


def _same(one: str, other: str) -> bool:
    return one.split() == other.split()


def _refusal(answer: requests.Response, now: datetime) -> NotSent:
    """What X's refusal means; problem types stand in X's OpenAPI document."""
    said = words(answer, "detail", "title")
    type = words(answer, "type").rpartition("/")[2]
    if answer.status_code == 403 and "duplicate" in said.lower():
        hint = "Look at the account, then say whether it was posted."
        return Duplicate(f"X has this text already: {said}.", permanent=True, hint=hint)
    error = refusal("X", answer, said, now)
    if answer.status_code == 403 and any(mark in f"{said} {type}".lower() for mark in _LOCKED):
        error.auth, error.scope, error.hint = True, Scope.LANE, RECONNECT
    if answer.status_code == 429 and type == "usage-capped":
        error.retry_after = _USED_UP
    return error
