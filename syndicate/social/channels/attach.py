"""Pictures of a post, brought one by one: one that will not do costs no post."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TypeVar

from syndicate.lib.errors import NotSent, Scope
from syndicate.social.channels.message import Image, Message

log = logging.getLogger(__name__)

Brought = TypeVar("Brought")

# So long a picture is brought again that did not arrive or made the server stumble; then the post
# goes without it. Some servers answer 500 to a picture that they will never like.
PATIENCE = timedelta(minutes=10)


def attached(
    message: Message, pictures: Iterable[Image], bring: Callable[[Image], Brought]
) -> list[Brought]:
    """What *bring* made of each picture of *message*; those that were refused are left out.

    Raises NotSent for what is about the account, and for what may be over at the next try.
    """
    found = []
    for picture in pictures:
        try:
            found.append(bring(picture))
        except NotSent as error:
            if not dispensable(error, message):
                raise
            log.warning("a post goes without its picture %s: %s", picture.url, error.message)
    return found


def dispensable(error: NotSent, message: Message) -> bool:
    """Whether *error* is about a picture alone, and will not pass."""
    ours = error.auth or error.scope is Scope.LANE
    return not ours and (error.permanent or message.age >= PATIENCE)
