"""Pictures for X (https://docs.x.com/x-api/media/media-upload): brought, then described."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable
from typing import Any

import requests

from syndicate.lib.errors import NotSent
from syndicate.social.channels.attach import dispensable
from syndicate.social.channels.message import Image, Media, Message
from syndicate.social.channels.refusal import read, unreadable

log = logging.getLogger(__name__)

TAKES = Media(count=4, bytes=5_000_000, side=8192, alt=1000)
Call = Callable[[str, str, dict[str, Any]], requests.Response]


def bring(call: Call, picture: Image, message: Message) -> str:
    """The id of *picture* at X, its words with it. Raises NotSent."""
    whole = {
        "media": base64.b64encode(picture.data).decode("ascii"),
        "media_category": "tweet_image",
    }
    id = (read("X", call("POST", "/2/media/upload", whole)).get("data") or {}).get("id")
    if not id:
        raise unreadable("X", "took a picture and gave it no id")
    if picture.alt:
        _describe(call, str(id), picture.alt, message)
    return str(id)


def kept(tweet: dict[str, Any]) -> list[str]:
    """The ids of the pictures that *tweet* has: ``3_1849`` → ``1849``."""
    keys = (tweet.get("attachments") or {}).get("media_keys") or []
    return [key.partition("_")[2] for key in keys]


def _describe(call: Call, id: str, words: str, message: Message) -> None:
    try:
        call("POST", "/2/media/metadata", {"id": id, "metadata": {"alt_text": {"text": words}}})
    except NotSent as error:
        # The picture is worth more than its words, and the post more than either.
        if not dispensable(error, message):
            raise
        log.warning("a picture goes to X without its words: %s", error.message)
