"""What every channel promises, and what it is given.

::

    Post ─→ Message ─→ channel.publish ─→ Published(remote_id, permalink)
                                      └─→ NotSent(permanent, retry_after, scope, unknown, auth)
    an answer was never read? ─→ channel.find ─→ Published, or None: it is not there

A leaf holds only what is different about its platform: its credentials and options (dataclasses, so
that forms and commands are made from them), its way of counting, and its calls.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar, Protocol

from syndicate.lib.errors import BadInput, NotSent


@dataclass(frozen=True)
class Card:
    """What a platform shows below a link; all but *url* may be empty."""

    url: str = ""
    title: str = ""
    description: str = ""
    image: str = ""  # address of a picture
    alt: str = ""


@dataclass(frozen=True)
class Message:
    """One post, ready to go."""

    text: str  # exactly what will stand there, the link in it
    card: Card
    key: str  # the same at every try: idempotency key or record id (social.key)
    language: str  # BCP 47, or empty
    first_try: datetime
    now: datetime

    @property
    def age(self) -> timedelta:
        """Since the first try."""
        return self.now - self.first_try


@dataclass(frozen=True)
class Published:
    """It stands there. *permalink* is empty where the platform gives no address."""

    remote_id: str
    permalink: str


@dataclass(frozen=True)
class Identity:
    """Whom our credentials belong to; *learned* options are kept with the account."""

    handle: str
    learned: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """A stretch of a post as readers see it; *href* is empty for plain text."""

    shown: str
    href: str = ""


@dataclass(frozen=True)
class Field:
    """One credential or option, for a form or a command's flag."""

    name: str
    label: str
    help: str
    secret: bool
    required: bool
    default: Any
    choices: tuple[str, ...] = ()


class Session(Protocol):
    """Short-lived tokens that outlive one call, kept encrypted with the account."""

    def read(self) -> dict[str, str]:
        """What was written last; empty at first."""

    def write(self, values: dict[str, str]) -> None:
        """Replace it."""


def entry(
    label: str,
    help: str = "",
    *,
    default: Any = ...,
    secret: bool = False,
    choices: tuple[str, ...] = (),
) -> Any:
    """A field of a channel's credentials or options dataclass, with what a form says about it."""
    about = {"label": label, "help": help, "secret": secret, "choices": choices}
    if default is ...:
        return field(metadata=about)
    return field(default=default, metadata=about)


def entries(kind: type) -> list[Field]:
    """The fields of a credentials or options dataclass, in its order."""
    return [
        Field(
            name=one.name,
            label=one.metadata.get("label", one.name),
            help=one.metadata.get("help", ""),
            secret=one.metadata.get("secret", False),
            required=one.default is dataclasses.MISSING,
            default="" if one.default is dataclasses.MISSING else one.default,
            choices=one.metadata.get("choices", ()),
        )
        for one in dataclasses.fields(kind)
    ]


def fill(kind: type, values: Mapping[str, Any], where: str) -> Any:
    """Make *kind* from *values*, reading "500" and "on" by each default's type. Raises BadInput.

    What is left empty is its default.
    """
    known = {one.name: one for one in entries(kind)}
    strange = sorted(set(values) - set(known))
    if strange:
        raise BadInput(f"{where} has no “{strange[0]}”.", f"Known are: {', '.join(known)}.")
    filled = {name: value for name, value in values.items() if value not in (None, "")}
    given = {name: _typed(known[name], value, where) for name, value in filled.items()}
    for one in known.values():
        if one.required and not given.get(one.name):
            raise BadInput(f"{where} needs “{one.label}”.", one.help)
    return kind(**given)


def _typed(about: Field, value: Any, where: str) -> Any:
    text = str(value).strip()
    if isinstance(about.default, bool):
        return text.lower() in {"1", "true", "on", "yes"}
    if isinstance(about.default, int):
        if not text.isdecimal() or not int(text):
            raise BadInput(f"{where}: “{about.label}” must be a whole number.", about.help)
        return int(text)
    if about.choices and text not in about.choices:
        raise BadInput(f"{where}: “{about.label}” cannot be “{text}”.", about.help)
    return text


class Channel(ABC):
    """One platform, with our credentials on it. Nothing here touches the database."""

    label: ClassVar[str]
    credentials: ClassVar[type]
    options: ClassVar[type]
    # What the platform does by itself or through us, for the desk to show:
    # "card" (a link preview), "permalink", "readback" (it can be asked whether a post stands).
    capabilities: ClassVar[frozenset[str]] = frozenset()

    def __init__(
        self, credentials: Mapping[str, str], options: Mapping[str, Any], session: Session
    ) -> None:
        self._credentials = credentials
        self._options = options
        self.session = session

    @cached_property
    def login(self) -> Any:
        """The credentials, as this channel's dataclass. Raises BadInput where one is missing."""
        return fill(self.credentials, self._credentials, self.label)

    @cached_property
    def settings(self) -> Any:
        """The options, as this channel's dataclass."""
        known = {one.name for one in entries(self.options)}
        # An option that a newer release dropped must not stop an account.
        kept = {name: value for name, value in self._options.items() if name in known}
        return fill(self.options, kept, self.label)

    @classmethod
    def complete(cls, credentials: dict[str, str]) -> dict[str, str]:
        """*credentials* as they will be kept, with what we can make ourselves. Raises BadInput."""
        return credentials

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

    def parts(self, text: str) -> list[Part]:
        """*text* as readers will see it, links told apart."""
        return [Part(text)]

    def fits(self, text: str) -> bool:
        """Whether *text* may be posted as it is."""
        return self.count(text) <= self.limit
