"""X, through tweepy (https://docs.x.com/x-api/posts/create-post).

X has no idempotency key. After an answer that was never read, the account's own timeline is read
before another try; and X itself refuses the same text twice (403 "duplicate content").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import requests
import tweepy

from syndicate.lib import clock, http
from syndicate.lib.errors import NotSent
from syndicate.social import count
from syndicate.social.channels import x_oauth, x_post
from syndicate.social.channels.attach import attached
from syndicate.social.channels.base import ALL, IDEMPOTENT, Act, Channel
from syndicate.social.channels.fields import entry, fill
from syndicate.social.channels.grant import Begun, Granted
from syndicate.social.channels.message import Identity, Message, Published, Reactions
from syndicate.social.channels.refusal import read, unreadable
from syndicate.social.channels.token import Token
from syndicate.social.channels.x_media import TAKES, bring, kept
from syndicate.social.channels.x_oauth import App, Client
from syndicate.social.channels.x_refusal import BadPicture, Duplicate, Gone, refused

LIMIT = 280
TWEEPYS_HOST = "https://api.twitter.com"
# Between our clock and X's.
_SKEW = timedelta(minutes=5)
# So many posts may be asked for at once.
_AT_ONCE = 100
_FIELDS = ["created_at", "entities", "note_tweet", "attachments", "edit_controls"]


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
    capabilities = ALL - {IDEMPOTENT}
    media = TAKES
    own_words = True
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
        images = attached(
            message, message.pictures[: TAKES.count], lambda one: bring(self._request, one, message)
        )
        sending()
        try:
            answer = self._create(message, images)
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
                tweet_fields=_FIELDS, user_auth=True,
            )
        )  # fmt: skip
        for tweet in self._read(answer).get("data") or []:
            if x_post.same(tweet, message.text):
                return self._published(tweet)
        return None

    def edit(self, there: Published, message: Message) -> Published:
        """A new version with a new id, its pictures the same; as X allows it: soon, five times."""
        now = self._latest(there.remote_id)
        if x_post.same(now, message.text):
            return self._published(now)
        x_post.changeable(now, clock.now())
        body: dict[str, Any] = {
            "text": message.text,
            "edit_options": {"previous_post_id": now["id"]},
        }
        if images := kept(now):
            body["media"] = {"media_ids": images}
        if message.after:
            body["reply"] = {"in_reply_to_tweet_id": message.after[-1].remote_id}
        return self._published(self._read(self._request("POST", "/2/tweets", body)).get("data"))

    def delete(self, there: Published) -> None:
        """With all its versions; one that is gone already is no error."""
        with suppress(Gone):
            self._ask(lambda client: client.delete_tweet(there.remote_id, user_auth=True))

    def measure(self, remote_ids: Sequence[str]) -> dict[str, Reactions]:
        """Likes, reposts, replies, quotes and views; X is paid for each post."""
        found: dict[str, Reactions] = {}
        for begin in range(0, len(remote_ids), _AT_ONCE):
            some = remote_ids[begin : begin + _AT_ONCE]
            found |= x_post.reactions(self._some(some, ["public_metrics"]))
        return found

    def cost(self, act: Act, text: str = "", pictures: int = 0) -> int:
        """A post with a link costs thirteen times one without."""
        return x_post.price(act, text, pictures)

    def _create(self, message: Message, images: list[str]) -> requests.Response:
        """Without its pictures, if X dislikes one of them."""
        after = message.after[-1].remote_id if message.after else None

        def create(client: Any, images: list[str] | None) -> requests.Response:
            answer: requests.Response = client.create_tweet(
                text=message.text, media_ids=images, in_reply_to_tweet_id=after
            )
            return answer

        try:
            return self._ask(lambda client: create(client, images or None))
        except BadPicture:
            if not images:
                raise
            return self._ask(lambda client: create(client, None))

    def _latest(self, id: str) -> dict[str, Any]:
        """The version of the post that readers see. Raises NotSent where it is gone."""
        found = self._some([id], _FIELDS)
        if found and (last := x_post.latest(found[0])) != found[0]["id"]:
            found = self._some([last], _FIELDS)
        if not found:
            raise NotSent("X has this post no more.", permanent=True)
        return found[0]

    def _some(self, ids: Sequence[str], fields: list[str]) -> list[dict[str, Any]]:
        answer = self._ask(
            lambda client: client.get_tweets(list(ids), tweet_fields=fields, user_auth=True)
        )
        return self._read(answer).get("data") or []

    def _request(self, method: str, path: str, body: dict[str, Any]) -> requests.Response:
        """What tweepy has no method for."""
        return self._ask(lambda client: client.request(method, path, json=body, user_auth=True))

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
            raise refused(answer, clock.now())
        return answer

    def _send(
        self, call: Callable[[Any], requests.Response], keys: Mapping[str, str], bearer: str = ""
    ) -> requests.Response:
        # tweepy signs with the keys it has, and has to have some.
        signed = {"consumer_key": "", "consumer_secret": "", **keys}
        client = tweepy.Client(**signed, return_type=requests.Response)
        client.session = Door(self.settings.api, bearer)
        try:
            answer = call(client)
        except tweepy.HTTPException as error:
            answer = error.response
        return self.noted(answer)

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
