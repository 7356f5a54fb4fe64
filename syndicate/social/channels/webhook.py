"""A signed call to any program: Standard Webhooks (https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests

from syndicate.lib import clock, http
from syndicate.lib.errors import BadInput, NotSent, Scope
from syndicate.lib.text import graphemes
from syndicate.social.channels.base import (
    ALT,
    DELETE,
    EDIT,
    IDEMPOTENT,
    MEDIA,
    PERMALINK,
    THREAD,
    Channel,
)
from syndicate.social.channels.fields import entry
from syndicate.social.channels.message import Identity, Media, Message, Published
from syndicate.social.channels.refusal import refusal, words

PREFIX = "whsec_"
SECRET_BYTES = 32
# The specification's own limit is 20 kB for the whole call; this leaves room for the card.
LIMIT = 5000


@dataclass(frozen=True)
class Credentials:
    """Where to call, and the secret that both sides know."""

    url: str = entry("Address", "It receives a POST for each article.", secret=True)
    secret: str = entry(
        "Signing secret", "Begins with whsec_. Empty: one is made.", default="", secret=True
    )


@dataclass(frozen=True)
class Options:
    """None that matter to the receiver but its own limit."""

    limit: int = entry("Limit", "Characters of the text.", default=LIMIT)


class Webhook(Channel):
    """One receiver. It drops a repetition by the call's id, which stays the same."""

    label = "Webhook"
    credentials = Credentials
    options = Options
    capabilities = frozenset({IDEMPOTENT, PERMALINK, EDIT, DELETE, MEDIA, ALT, THREAD})
    media = Media(count=10, bytes=20_000_000)  # by address: nothing is fetched or sent but that

    @classmethod
    def complete(cls, credentials: dict[str, str]) -> dict[str, str]:
        """With a secret of our making, where none was given."""
        fresh = PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii")
        secret = credentials.get("secret") or fresh
        _key(secret)
        return credentials | {"secret": secret}

    @property
    def limit(self) -> int:
        """As the receiver wishes."""
        found: int = self.settings.limit
        return found

    def count(self, text: str) -> int:
        """Characters as readers see them."""
        return len(graphemes(text))

    def check(self) -> Identity:
        """Send a signed ``ping``."""
        self._call(f"ping_{secrets.token_hex(8)}", "ping", {})
        return Identity(urlsplit(self.login.url).hostname or "")

    def publish(self, message: Message, sending: Callable[[], None]) -> Published:
        """One call; the answer may name the ``id`` and ``url`` of what was made of it."""
        sending()
        answer = self._call(f"msg_{message.key}", "article.published", _about(message))
        return Published(
            words(answer, "id") or f"msg_{message.key}", _address(words(answer, "url"))
        )

    def find(self, message: Message) -> Published | None:
        """Calling again with the same id is what the receiver expects of us."""
        return None

    def edit(self, there: Published, message: Message) -> Published:
        """``article.updated``: the whole of it again, with the ``id`` that was answered."""
        now = {"id": there.remote_id, **_about(message)}
        answer = self._call(f"upd_{_digest(now, message.key)}", "article.updated", now)
        return Published(there.remote_id, _address(words(answer, "url")) or there.permalink)

    def delete(self, there: Published) -> None:
        """``article.withdrawn``, with the ``id`` that was answered."""
        gone = {"id": there.remote_id}
        self._call(f"del_{_digest(gone, '')}", "article.withdrawn", gone)

    def _call(self, id: str, type: str, data: dict[str, Any]) -> requests.Response:
        now = clock.now()
        body = _body(type, data, now)
        headers = {"Content-Type": "application/json", **sign(self.login.secret, id, body, now)}
        answer = http.call("POST", self.login.url, data=body, headers=headers)
        if not 200 <= answer.status_code < 300:
            raise self._refusal(answer, now)
        return answer

    def _refusal(self, answer: requests.Response, now: datetime) -> NotSent:
        host = urlsplit(self.login.url).hostname
        if answer.status_code in {404, 410}:
            return NotSent(
                f"Nobody listens at the webhook’s address on {host} ({answer.status_code}).",
                permanent=True, auth=True, scope=Scope.LANE, hint="Put its right address in.",
            )  # fmt: skip
        return refusal(f"The webhook on {host}", answer, words(answer, "error", "message"), now)


def _about(message: Message) -> dict[str, Any]:
    """A post in full: pictures by their addresses, and the parts of its thread before it."""
    return {
        "text": message.text,
        "language": message.language,
        **asdict(message.card),
        "pictures": [
            {"url": one.url, "alt": one.alt, "width": one.width, "height": one.height}
            for one in message.pictures
            if one.url
        ],
        "after": [{"id": one.remote_id, "url": one.permalink} for one in message.after],
    }


def _digest(data: dict[str, Any], key: str) -> str:
    """The same call, the same id: the receiver drops a repetition by it."""
    whole = json.dumps([key, data], sort_keys=True).encode()
    return hashlib.blake2b(whole, digest_size=12).hexdigest()


def sign(secret: str, id: str, body: bytes, at: datetime) -> dict[str, str]:
    """The three headers that prove where *body* comes from. Raises BadInput for a bad secret."""
    timestamp = str(int(at.timestamp()))
    signed = hmac.digest(_key(secret), f"{id}.{timestamp}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(signed).decode('ascii')}",
    }


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise BadInput(
            "The webhook’s signing secret is not one.",
            f"It is {PREFIX} and a base64 text; leave it empty and one is made.",
        )
    return key


def _body(type: str, data: dict[str, Any], now: datetime) -> bytes:
    call = {"type": type, "timestamp": now.isoformat(timespec="seconds"), "data": data}
    return json.dumps(call, ensure_ascii=False).encode()


def _address(text: str) -> str:
    return text if text.startswith(("https://", "http://")) else ""
