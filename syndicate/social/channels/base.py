"""What every channel promises, and what it is given.

::

    Post ─→ Message ─→ channel.publish ─→ Published(remote_id, permalink)
                                      └─→ NotSent(permanent, retry_after, scope, unknown, auth)
    an answer was never read? ─→ channel.find ─→ Published, or None: it is not there
    the article was corrected ─→ channel.edit       withdrawn ─→ channel.delete
    how was it received?      ─→ channel.measure ─→ Reactions

A leaf holds only what is different about its platform: its credentials and options (dataclasses, so
that forms and commands are made from them), its way of counting, and its calls.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar, NoReturn, Protocol

import requests

from syndicate.lib import clock
from syndicate.lib.errors import BadInput, NotSent
from syndicate.social.channels.fields import fill, known
from syndicate.social.channels.grant import Begun, Granted
from syndicate.social.channels.message import (
    Identity,
    Media,
    Message,
    Part,
    Published,
    Reactions,
)  # fmt: skip
from syndicate.social.channels.refusal import room

# What a leaf may declare in *capabilities*.
CARD = "card"  # a link preview, by the platform or by us
PERMALINK = "permalink"
READBACK = "readback"  # it can be asked whether a post stands
IDEMPOTENT = "idempotent"  # a repetition is dropped over there
EDIT = "edit"
DELETE = "delete"
METRICS = "metrics"
MEDIA = "media"  # pictures can be attached
ALT = "alt"  # with words for those who do not see them
THREAD = "thread"  # a part can answer the one before it
ALL = frozenset({CARD, PERMALINK, READBACK, IDEMPOTENT, EDIT, DELETE, METRICS, MEDIA, ALT, THREAD})


class Act(StrEnum):
    """What may cost money."""

    PUBLISH = "publish"
    FIND = "find"
    EDIT = "edit"
    DELETE = "delete"
    MEASURE = "measure"


class Session(Protocol):
    """Short-lived tokens that outlive one call, kept encrypted with the account."""

    def read(self) -> dict[str, str]:
        """What was written last, by whichever worker; empty at first."""

    def write(self, values: dict[str, str], expires: datetime | None = None) -> None:
        """Replace it; *expires*: when a person must act, if that is known."""

    def alone(self) -> AbstractContextManager[None]:
        """While inside, no other worker on any machine is: for a refresh token used once."""


class Channel(ABC):
    """One platform, with our credentials on it. Nothing here touches the database."""

    label: ClassVar[str]
    credentials: ClassVar[type]
    options: ClassVar[type]
    # What the platform does by itself or through us, for the desk to show: of ALL.
    capabilities: ClassVar[frozenset[str]] = frozenset()
    # The pictures it takes in a post, and the one that a card built by us may have.
    media: ClassVar[Media | None] = None
    thumb: ClassVar[Media | None] = None
    # Whether the platform forbids nearly the same text on several accounts.
    own_words: ClassVar[bool] = False
    # What an app of the site's owner there is known by, where one connects by authorising it.
    app: ClassVar[type | None] = None
    # What *back* may be where the platform shows a code to be copied; empty: it does not.
    by_hand: ClassVar[str] = ""

    def __init__(
        self, credentials: Mapping[str, str], options: Mapping[str, Any], session: Session
    ) -> None:
        self._credentials = credentials
        self._options = options
        self.session = session
        # Set by any answer that says no more may be asked for now: until when.
        self.full_until: datetime | None = None

    @cached_property
    def login(self) -> Any:
        """The credentials, as this channel's dataclass. Raises BadInput where one is missing."""
        return fill(self.credentials, self._credentials, self.label)

    @cached_property
    def settings(self) -> Any:
        """The options, as this channel's dataclass; what a newer release dropped stops nothing."""
        return known(self.options, self._options, self.label)

    @classmethod
    def complete(cls, credentials: dict[str, str]) -> dict[str, str]:
        """*credentials* as they will be kept, with what we can make ourselves. Raises BadInput."""
        return credentials

    @classmethod
    def begin(cls, app: Any, back: str) -> Begun:
        """Where to send a person who authorises us; the answer comes to *back*. Raises NotSent."""
        raise cls._not_so()

    @classmethod
    def finish(cls, app: Any, memo: Mapping[str, str], answer: Mapping[str, str]) -> Granted:
        """What came *back* (its query), and what :meth:`begin` kept → credentials.

        Raises BadInput where the person said no or the answer is another's, NotSent.
        """
        raise cls._not_so()

    @property
    def takes(self) -> Media | None:
        """The pictures that may be attached here: :attr:`media`, or less where a server says so."""
        return self.media

    @property
    @abstractmethod
    def limit(self) -> int:
        """How long a post may be, in what :meth:`count` counts."""

    @abstractmethod
    def count(self, text: str) -> int:
        """The length of *text* as the platform counts it."""

    @abstractmethod
    def check(self) -> Identity:
        """Ask the platform who we are. Raises NotSent."""

    @abstractmethod
    def publish(self, message: Message, sending: Callable[[], None]) -> Published:
        """Post it. Raises NotSent.

        *sending* is called right before the one request that makes the post public; what it raises
        must go through, for then the post is no longer ours to send.
        """

    def find(self, message: Message) -> Published | None:
        """Whether *message* stands there already, None if surely not. Raises NotSent if unsure."""
        raise NotSent(
            f"{self.label} cannot be asked whether the post is there.",
            permanent=True,
            unknown=True,
            hint="Look at the account, then say whether it was posted.",
        )

    def edit(self, there: Published, message: Message) -> Published:
        """Make the post that stands *there* say *message*. Twice is as once. Raises NotSent."""
        self._cannot("change a post")

    def delete(self, there: Published) -> None:
        """Take it down; one that is gone already is no error. Raises NotSent."""
        self._cannot("take a post down")

    def measure(self, remote_ids: Sequence[str]) -> dict[str, Reactions]:
        """What became of posts; those that are gone are left out. Raises NotSent."""
        self._cannot("tell how a post was received")

    def cost(self, act: Act, text: str = "", pictures: int = 0) -> int:
        """What *act* costs, in thousandths of a US dollar; of :attr:`Act.MEASURE`, each post."""
        return 0

    def parts(self, text: str) -> list[Part]:
        """*text* as readers will see it, links told apart."""
        return [Part(text)]

    def fits(self, text: str) -> bool:
        """Whether *text* may be posted as it is."""
        return self.count(text) <= self.limit

    def noted(self, answer: requests.Response) -> requests.Response:
        """*answer*, after what it says of how much we may still ask has been kept."""
        self.full_until = room(answer.headers, clock.now()) or self.full_until
        return answer

    @classmethod
    def _not_so(cls) -> BadInput:
        return BadInput(f"{cls.label} is not connected by allowing us.", "Give its credentials.")

    def _cannot(self, what: str) -> NoReturn:
        raise NotSent(f"{self.label} cannot {what}.", permanent=True, hint="Do it there by hand.")
