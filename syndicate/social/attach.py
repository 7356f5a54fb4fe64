"""A part of a post as its channel is given it, its pictures fitted.

A picture that cannot be had, or not be made to fit, is left out: it must not cost the post.
"""

from __future__ import annotations

import logging
from datetime import datetime

from syndicate.lib.config import site
from syndicate.lib.errors import BadInput
from syndicate.social.channels.base import Channel
from syndicate.social.channels.message import Card, Image, Media, Message
from syndicate.social.drawn import drawn
from syndicate.social.habits import NONE
from syndicate.social.key import first_try, part
from syndicate.social.models import Post
from syndicate.social.pictures import load

log = logging.getLogger(__name__)


def message(post: Post, number: int, there: Channel, now: datetime) -> Message:
    """Part *number* of *post*; pictures and the card belong to the first."""
    card = Card(**post.card) if not number else Card()
    return Message(
        text=post.texts[number],
        card=card,
        key=part(post.key, number),
        language=post.article.language or site().publication.language,
        first_try=first_try(post.key),
        now=now,
        pictures=() if number else _attached(post, there.takes),
        thumb=None if number else _thumb(post, card, there.thumb),
        after=post.standing,
    )


def _attached(post: Post, media: Media | None) -> tuple[Image, ...]:
    if media is None:
        return ()
    given = post.pictures[: media.count]
    found = (_image(post, each["url"], each["alt"], media) for each in given)
    return tuple(image for image in found if image is not None)


def _thumb(post: Post, card: Card, media: Media | None) -> Image | None:
    habits = post.account.habits
    wanted = card.image or (habits.draw and habits.picture != NONE)
    if media is None or not card.url or not wanted:
        return None
    return _image(post, card.image, card.alt, media)


def _image(post: Post, url: str, alt: str, media: Media) -> Image | None:
    """The picture at *url*; without one, drawn."""
    try:
        if url:
            return load(url, media, alt)
        return drawn(post, media, alt)
    except BadInput as error:
        log.info("%s goes without a picture: %s", post, error.message)
        return None
