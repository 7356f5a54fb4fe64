"""Slack, with a bot's token: posts that can be changed and taken down, and threads
(https://docs.slack.dev/reference/methods/chat.postMessage).

Nothing drops a repetition, and reading a channel back would need far wider rights than writing in
it: after an answer that was never read only a person can tell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests

from syndicate.lib import clock, http
from syndicate.lib.errors import NotSent, Scope
from syndicate.social.channels.base import (
    ALT,
    CARD,
    DELETE,
    EDIT,
    MEDIA,
    PERMALINK,
    THREAD,
)  # fmt: skip
from syndicate.social.channels.fields import entry
from syndicate.social.channels.message import Identity, Message, Published
from syndicate.social.channels.refusal import (
    PATIENCE,
    RECONNECT,
    one_post,
    read,
    refusal,
    shut,
    unreadable,
)  # fmt: skip
from syndicate.social.channels.slack import Slack, mrkdwn, payload

API = "https://slack.com/api"
# A refusal comes with 200 and one of these; any other is about the post itself.
_REFUSED = {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"}
_SHUT = {
    "access_denied", "accesslimited", "channel_not_found", "ekm_access_denied", "is_archived",
    "is_inactive", "missing_scope", "no_permission", "not_allowed_token_type", "not_in_channel",
    "org_login_required", "restricted_action", "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel", "team_access_not_granted", "two_factor_setup_required",
}  # fmt: skip
_OFTEN = {"ratelimited", "rate_limited"}
# Of the first three Slack itself says that part of it may have been done.
_OPEN = {"fatal_error", "internal_error", "service_unavailable"}
_LATER = {"request_timeout", "team_added_to_org", "external_channel_migrating"}
_ITS_PICTURES = {
    "invalid_attachments", "invalid_blocks", "invalid_blocks_format", "too_many_attachments"
}  # fmt: skip


@dataclass(frozen=True)
class Credentials:
    """A bot, and where it writes."""

    token: str = entry(
        "Bot token",
        "Of your Slack app, with the scope chat:write; it begins with xoxb-.",
        secret=True,
    )
    channel: str = entry("Channel", "Its id, like C0123ABCD, or #name. The bot must be in it.")


@dataclass(frozen=True)
class Options:
    """For the address of posts."""

    workspace: str = entry("Workspace", "Its address; Slack tells us.", default="")
    api: str = entry("API address", "Only for a proxy or a test.", default=API)


class SlackBot(Slack):
    """One channel. As with a webhook, and each post has a number to change it by."""

    label = "Slack (bot)"
    credentials = Credentials
    options = Options
    capabilities = frozenset({ALT, CARD, DELETE, EDIT, MEDIA, PERMALINK, THREAD})

    @classmethod
    def complete(cls, credentials: dict[str, str]) -> dict[str, str]:
        """As they are."""
        return credentials

    def check(self) -> Identity:
        """The channel as we name it, and its workspace."""
        me = self._ask("auth.test")
        named = f"{self.login.channel} in {me.get('team') or 'Slack'}"
        return Identity(named, {"workspace": str(me.get("url") or "")})

    def publish(self, message: Message, sending: Callable[[], None]) -> Published:
        """One request; a second only where the first was surely refused for its pictures."""
        workspace = self.settings.workspace or str(self._ask("auth.test").get("url") or "")
        place: dict[str, Any] = {"channel": self.login.channel}
        if message.after:
            place["thread_ts"] = _place(message.after[0])[1]
        sending()
        answer = self._method("chat.postMessage", place | payload(message))
        if message.pictures and _error(answer) in _ITS_PICTURES:
            answer = self._method("chat.postMessage", place | payload(message, bare=True))
        return self._published(self._read(answer), workspace)

    def edit(self, there: Published, message: Message) -> Published:
        """Its text; pictures stay."""
        channel, ts = _place(there)
        # Unlike a new post, a changed one would have its words read for names and links.
        asked = {"channel": channel, "ts": ts, "text": mrkdwn(message.text), "parse": "none"}
        with one_post():
            self._ask("chat.update", asked)
        return there

    def delete(self, there: Published) -> None:
        """Unless the workspace forbids it."""
        channel, ts = _place(there)
        answer = self._method("chat.delete", {"channel": channel, "ts": ts})
        if _error(answer) != "message_not_found":
            with one_post():
                self._read(answer)

    def _ask(self, method: str, asked: dict[str, Any] | None = None) -> dict[str, Any]:
        return self._read(self._method(method, asked or {}))

    def _method(self, method: str, asked: dict[str, Any]) -> requests.Response:
        headers = {
            "Authorization": f"Bearer {self.login.token}",
            "Content-Type": "application/json; charset=utf-8",
        }
        url = f"{self.settings.api.rstrip('/')}/{method}"
        return self.noted(http.call("POST", url, json=asked, headers=headers))

    def _read(self, answer: requests.Response) -> dict[str, Any]:
        if not 200 <= answer.status_code < 300:
            raise refusal(self.label, answer, _error(answer), clock.now())
        found = read(self.label, answer)
        if found.get("ok") is not True:
            raise _refusal(answer, clock.now())
        return found

    def _published(self, posted: dict[str, Any], workspace: str) -> Published:
        channel, ts = posted.get("channel"), posted.get("ts")
        if not channel or not ts:
            raise unreadable(self.label, "answered without the post's number")
        address = f"{workspace.rstrip('/')}/archives/{channel}/p{str(ts).replace('.', '')}"
        return Published(f"{channel}/{ts}", address if workspace else "")


def _place(there: Published) -> tuple[str, str]:
    """Channel and time stamp, which is a message's number there."""
    channel, _, ts = there.remote_id.partition("/")
    if not ts:
        raise NotSent("Nobody knows which message it is.", permanent=True, hint="Do it by hand.")
    return channel, ts


def _error(answer: requests.Response) -> str:
    """Slack's word for what is wrong; empty where it says that nothing is."""
    try:
        found = answer.json()
    except requests.JSONDecodeError:
        return ""
    return str(found.get("error") or "") if isinstance(found, dict) else ""


def _refusal(answer: requests.Response, now: datetime) -> NotSent:
    """What a refusal with 200 means, by its word."""
    error = _error(answer)
    if error in _REFUSED:
        return NotSent(
            f"Slack refuses our credentials: {error}.",
            permanent=True, auth=True, scope=Scope.LANE, hint=RECONNECT,
        )  # fmt: skip
    if error in _SHUT:
        hint = "Let the bot into the channel, with the scope chat:write, then resume the account."
        return shut("Slack", f"takes no post of the bot’s: {error}", hint)
    if error in _OFTEN:
        return NotSent(
            f"Slack asks us to wait: {error}.",
            permanent=False, scope=Scope.LANE, hint="It goes on by itself.",
            retry_after=http.retry_after(answer.headers, now) or PATIENCE,
        )  # fmt: skip
    if not error or error in _OPEN:
        return unreadable("Slack", f"has trouble of its own: {error or 'no word why'}")
    if error in _LATER:
        return NotSent(f"Slack cannot do it now: {error}.", permanent=False)
    return NotSent(f"Slack refuses the post: {error[:300]}.", permanent=True)
