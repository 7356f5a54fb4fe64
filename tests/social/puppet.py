"""A channel that does what a test tells it: the registry takes any leaf."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from syndicate.lib.errors import NotSent
from syndicate.social.channels.base import ALL, Act, Channel
from syndicate.social.channels.message import Identity, Message, Published, Reactions

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


ABLE = ("Able", "tests.social.puppet.Able")


class Able(Puppet):
    """A platform on which everything is possible, and each post costs a cent; *there* stands."""

    label = "Able"
    capabilities = ALL

    there: ClassVar[dict[str, str]] = {}
    asked: ClassVar[list[str]] = []
    fails: ClassVar[list[NotSent]] = []  # raised by the next calls, in this order
    received: ClassVar[dict[str, Reactions]] = {}

    def publish(self, message: Message, sending: Callable[[], None]) -> Published:
        sending()
        self._fail("publish")
        remote_id = f"post-{message.key}"
        self.there[remote_id] = message.text
        self.sent.append(message)
        type(self).after()
        return Published(remote_id, f"https://able.example/{remote_id}")

    def find(self, message: Message) -> Published | None:
        remote_id = f"post-{message.key}"
        found = Published(remote_id, f"https://able.example/{remote_id}")
        return found if remote_id in self.there else None

    def edit(self, there: Published, message: Message) -> Published:
        self._fail("edit")
        self.there[there.remote_id] = message.text
        return there

    def delete(self, there: Published) -> None:
        self._fail("delete")
        self.there.pop(there.remote_id, None)

    def measure(self, remote_ids: Sequence[str]) -> dict[str, Reactions]:
        self._fail("measure")
        return {one: self.received[one] for one in remote_ids if one in self.received}

    def cost(self, act: Act, text: str = "", pictures: int = 0) -> int:
        return 10 if act is Act.PUBLISH else 0

    def _fail(self, what: str) -> None:
        self.asked.append(what)
        if self.fails:
            raise self.fails.pop(0)
