"""A channel that does what a test tells it: the registry takes any leaf."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from syndicate.social.channels.base import Channel
from syndicate.social.channels.message import Identity, Message, Published

WHERE = ("Puppet", "tests.social.puppet.Puppet")


@dataclass(frozen=True)
class Nothing:
    """No credentials and no options."""


class Puppet(Channel):
    """Keeps what it is sent in *sent*. It cannot be asked what stands there."""

    label = "Puppet"
    credentials = options = Nothing
    limit = 500

    sent: ClassVar[list[Message]] = []
    before: ClassVar[Callable[[], object]] = staticmethod(lambda: None)
    after: ClassVar[Callable[[], object]] = staticmethod(lambda: None)

    def count(self, text: str) -> int:
        return len(text)

    def check(self) -> Identity:
        return Identity("@puppet")

    def publish(self, message: Message, sending: Callable[[], None]) -> Published:
        type(self).before()
        sending()
        self.sent.append(message)
        type(self).after()
        return Published(str(len(self.sent)), f"https://puppet.example/{len(self.sent)}")
