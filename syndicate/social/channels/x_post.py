"""Posts as X gives them back, and what X is paid. Pure."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from syndicate.lib.errors import NotSent
from syndicate.social import weigh
from syndicate.social.channels.base import Act
from syndicate.social.channels.message import Reactions

# Thousandths of a US dollar (https://docs.x.com/x-api/getting-started/pricing).
WITH_LINK, WITHOUT, DELETED, DESCRIBED, READ = 200, 15, 10, 5, 1
# Reading back asks for what was posted since the first try; mostly a few.
_READ_BACK = 5 * READ
_SCHEME = re.compile(r"https?://", re.IGNORECASE)


def price(act: Act, text: str, pictures: int) -> int:
    """What *act* costs. A link is what X makes one of: ``example.org`` alone is."""
    post = (WITH_LINK if weigh.has_link(text) else WITHOUT) + pictures * DESCRIBED
    prices = {
        Act.PUBLISH: post, Act.FIND: _READ_BACK, Act.EDIT: post + READ, Act.DELETE: DELETED,
        Act.MEASURE: READ,
    }  # fmt: skip
    return prices[act]


def written(tweet: dict[str, Any]) -> str:
    """A post's text as it was written: X shortens links, escapes ``&``, and links pictures."""
    # Longer posts stand whole in a field of their own, which X has renamed.
    note = tweet.get("note_tweet") or tweet.get("note_post") or tweet
    text = html.unescape(note.get("text", ""))
    for url in (note.get("entities") or {}).get("urls", []):
        text = text.replace(url["url"], "" if url.get("media_key") else url["expanded_url"])
    return text.rstrip()


def same(tweet: dict[str, Any], text: str) -> bool:
    """Whether *tweet* says *text*, whatever X did to blanks and to the beginnings of links."""
    return _plain(written(tweet)) == _plain(text)


def latest(tweet: dict[str, Any]) -> str:
    """The id of its latest version."""
    versions = tweet.get("edit_history_tweet_ids") or tweet.get("edit_history_post_ids") or []
    return str(max([tweet["id"], *versions], key=int))


def changeable(tweet: dict[str, Any], now: datetime) -> None:
    """Raises NotSent where X changes it no more: half an hour, five times."""
    controls = tweet.get("edit_controls") or {}
    until = controls.get("editable_until")
    late = until is not None and datetime.fromisoformat(until) <= now
    if late or controls.get("edits_remaining") == 0 or not controls.get("is_edit_eligible", True):
        raise NotSent(
            "X lets nobody change this post any more.", permanent=True,
            hint="Posts there can be changed for half an hour, five times. Take it down instead.",
        )  # fmt: skip


def reactions(tweets: Iterable[dict[str, Any]]) -> dict[str, Reactions]:
    """By id, how each was received."""
    told = {str(tweet["id"]): tweet.get("public_metrics") or {} for tweet in tweets}
    return {
        id: Reactions(
            likes=numbers.get("like_count"),
            reposts=numbers.get("retweet_count"),
            replies=numbers.get("reply_count"),
            quotes=numbers.get("quote_count"),
            views=numbers.get("impression_count"),
        )
        for id, numbers in told.items()
    }


def _plain(text: str) -> list[str]:
    return _SCHEME.sub("", unicodedata.normalize("NFC", text)).split()
