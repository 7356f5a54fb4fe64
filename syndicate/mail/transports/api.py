"""One service's API: mails → calls, and what became of each mail.

    Parts ─ in groups ─ anymail's payload ─→ lib.http.call ─→ answers
                └ too large, or refused as a whole: in halves, until the mail that it is about
                  stands alone

django-anymail knows each service's fields, addresses and keys; the call itself goes through our own
door to the network, which knows whether a request that was not answered may have arrived. Each call
has a connection of its own: on one that was kept, nobody can tell a request that met a closing
server from one whose answer was lost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any
from urllib.parse import urljoin

from syndicate.lib import clock, http
from syndicate.lib.config import Provider
from syndicate.lib.dial import Adapter
from syndicate.lib.errors import NotSent
from syndicate.mail.replies import Kind
from syndicate.mail.transports import answers
from syndicate.mail.transports.answers import Answer
from syndicate.mail.transports.base import Accepted, Refused
from syndicate.mail.transports.batches import BATCHES
from syndicate.mail.transports.parts import Parts
from syndicate.mail.transports.payload import Group, Payload, alike, merged, single
from syndicate.mail.transports.services import How, service

# So many mails of one call, each refused alone, are not about the mails.
LONE = 5


class Api:
    """Used by one thread at a time; :meth:`cut` by any. Raises ConfigError when it is made."""

    def __init__(self, options: Provider) -> None:
        self.service = service(options.name, options.settings)
        self._name = options.name
        self._options = options
        self._backend = _backend(self.service.backend, options)
        self._adapter: Adapter | None = None
        self._stopped = False

    def hand_over(self, mails: Sequence[Parts]) -> list[Answer]:
        """What became of each of *mails*, in order. A call that fails does not fail the others."""
        told: dict[int, Answer] = {}
        for group in self._groups(mails):
            told |= zip(group.places, self._carry(group), strict=True)
        return [told[place] for place in range(len(mails))]

    def check(self) -> None:
        """Whether they would let us in. Raises Refused.

        Asked with a call that names no recipient: who finds fault with that has taken our key.
        """
        payload = single(self._backend, self.service, _NOBODY)
        nothing = {"key": self._options.settings["api_key"]} if self.service.key_inside else {}
        asked = {"data": payload.as_json(nothing), "files": None}
        error = self._refusal(self._post({**self._request(payload), **asked}))
        if error is not None and (error.everybody or error.unknown):
            raise error

    def cut(self) -> None:
        """End the call that is under way, and make no other."""
        self._stopped = True
        if self._adapter is not None:
            self._adapter.cut()

    # One call, or as many as it takes ----------------------------------------------------------

    def _groups(self, mails: Sequence[Parts]) -> Iterator[Group]:
        """What goes in one call: all, those that are alike, or one after the other."""
        if self.service.how is How.BATCH:
            yield Group(mails, range(len(mails)))
        elif self.service.how is How.MERGE:
            yield from alike(mails)
        else:
            yield from (Group([mail], [place]) for place, mail in enumerate(mails))

    def _carry(self, group: Group) -> list[Answer]:
        try:
            return self._call(group)
        except Refused as error:
            if error.everybody or error.unknown or len(group.mails) == 1:
                return [error] * len(group.mails)
        return self._halves(group)

    def _halves(self, group: Group) -> list[Answer]:
        """Smaller and smaller calls; when each of the first few is refused, it is about us."""
        one, other = group.halves()
        done = self._carry(one)
        closed = _closed(done)
        if closed is not None:
            return [*done, *[closed] * len(other.mails)]
        return [*done, *self._carry(other)]

    def _call(self, group: Group) -> list[Answer]:
        """One call. Raises Refused where it was refused as a whole, or nobody knows."""
        mails = group.mails
        if len(mails) == 1:
            return self._each(single(self._backend, self.service, mails[0]), mails)
        if self.service.how is How.BATCH:
            return self._batch(mails)
        return self._each(merged(self._backend, self.service, group), mails)

    def _each(self, payload: Payload, mails: Sequence[Parts]) -> list[Answer]:
        """A call whose answer anymail reads."""
        response = self._ask(self._request(payload))
        who, code = self.service.title, response.status_code
        found = payload.statuses(response, self._backend)
        if found is None:
            raise answers.unknown(f"{who} answered {code} with what cannot be read.", code)
        words = answers.said(response.text)
        by_address = {address.lower(): status for address, status in found.items()}
        statuses = [by_address.get(mail.address.lower()) for mail in mails]
        return [
            answers.of_word(who, s and s.status, code, s and s.message_id, words) for s in statuses
        ]

    def _batch(self, mails: Sequence[Parts]) -> list[Answer]:
        """A call whose answer we read."""
        batch = BATCHES[self._name]
        payloads = [single(self._backend, self.service, mail) for mail in mails]
        request = self._request(payloads[0])
        request["url"] = urljoin(self._backend.api_url, batch.endpoint)
        request["data"] = payloads[0].as_json(batch.join([one.data for one in payloads]))
        response = self._ask(request, reads_errors=True)
        who, code = self.service.title, response.status_code
        try:
            told = batch.read(response.json())
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            if (refused := self._refusal(response)) is not None:
                raise refused from error
            told = []
        if len(told) != len(mails):
            raise answers.unknown(f"{who} answered {code} with what cannot be read.", code)
        return [answers.of_word(who, t.word, code, t.message_id, t.words) for t in told]

    # The network -------------------------------------------------------------------------------

    def _request(self, payload: Payload) -> dict[str, Any]:
        return payload.request(str(self._backend.api_url))

    def _ask(self, request: dict[str, Any], *, reads_errors: bool = False) -> http.Reply:
        """The answer, if it is a yes (or, where each mail has its own, a 4xx). Raises Refused."""
        size = len(request["data"]) if isinstance(request["data"], str | bytes) else 0
        if size > self.service.most_bytes:
            raise _smaller()
        if self.service.once:
            name = hashlib.sha256(request["data"].encode()).hexdigest()
            request["headers"] = {**request["headers"], self.service.once: name}
        response = self._twice(request) if self.service.once else self._post(request)
        if reads_errors and response.status_code in (400, 422):
            return response
        if (refused := self._refusal(response)) is not None:
            raise refused
        return response

    def _twice(self, request: dict[str, Any]) -> http.Reply:
        """Where a repeated call is known to be one, an answer that was lost is asked for again."""
        try:
            return self._post(request)
        except Refused as error:
            if not error.unknown or self._stopped:
                raise
            return self._post(request)

    def _post(self, request: dict[str, Any]) -> http.Reply:
        if self._stopped:
            raise _interrupted()
        try:
            return http.call(
                request["method"], request["url"], data=request["data"], files=request["files"],
                headers=request["headers"], auth=request["auth"],
                timeout=self._options.timeout_seconds,
                # Whoever names an address in the configuration means it.
                allow_private="api_url" in self._options.settings,
                keep=self._keep,
            )  # fmt: skip
        except NotSent as error:
            raise Refused(
                f"{self.service.title}: {error.message}",
                kind=Kind.LOST,
                permanent=False,
                hint=error.hint,
                everybody=not error.unknown,
                unknown=error.unknown,
            ) from error

    def _keep(self, adapter: Adapter) -> None:
        self._adapter = adapter

    def _refusal(self, response: http.Reply) -> Refused | None:
        """Why they did not take the call; None where it is a yes."""
        who, code, text = self.service.title, response.status_code, response.text
        if (refused := answers.denied(who, code, text)) is not None:
            return refused
        if 200 <= code < 300:
            return None
        return answers.of_status(who, code, text, http.retry_after(response.headers, clock.now()))


def _backend(name: str, options: Provider) -> Any:
    """anymail's, which takes settings by their names."""
    return import_module(f"anymail.backends.{name}").EmailBackend(**options.settings)


def _closed(done: Sequence[Answer]) -> Refused | None:
    """Why the rest need not be tried, if so."""
    for answer in done:
        if isinstance(answer, Refused) and answer.everybody:
            return answer
    blocked = [a for a in done if isinstance(a, Refused) and a.kind is Kind.BLOCK]
    if len(blocked) < LONE or any(isinstance(answer, Accepted) for answer in done):
        return None
    last = blocked[-1]
    return Refused(
        f"{last.message} – and so it was with {len(blocked)} mails in a row.",
        kind=Kind.SERVER,
        permanent=True,
        code=last.code,
        reply=last.reply,
        hint="It is about us: check the sender's domain and the service's settings.",
        everybody=True,
    )


def _smaller() -> Refused:
    return Refused("The call would be too large.", kind=Kind.FULL, permanent=True, code=413)


def _interrupted() -> Refused:
    return Refused("We are stopping.", kind=Kind.LOST, permanent=False, everybody=True)


_NOBODY = Parts(
    sender="nobody@example.org",
    bounces="nobody@example.org",
    name="",
    address="nobody@example.org",
    reply_to="",
    subject="–",
    text="–",
    html="–",
    message_id="",
    headers={},
)
