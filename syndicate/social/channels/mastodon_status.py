"""Statuses as a Mastodon server gives them back. Pure."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta
from typing import Any

import regex
import requests

from syndicate.lib.text import links
from syndicate.social.channels.message import Message, Published, Reactions
from syndicate.social.channels.refusal import unreadable

# Between our clock and the server's.
_SKEW = timedelta(minutes=5)
_TAG = re.compile(r"<[^>]*>")
_WORD = regex.compile(r"\w+")
# Of @user@host only @user is shown.
_HOST = regex.compile(r"(?<![\w/@])(@[\w.-]+)@[\w-]+(?:\.[\w-]+)+")


def published(who: str, status: dict[str, Any]) -> Published:
    """Where *status* stands. Raises NotSent (unknown) where that is not said."""
    if not status.get("id"):
        raise unreadable(who, "answered without the post's id")
    return Published(str(status["id"]), status.get("url") or status.get("uri") or "")


def listed(who: str, answer: requests.Response) -> list[dict[str, Any]]:
    """The statuses of *answer*. Raises NotSent (unknown)."""
    try:
        found = answer.json()
    except requests.JSONDecodeError as error:
        raise unreadable(who, "answered what cannot be read") from error
    if not isinstance(found, list):
        raise unreadable(who, "answered something unexpected")
    return [status for status in found if isinstance(status, dict)]


def is_of(status: dict[str, Any], message: Message) -> bool:
    """Whether *status* was made of *message*: not older, in the same place, and with its links.

    Without a link, with the same words: servers change blanks, quotes and marks.
    """
    made = datetime.fromisoformat(status["created_at"])
    wanted = [message.text[begin:end] for begin, end in links(message.text)]
    before = message.after[-1].remote_id if message.after else ""
    shown = html.unescape(status.get("content", ""))
    same = all(link in shown for link in wanted) if wanted else _said(shown) == _meant(message.text)
    answers = str(status.get("in_reply_to_id") or "")
    return made >= message.first_try - _SKEW and answers == before and same


def reactions(status: dict[str, Any]) -> Reactions:
    """How it was received, as far as this server counts."""
    return Reactions(
        likes=status.get("favourites_count"),
        reposts=status.get("reblogs_count"),
        replies=status.get("replies_count"),
        quotes=status.get("quotes_count"),
    )


def _said(content: str) -> list[str]:
    # A tag may stand within a word (#<span>tag</span>) or between two (<br>, </p><p>).
    spaced = re.sub(r"<(?:br|/p)[^>]*>", " ", content)
    return list(_WORD.findall(html.unescape(_TAG.sub("", spaced))))


def _meant(text: str) -> list[str]:
    return list(_WORD.findall(_HOST.sub(r"\1", text)))
