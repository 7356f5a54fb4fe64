"""A post on Threads before anybody sees it: its container, once it is ready.

::

    pictures fetched by Threads? ─→ one, or an album ─┐
    else, or where it cannot have them: words ────────┴─→ container ─→ its id is kept ─→ FINISHED
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Protocol

from syndicate.lib.errors import NotSent, Scope
from syndicate.social.channels.graph import GraphError
from syndicate.social.channels.message import Message
from syndicate.social.channels.refusal import unreadable
from syndicate.social.channels.threads_session import LABEL, ThreadsSession, mark
from syndicate.social.channels.threads_text import MOST_LINKS, addresses
from syndicate.social.channels.wait import until

log = logging.getLogger(__name__)

# What Threads wants for a picture; words alone are ready at once.
READY_WITHIN = 60  # seconds
_NOT_IN_TOPICS = ".&"
_TOPIC = 50


class Ask(Protocol):
    """GraphChannel's way of asking."""

    def __call__(
        self, method: str, path: str, fields: Mapping[str, str] | None = None, *, mine: bool = True
    ) -> dict[str, Any]: ...


class Containers:
    """Of one account: *card* and *topic* are its options."""

    def __init__(self, ask: Ask, kept: ThreadsSession, *, card: bool, topic: str) -> None:
        self._ask = ask
        self._kept = kept
        self._card = card
        self._topic = topic

    def ready(self, message: Message) -> tuple[str, bool]:
        """A container that can be published, and whether it is already."""
        here = _mark(message)
        container, there = self._kept.container(message.key)
        if not container or there != here:
            return self._finished(message, self._begin(message, here))
        status, _ = self.status(container)
        if status in {"IN_PROGRESS", "FINISHED", "PUBLISHED"}:
            return self._finished(message, container)
        return self._finished(message, self._begin(message, here))

    def _finished(self, message: Message, container: str) -> tuple[str, bool]:
        status, why = until(lambda: self._looked(container), READY_WITHIN) or ("", "")
        if status in {"FINISHED", "PUBLISHED"}:
            return container, status == "PUBLISHED"
        if not status:
            raise NotSent(f"{LABEL} has not made the post ready yet.", permanent=False,
                          hint="It goes on by itself.")  # fmt: skip
        self._kept.forget(message.key)
        raise NotSent(f"{LABEL} could not make the post: {why or status}.", permanent=False)

    def _begin(self, message: Message, here: str) -> str:
        """A new container, written down; without pictures where Threads cannot have them."""
        container = self._with_pictures(message) or self._container(self._words(message))
        self._kept.keep(message.key, container, here)
        return container

    def _with_pictures(self, message: Message) -> str:
        pictures = [picture for picture in message.pictures if picture.url]
        fields = [
            {"media_type": "IMAGE", "image_url": one.url}
            | ({"alt_text": one.alt} if one.alt else {})
            for one in pictures
        ]
        if not fields:
            return ""
        words = self._common(message)
        try:
            if len(fields) == 1:
                return self._whole(self._container(fields[0] | words))
            parts = [self._container(one | {"is_carousel_item": "true"}) for one in fields]
            whole = [self._whole(part) for part in parts]
            album = {"media_type": "CAROUSEL", "children": ",".join(whole)}
            return self._whole(self._container(album | words))
        except NotSent as error:
            if error.scope is Scope.LANE or not error.permanent:
                raise
            log.info("the post goes without a picture: %s", error.message)
            return ""

    def _whole(self, container: str) -> str:
        """*container* once its pictures have been fetched. Raises NotSent: do without them."""
        status, why = until(lambda: self._looked(container), READY_WITHIN) or ("", "")
        if status not in {"FINISHED", "PUBLISHED"}:
            said = why or status or "it took too long"
            raise NotSent(f"{LABEL} did not take a picture: {said}.", permanent=True)
        return container

    def _words(self, message: Message) -> dict[str, str]:
        """A post of words; its card shows the link as it stands in the text."""
        fields = {"media_type": "TEXT"} | self._common(message)
        found = addresses(message.text)
        link = found[0] if found else message.card.url
        if self._card and message.card.url and len({*found, link}) <= MOST_LINKS:
            fields["link_attachment"] = link
        return fields

    def _common(self, message: Message) -> dict[str, str]:
        fields = {"text": message.text}
        if topic := "".join(c for c in self._topic if c not in _NOT_IN_TOPICS):
            fields["topic_tag"] = topic.lstrip("#")[:_TOPIC]
        if message.after:
            fields["reply_to_id"] = message.after[-1].remote_id
        return fields

    def _container(self, fields: Mapping[str, str]) -> str:
        made = self._ask("POST", "me/threads", fields)
        if not made.get("id"):
            raise unreadable(LABEL, "answered without the container's id")
        return str(made["id"])

    def _looked(self, container: str) -> tuple[str, str] | None:
        found = self.status(container)
        # A fresh one may not be known everywhere yet.
        return None if found[0] in {"IN_PROGRESS", ""} else found

    def status(self, container: str) -> tuple[str, str]:
        """What it says of itself, and why; empty where Threads knows of none."""
        try:
            told = self._ask("GET", container, {"fields": "status,error_message"}, mine=False)
        except GraphError as error:
            if error.trouble.gone:
                return "", ""
            raise
        return str(told.get("status", "")), str(told.get("error_message", ""))


def _mark(message: Message) -> str:
    """Of all that is in a container: one for other words is of no use."""
    pictures = [word for one in message.pictures for word in (one.url, one.alt)]
    after = [one.remote_id for one in message.after[-1:]]
    return mark(message.text, message.card.url, *pictures, *after)
