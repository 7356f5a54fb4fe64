"""Slack, through an incoming webhook of one channel
(https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).

It answers "ok" and no more: no number to change a post by, nothing that drops a repetition. With a
bot's token there is more: :mod:`syndicate.social.channels.slackbot`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

import requests

from syndicate.lib import clock, http
from syndicate.lib.errors import BadInput, NotSent, Scope
from syndicate.social.channels.base import ALT, CARD, MEDIA, Channel
from syndicate.social.channels.fields import entry
from syndicate.social.channels.linked import linked
from syndicate.social.channels.message import Identity, Image, Media, Message, Part, Published
from syndicate.social.channels.refusal import RECONNECT, refusal, shut, unreadable

LIMIT = 40_000
_ADDRESS = 3000  # characters of a picture's
_HOOK = re.compile(r"/services/T\w+/(B\w+)/\w+/?")
_CODE = re.compile(r"[a-z_]+")
# It has no other way to be asked whether it is there: nothing is posted of nothing.
_OF_NOTHING = {"no_text", "missing_text_or_fallback_or_attachments"}
_WEBHOOK_IS_GONE = {
    "invalid_token", "no_service", "no_service_id", "no_active_hooks", "no_team", "invalid_team",
    "team_disabled",
}  # fmt: skip


@dataclass(frozen=True)
class Credentials:
    """A webhook's address: whoever knows it may post."""

    url: str = entry(
        "Webhook address",
        "Of your Slack app, under Incoming Webhooks: https://hooks.slack.com/services/….",
        secret=True,
    )


@dataclass(frozen=True)
class Options:
    """None: the webhook was made for one channel."""


class Slack(Channel):
    """One webhook. Slack makes the card; pictures are fetched from where everybody can get them."""

    label = "Slack"
    credentials: ClassVar[type] = Credentials
    options: ClassVar[type] = Options
    capabilities = frozenset({CARD, MEDIA, ALT})
    # It names no size; whatever is larger is no picture for a chat.
    media = Media(count=10, bytes=10_000_000, alt=2000)
    limit = LIMIT

    @classmethod
    def complete(cls, credentials: dict[str, str]) -> dict[str, str]:
        """Refuses an address that is no webhook's."""
        if credentials.get("url"):
            _name(credentials["url"])
        return credentials

    def count(self, text: str) -> int:
        """Characters as they are sent, marks and all."""
        return len(mrkdwn(text))

    def parts(self, text: str) -> list[Part]:
        """Links show their address."""
        return linked(text)

    def check(self) -> Identity:
        """Send nothing, which a webhook that is there says it will not post."""
        answer = self._call({"text": ""})
        if _said(answer) not in _OF_NOTHING:
            self._good(answer)
        return Identity(_name(self.login.url))

    def publish(self, message: Message, sending: Callable[[], None]) -> Published:
        """One request; a second only where the first was surely refused for its pictures."""
        sending()
        answer = self._call(payload(message))
        if answer.status_code == 400 and _shown(message):
            answer = self._call(payload(message, bare=True))
        self._good(answer)
        return Published("")

    def _call(self, post: dict[str, Any]) -> requests.Response:
        """Any answer. The address is the secret: it is never shown."""
        return self.noted(http.call("POST", self.login.url, json=post))

    def _good(self, answer: requests.Response) -> None:
        if not 200 <= answer.status_code < 300:
            raise _refusal(answer, clock.now())
        if answer.text.strip() != "ok":
            raise unreadable(self.label, "answered something unexpected")


def payload(message: Message, bare: bool = False) -> dict[str, Any]:
    """What is posted; *bare*: without pictures. Below the text they stand in place of previews."""
    pictures = [] if bare else _shown(message)
    previews = bool(message.card.url) and not pictures
    post: dict[str, Any] = {
        "text": mrkdwn(message.text), "unfurl_links": previews, "unfurl_media": previews,
    }  # fmt: skip
    if pictures:
        words = message.card.title or "Picture"
        blocks = [
            {"type": "image", "image_url": one.url, "alt_text": one.alt or words}
            for one in pictures
        ]
        post["attachments"] = [{"fallback": words, "blocks": blocks}]
    return post


def mrkdwn(text: str) -> str:
    """*text* with its links whole, and nothing in it that calls people or links elsewhere.

    Slack knows no escape for ``*``, ``_``, ``~`` and a backtick: a pair of them may be read as a
    mark (https://docs.slack.dev/messaging/formatting-message-text).
    """
    return "".join(
        f"<{_escape(part.href).replace('|', '%7C')}|{_escape(part.shown)}>"
        if part.href
        else _escape(part.shown)
        for part in linked(text)
    )


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _shown(message: Message) -> list[Image]:
    """Those of its pictures that Slack can fetch."""
    return [one for one in message.pictures if one.url and len(one.url) <= _ADDRESS]


def _name(address: str) -> str:
    """What the webhook is called in its address; the secret follows it. Raises BadInput."""
    url = urlsplit(address)
    found = _HOOK.fullmatch(url.path)
    if found is None or url.scheme not in {"https", "http"} or not url.netloc:
        raise BadInput(
            "This is no address of an incoming webhook of Slack.",
            "It looks like https://hooks.slack.com/services/T0/B0/abc; copy it from your app.",
        )
    return f"webhook {found[1]}"


def _said(answer: requests.Response) -> str:
    """Slack's word for what is wrong: the whole of the body, if it is one."""
    text = answer.text.strip()
    return text if _CODE.fullmatch(text) else ""


def _refusal(answer: requests.Response, now: datetime) -> NotSent:
    """What a refusal means; 400 is about the post, the other 4xx are about where it goes."""
    said, status = _said(answer), answer.status_code
    reason = f"({status}){f': {said}' if said else ''}"
    if said in _WEBHOOK_IS_GONE:
        return NotSent(
            f"Slack knows this webhook no longer {reason}.",
            permanent=True, auth=True, scope=Scope.LANE, hint=RECONNECT,
        )  # fmt: skip
    if status in {403, 404, 410}:
        hint = "Look at the channel there, then resume the account."
        return shut("Slack", f"takes no post there {reason}", hint)
    return refusal("Slack", answer, said, now)
