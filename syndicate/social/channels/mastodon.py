"""Mastodon, and servers that speak its API (https://docs.joinmastodon.org/methods/statuses/)."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from syndicate.lib import clock, http
from syndicate.lib.errors import NotSent
from syndicate.lib.text import links
from syndicate.social import count
from syndicate.social.channels import mastodon_oauth
from syndicate.social.channels.base import Channel
from syndicate.social.channels.fields import entry
from syndicate.social.channels.grant import Begun, Granted
from syndicate.social.channels.mastodon_oauth import BY_HAND, App, address
from syndicate.social.channels.message import Identity, Message, Published
from syndicate.social.channels.refusal import read, refusal, unreadable, words

LIMIT = 500
# The server forgets an Idempotency-Key after an hour; we stop trusting it a little earlier.
KEY_HOLDS = timedelta(minutes=50)
# Between our clock and the server's.
_SKEW = timedelta(minutes=5)


@dataclass(frozen=True)
class Credentials:
    """A token of one account on one server."""

    server: str = entry("Server", "Its address, like https://social.example.")
    token: str = entry(
        "Access token",
        "Made there under Preferences, Development, with read:accounts, read:statuses and "
        "write:statuses.",
        secret=True,
    )


@dataclass(frozen=True)
class Options:
    """How posts stand there; the limits are asked for when the account is checked."""

    visibility: str = entry(
        "Visibility",
        "public, unlisted or private.",
        default="public",
        choices=("public", "unlisted", "private"),
    )
    limit: int = entry("Limit", "Characters the server allows; it tells us.", default=LIMIT)
    per_link: int = entry("Link", "Characters it counts for one.", default=count.MASTODON_LINK)


class Mastodon(Channel):
    """One account on one server."""

    label = "Mastodon"
    credentials = Credentials
    options = Options
    capabilities = frozenset({"card", "permalink", "readback"})
    app = App
    by_hand = BY_HAND

    @classmethod
    def begin(cls, app: App, back: str) -> Begun:
        """Register with the server; where a person says yes there."""
        return mastodon_oauth.begin(app, back)

    @classmethod
    def finish(cls, app: App, memo: Mapping[str, str], answer: Mapping[str, str]) -> Granted:
        """The token for what came back."""
        return mastodon_oauth.finish(app, memo, answer)

    @property
    def limit(self) -> int:
        """What the server said when it was asked last."""
        found: int = self.settings.limit
        return found

    def count(self, text: str) -> int:
        """Characters as readers see them, a link as much as the server says."""
        return count.mastodon(text, self.settings.per_link)

    def check(self) -> Identity:
        """The account's full name, and the server's limits."""
        me = self._ask("GET", "/api/v1/accounts/verify_credentials")
        statuses = self._ask("GET", "/api/v2/instance").get("configuration", {}).get("statuses", {})
        learned = {
            "limit": int(statuses.get("max_characters", LIMIT)),
            "per_link": int(statuses.get("characters_reserved_per_url", count.MASTODON_LINK)),
        }
        return Identity(f"@{me['acct']}@{urlsplit(self._server).netloc}", learned)

    def publish(self, message: Message, sending: Callable[[], None]) -> Published:
        """One request; within the hour the server itself drops a repetition of it."""
        status = {"status": message.text, "visibility": self.settings.visibility}
        if message.language:
            status["language"] = message.language.partition("-")[0].lower()
        sending()
        posted = self._ask("POST", "/api/v1/statuses", status, key=message.key)
        return _published(self.label, posted)

    def find(self, message: Message) -> Published | None:
        """While the key holds, posting again is safe; later, look through the latest statuses."""
        if message.age < KEY_HOLDS:
            return None
        me = self._ask("GET", "/api/v1/accounts/verify_credentials")
        page = f"/api/v1/accounts/{quote(str(me['id']))}/statuses?limit=40&exclude_reblogs=true"
        answer = self._call("GET", page)
        for status in _list(self.label, answer):
            if _is(status, message):
                return _published(self.label, status)
        return None

    @property
    def _server(self) -> str:
        return address(self.login.server)

    def _ask(
        self, method: str, path: str, json: dict[str, str] | None = None, key: str = ""
    ) -> dict[str, Any]:
        return read(self.label, self._call(method, path, json, key))

    def _call(
        self, method: str, path: str, json: dict[str, str] | None = None, key: str = ""
    ) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.login.token}"}
        if key:
            headers["Idempotency-Key"] = key
        answer = http.call(method, self._server + path, json=json, headers=headers)
        if not answer.ok or answer.is_redirect:
            raise self._refusal(answer)
        return answer

    def _refusal(self, answer: requests.Response) -> NotSent:
        said = words(answer, "error_description", "error")
        error = refusal(
            f"{self.label} ({urlsplit(self._server).netloc})", answer, said, clock.now()
        )
        if answer.status_code == 403:
            error.hint = "The token lacks a permission, or the account is restricted there."
        return error


def _published(who: str, status: dict[str, Any]) -> Published:
    if not status.get("id"):
        raise unreadable(who, "answered without the post's id")
    return Published(str(status["id"]), status.get("url") or status.get("uri") or "")


def _list(who: str, answer: requests.Response) -> list[dict[str, Any]]:
    try:
        found = answer.json()
    except requests.JSONDecodeError as error:
        raise unreadable(who, "answered what cannot be read") from error
    return [status for status in found if isinstance(status, dict)]


def _is(status: dict[str, Any], message: Message) -> bool:
    """Whether *status* was made of *message*: not older, and with the same links."""
    made = datetime.fromisoformat(status["created_at"])
    wanted = [message.text[begin:end] for begin, end in links(message.text)]
    shown = html.unescape(status.get("content", ""))
    return made >= message.first_try - _SKEW and all(link in shown for link in wanted)
