"""Posts as X keeps them: links shortened, pictures as a link, all versions in a row."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import regex

EDITABLE = timedelta(minutes=30)
EDITS = 5
_LINK = regex.compile(r"https?://\S+")


@dataclass
class Tweet:
    """One version of a post."""

    id: str
    sent: str  # as it came
    at: datetime
    media: list[str] = field(default_factory=list)
    after: str = ""  # what it answers
    history: list[str] = field(default_factory=list)  # the ids of all its versions
    metrics: dict[str, int] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        """As the API tells of it, with all fields that we ask for."""
        text, urls = shown(self.sent, self.id, self.media)
        left = EDITS - len(self.history) + 1
        return {
            "id": self.id,
            "text": text,
            "created_at": self.at.isoformat(),
            "edit_history_tweet_ids": self.history,
            "edit_controls": {
                "is_edit_eligible": True,
                "editable_until": (self.at + EDITABLE).isoformat(),
                "edits_remaining": left,
            },
            "entities": {"urls": urls} if urls else {},
            "attachments": {"media_keys": [f"3_{id}" for id in self.media]} if self.media else {},
            "public_metrics": {
                "retweet_count": 0, "reply_count": 0, "like_count": 0, "quote_count": 0,
                "bookmark_count": 0, "impression_count": 0,
            } | self.metrics,
        }  # fmt: skip

    def editable(self, now: datetime) -> bool:
        """Whether it may still be changed."""
        return now < self.at + EDITABLE and len(self.history) <= EDITS


def shown(text: str, id: str, media: list[str]) -> tuple[str, list[dict[str, Any]]]:
    """The text as X keeps it, and what the links in it were; pictures are a link at its end."""
    urls = [
        {"url": f"https://t.co/{number:010}", "expanded_url": link.group()}
        for number, link in enumerate(_LINK.finditer(text))
    ]
    for url in urls:
        text = text.replace(url["expanded_url"], url["url"])
    if media:
        photo = f"https://x.com/review/status/{id}/photo/1"
        at = {"url": "https://t.co/picture", "expanded_url": photo}
        urls += [at | {"media_key": f"3_{one}"} for one in media]
        text += f" {at['url']}"
    return html.escape(text, quote=False), urls
