"""Mastodon, and servers that speak its API (https://docs.joinmastodon.org/methods/statuses/)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import requests

from syndicate.lib import clock, http
from syndicate.lib.errors import NotSent
from syndicate.social import count
from syndicate.social.channels import mastodon_oauth
from syndicate.social.channels.attach import attached
from syndicate.social.channels.base import ALL, Channel
from syndicate.social.channels.fields import entry
from syndicate.social.channels.grant import Begun, Granted
from syndicate.social.channels.mastodon_limits import LIMIT, learned, permissions
from syndicate.social.channels.mastodon_media import bring, busy, is_busy, kept
from syndicate.social.channels.mastodon_oauth import BY_HAND, App, address
from syndicate.social.channels.mastodon_status import is_of, listed, published, reactions
from syndicate.social.channels.message import Identity, Media, Message, Published, Reactions
from syndicate.social.channels.refusal import read, refusal, words

# The server forgets an Idempotency-Key after an hour; we stop trusting it a little earlier.
KEY_HOLDS = timedelta(minutes=50)
# So many statuses may be asked for at once.
_AT_ONCE = 20


@dataclass(frozen=True)
class Credentials:
    """A token of one account on one server."""

    server: str = entry("Server", "Its address, like https://social.example.")
    token: str = entry(
        "Access token",
        "Made there under Preferences, Development, with read:accounts, read:statuses, "
        "write:statuses, write:media and write:accounts.",
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
    bot: bool = entry("Automated", "Say on its profile that programs post there.", default=True)
    limit: int = entry("Limit", "Characters the server allows; it tells us.", default=LIMIT)
    per_link: int = entry("Link", "Characters it counts for one.", default=count.MASTODON_LINK)
    pictures: int = entry("Pictures", "In one post; it tells us.", default=4)
    picture_bytes: int = entry("Bytes", "Of a picture; it tells us.", default=16_777_216)
    picture_pixels: int = entry("Pixels", "Of a picture; it tells us.", default=33_177_600)
    alt: int = entry("Description", "Characters about a picture; it tells us.", default=1500)


class Mastodon(Channel):
    """One account on one server."""

    label = "Mastodon"
    credentials = Credentials
    options = Options
    capabilities = ALL
    media = Media(
        count=4, bytes=16_777_216, pixels=33_177_600, alt=1500,
        kinds=frozenset({"image/jpeg", "image/png", "image/gif"}),
    )  # fmt: skip
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

    @property
    def takes(self) -> Media:
        """The pictures that this server takes."""
        told = self.settings
        return replace(
            self.media, count=told.pictures, bytes=told.picture_bytes,
            pixels=told.picture_pixels, alt=told.alt,
        )  # fmt: skip

    def count(self, text: str) -> int:
        """Characters as readers see them, a link as much as the server says."""
        return count.mastodon(text, self.settings.per_link)

    def check(self) -> Identity:
        """The account's full name, the server's limits; the account is marked as automated."""
        me = self._ask("GET", "/api/v1/accounts/verify_credentials")
        limits = learned(self._ask("GET", "/api/v2/instance").get("configuration") or {})
        remarks = [*self._marked(me), *permissions(self._scopes())]
        name = f"@{me['acct']}@{urlsplit(self._server).netloc}"
        return Identity(name, limits, remark=" ".join(remarks))

    def publish(self, message: Message, sending: Callable[[], None]) -> Published:
        """One request; within the hour the server itself drops a repetition of it."""
        status = self._status(message) | {"visibility": self.settings.visibility}
        if message.after:
            status["in_reply_to_id"] = message.after[-1].remote_id
        images = message.pictures[: self.settings.pictures]
        brought = attached(message, images, lambda image: bring(self.label, self._call, image))
        sending()
        return published(self.label, self._post(status, brought, message.key))

    def find(self, message: Message) -> Published | None:
        """While the key holds, posting again is safe; later, look through the latest statuses."""
        if message.age < KEY_HOLDS:
            return None
        me = self._ask("GET", "/api/v1/accounts/verify_credentials")
        page = f"/api/v1/accounts/{quote(str(me['id']))}/statuses?limit=40&exclude_reblogs=true"
        for status in listed(self.label, self._call("GET", page)):
            if is_of(status, message):
                return published(self.label, status)
        return None

    def edit(self, there: Published, message: Message) -> Published:
        """The same status with another text; its pictures stay as they are."""
        at = f"/api/v1/statuses/{quote(there.remote_id)}"
        now = self._ask("GET", at)
        changed = self._status(message) | {"media_ids": kept(now)}
        return published(self.label, self._ask("PUT", at, json=changed))

    def delete(self, there: Published) -> None:
        """One that is gone already is no error."""
        self._call("DELETE", f"/api/v1/statuses/{quote(there.remote_id)}", fine=(404, 410))

    def measure(self, remote_ids: Sequence[str]) -> dict[str, Reactions]:
        """Favourites, boosts, replies and quotes."""
        return {str(one["id"]): reactions(one) for one in self._statuses(remote_ids)}

    def _statuses(self, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Many at once, or one by one where the server is too old for that (before 4.3)."""
        for begin in range(0, len(ids), _AT_ONCE):
            some = ids[begin : begin + _AT_ONCE]
            query = urlencode([("id[]", id) for id in some])
            answer = self._call("GET", f"/api/v1/statuses?{query}", fine=(400, 404, 405))
            yield from listed(self.label, answer) if answer.ok else self._each(some)

    def _each(self, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
        for id in ids:
            answer = self._call("GET", f"/api/v1/statuses/{quote(id)}", fine=(404, 410))
            if answer.ok:
                yield read(self.label, answer)

    def _status(self, message: Message) -> dict[str, Any]:
        status: dict[str, Any] = {"status": message.text}
        if message.language:
            status["language"] = message.language.partition("-")[0].lower()
        return status

    def _post(self, status: dict[str, Any], images: list[str], key: str) -> dict[str, Any]:
        """Without its pictures, if it is refused with them: they may be what is not liked."""
        wanted = status | {"media_ids": images} if images else status
        answer = self._call(
            "POST", "/api/v1/statuses", json=wanted, key=key, fine=(422,) if images else ()
        )
        if not answer.ok:
            if is_busy(answer.status_code, words(answer, "error")):
                raise busy(self.label)
            answer = self._call("POST", "/api/v1/statuses", json=status, key=key)
        return read(self.label, answer)

    def _marked(self, me: dict[str, Any]) -> list[str]:
        """Mark the account as automated, where it is not; what to tell its owner if we may not."""
        if not self.settings.bot or me.get("bot") is not False:
            return []
        answer = self._call(
            "PATCH", "/api/v1/accounts/update_credentials", data={"bot": "true"},
            fine=(400, 403, 404, 405, 422),
        )  # fmt: skip
        if answer.ok:
            return []
        return [
            "Its profile does not say that programs post there: tick “This is an automated "
            "account” there, or give the token write:accounts."
        ]

    def _scopes(self) -> list[str]:
        """What the token is for, where the server tells (since 4.3)."""
        answer = self._call(
            "GET", "/api/v1/apps/verify_credentials", fine=(400, 401, 403, 404, 405)
        )
        told = read(self.label, answer).get("scopes") if answer.ok else None
        return told if isinstance(told, list) else []

    @property
    def _server(self) -> str:
        return address(self.login.server)

    def _ask(self, method: str, path: str, json: object = None) -> dict[str, Any]:
        return read(self.label, self._call(method, path, json=json))

    def _call(
        self, method: str, path: str, key: str = "", fine: tuple[int, ...] = (), **body: Any
    ) -> requests.Response:
        """The answer, if it is a good one or one of *fine*. Raises NotSent."""
        headers = {"Authorization": f"Bearer {self.login.token}"}
        if key:
            headers["Idempotency-Key"] = key
        answer = self.noted(http.call(method, self._server + path, headers=headers, **body))
        if not 200 <= answer.status_code < 300 and answer.status_code not in fine:
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
