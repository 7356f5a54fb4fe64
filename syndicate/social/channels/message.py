"""What channels are given and what they give back: plain data, no database, no network."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class Card:
    """What a platform shows below a link; all but *url* may be empty."""

    url: str = ""
    title: str = ""
    description: str = ""
    image: str = ""  # address of a picture
    alt: str = ""


@dataclass(frozen=True)
class Media:
    """What pictures a platform takes; 0 where it sets no limit."""

    count: int  # in one post
    bytes: int  # of one picture
    side: int = 0  # pixels, the longer one
    pixels: int = 0  # width times height
    ratio: float = 0  # the longer side by the shorter one
    alt: int = 0  # characters
    kinds: frozenset[str] = frozenset({"image/jpeg", "image/png"})


@dataclass(frozen=True)
class Image:
    """A picture that fits its platform's :class:`Media`."""

    data: bytes
    kind: str  # "image/jpeg"
    width: int  # pixels
    height: int
    alt: str = ""
    url: str = ""  # where everybody can get it; empty where nobody can


@dataclass(frozen=True)
class Published:
    """It stands there. *permalink* is empty where the platform gives no address."""

    remote_id: str
    permalink: str = ""


@dataclass(frozen=True)
class Message:
    """One post, ready to go; or one part of a thread."""

    text: str  # exactly what will stand there, the link in it
    card: Card
    key: str  # the same at every try: idempotency key or record id (social.key)
    language: str  # BCP 47, or empty
    first_try: datetime
    now: datetime
    pictures: tuple[Image, ...] = ()  # to be attached, where the leaf takes media
    thumb: Image | None = None  # the card's picture, where the leaf builds cards itself
    after: tuple[Published, ...] = ()  # the parts of the thread that stand already, the first first

    @property
    def age(self) -> timedelta:
        """Since the first try."""
        return self.now - self.first_try


@dataclass(frozen=True)
class Identity:
    """Whom our credentials belong to; *learned* options are kept with the account."""

    handle: str
    learned: dict[str, Any] = field(default_factory=dict)
    expires: datetime | None = None  # when our credentials end, as far as the platform says
    remark: str = ""  # what its owner should know or do there, in words


@dataclass(frozen=True)
class Part:
    """A stretch of a post as readers see it; *href* is empty for plain text."""

    shown: str
    href: str = ""


@dataclass(frozen=True)
class Reactions:
    """What became of a post there; None where the platform does not tell."""

    likes: int | None = None
    reposts: int | None = None
    replies: int | None = None
    quotes: int | None = None
    views: int | None = None
    clicks: int | None = None
