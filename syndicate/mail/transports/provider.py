"""Hands mail to a company's sending service, many in one call where the service can.

    take, take, take … up to what one call holds ─ dot for each ─ the call, in a thread ─ done, done
                                                                     └ lost: unknown, all of them

A call's mails are journalled before it, and done with before the next is made: what is lost with
one call is never more than that call's mails.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from syndicate.lib.config import Provider, site
from syndicate.lib.errors import BadInput
from syndicate.mail.replies import Kind
from syndicate.mail.transports.answers import Answer, unknown
from syndicate.mail.transports.api import Api
from syndicate.mail.transports.base import Accepted, Mail, Refused, Work
from syndicate.mail.transports.parts import Parts, parts

# A mail grows on its way into JSON: its quotes are escaped, its letters beyond ASCII numbered.
GROWTH = 1.5
Drawn = list[tuple[Mail, bytes]]


class ProviderTransport:
    """*at_once*: how many mails one connection takes at a time, when it can have them."""

    name = "provider"

    def __init__(self, config: Provider | None = None) -> None:
        self._options = config or site().provider
        self.connections = self._options.connections
        self.at_once = Api(self._options).service.most

    async def serve(self, work: Work) -> None:
        """One call after the other."""
        api, thread = Api(self._options), ThreadPoolExecutor(1, thread_name_prefix="provider")
        try:
            while await work.more():
                if drawn := self._draw(work, api):
                    await _hand_over(api, thread, work, drawn)
        finally:
            # A call that was cut ends by itself, and nobody waits for it.
            thread.shutdown(wait=False)

    def send(self, sender: str, recipient: str, message: bytes) -> Accepted:
        """One mail, now."""
        (answer,) = Api(self._options).hand_over([parts(message, sender, recipient)])
        if isinstance(answer, Refused):
            raise answer
        return answer

    def check(self) -> None:
        """Whether the service takes our key."""
        Api(self._options).check()

    def _draw(self, work: Work, api: Api) -> Drawn:
        """The mails of one call, each past its dot."""
        drawn: Drawn = []
        room = api.service.most_bytes / GROWTH
        while len(drawn) < self.at_once and room > 0 and (mail := work.take()) is not None:
            try:
                content = b"".join(mail.content())
            except BadInput as error:
                work.done(mail, _unusable(error))
                continue
            if work.dot(mail):
                drawn.append((mail, content))
                room -= len(content)
        return drawn


async def _hand_over(api: Api, thread: ThreadPoolExecutor, work: Work, drawn: Drawn) -> None:
    """One call, and what became of its mails; cut, nobody knows."""
    loop = asyncio.get_running_loop()
    try:
        told = await loop.run_in_executor(thread, _carry, api, drawn)
    except asyncio.CancelledError:
        api.cut()
        for mail, _ in drawn:
            work.done(mail, _lost())
        raise
    for (mail, _), answer in zip(drawn, told, strict=True):
        work.done(mail, answer)


def _carry(api: Api, drawn: Drawn) -> Sequence[Answer]:
    return api.hand_over([_parts(mail, content) for mail, content in drawn])


def _parts(mail: Mail, content: bytes) -> Parts:
    return parts(content, mail.sender.decode("utf-8"), mail.recipient.decode("utf-8"))


def _unusable(error: BadInput) -> Refused:
    return Refused(error.message, kind=Kind.OTHER, permanent=True, hint=error.hint)


def _lost() -> Refused:
    return unknown("The call was cut before an answer came.")
