"""A conversation with one relay, and what its words mean (NIP-01, 11 and 42).

::

    tell(event)  ─→ ["EVENT", …] ─→ ["OK", id, true, …] or “duplicate:” ─→ it has it
                                 └─→ ["OK", id, false, "prefix: reason"] ─→ NotSent, by the prefix
    ask(filters) ─→ ["REQ", …]   ─→ ["EVENT", …] … ["EOSE", …] ─→ what it has

A relay that wants to know who we are is told so once, by a signed answer to its challenge.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from syndicate.lib import clock
from syndicate.lib.errors import NotSent, Scope
from syndicate.lib.text import one_line
from syndicate.lib.websocket import Declined, websocket
from syndicate.social.channels.nostr_event import Event, Keys, login
from syndicate.social.channels.refusal import PATIENCE, refusal

# What an event of somebody else must have, before anything is read out of it.
_SHAPE = {"id": str, "pubkey": str, "created_at": int, "kind": int, "tags": list, "content": str}
# More than any relay gives at once; one that never ends is left.
_MOST = 20_000
_SHOWN = 300
_ELSEWHERE = "Ask its owner to let you in, or name another relay."
_NAME = "it"  # of our one question
_REASONED = ("OK", "CLOSED", "NOTICE")


@dataclass(frozen=True)
class Relay:
    """One relay, and who we are there."""

    url: str
    keys: Keys

    @property
    def host(self) -> str:
        """What it is called in messages: its address may hold a token."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    def tell(self, event: Event) -> None:
        """Give it *event*; the same one again is no error. Raises NotSent."""

        def taken(answer: list[Any], reason: str) -> bool:
            # Of what it refuses, nostr-relay names no id.
            if answer[0] != "OK" or answer[1] not in (event["id"], ""):
                return False
            if answer[2:3] == [True] or reason.startswith("duplicate:"):
                return True
            raise refused(self.host, reason)

        self._talk(["EVENT", event], taken)

    def ask(self, *filters: dict[str, Any]) -> list[Event]:
        """What it has of *filters*. Raises NotSent."""
        found: list[Event] = []

        def ended(answer: list[Any], reason: str) -> bool:
            if answer[0] == "CLOSED" or reason.startswith("rate-limited"):
                raise refused(self.host, reason)
            if answer[0] == "EVENT" and _is_event(answer[-1]):
                found.append(answer[-1])
            return bool(answer[0] == "EOSE")

        self._talk(["REQ", _NAME, *filters], ended)
        return found

    def _talk(self, said: list[Any], ends: Callable[[list[Any], str], bool]) -> None:
        """Say it, and hear answers, each with its reason in words, until one *ends* it."""
        try:
            with websocket(self.url) as there:
                there.send(json.dumps(said, ensure_ascii=False))
                challenge = ""
                for _ in range(_MOST):
                    answer, reason = _read(there.receive())
                    if answer[0] == "AUTH":
                        challenge = str(answer[1])
                    elif challenge and reason.startswith("auth-required"):
                        there.send(json.dumps(["AUTH", self._proof(challenge)]))
                        there.send(json.dumps(said, ensure_ascii=False))
                        challenge = ""
                    elif ends(answer, reason):
                        return
                raise NotSent(f"{self.host} never comes to an end.", permanent=False)
        except Declined as error:
            if error.answer.status_code in {408, 425, 429}:
                raise refusal(self.host, error.answer, "", clock.now()) from error
            raise

    def _proof(self, challenge: str) -> Event:
        return login(self.keys, self.url, challenge, int(clock.now().timestamp()))


def refused(relay: str, reason: str) -> NotSent:
    """The error for what *relay* says no with: ``prefix: reason``."""
    said = reason.rstrip(".") or "without a reason"
    match reason.partition(":")[0]:
        case "rate-limited":
            return NotSent(
                f"{relay} asks us to wait ({said}).", permanent=False, scope=Scope.LANE,
                retry_after=PATIENCE, hint="It goes on by itself.",
            )  # fmt: skip
        case "error":
            return NotSent(f"{relay} has trouble of its own ({said}).", permanent=False)
        case "restricted" | "auth-required":
            return NotSent(
                f"{relay} does not let us post ({said}).", permanent=True, scope=Scope.LANE,
                hint=_ELSEWHERE,
            )  # fmt: skip
        case "pow":
            return NotSent(
                f"{relay} asks for proof of work ({said}).", permanent=True, scope=Scope.LANE,
                hint="Name another relay: that costs each post minutes of a processor’s time.",
            )  # fmt: skip
        case "blocked":
            return NotSent(
                f"{relay} blocks the post ({said}).", permanent=True, hint=_ELSEWHERE
            )  # fmt: skip
    return NotSent(f"{relay} refuses the post ({said}).", permanent=True)


def short(taken: int, enough: int, errors: list[NotSent]) -> NotSent:
    """The error where fewer than *enough* relays have taken a post."""
    if not taken and len(errors) == 1:
        return errors[0]
    later = [error for error in errors if not error.permanent]
    deciding = later or errors
    reasons = " ".join(error.message for error in errors)
    return NotSent(
        f"{taken} of {taken + len(errors)} relays have the post, {enough} must: {reasons}",
        permanent=taken + len(later) < enough,
        hint=next((error.hint for error in deciding if error.hint), ""),
        retry_after=_wait(deciding),
        # One that has it shows it: the account cannot wait as if nothing had been said.
        scope=Scope.ITEM if taken else _scope(deciding),
        unknown=taken > 0 or any(error.unknown for error in errors),
    )


def kept(gone: int, errors: list[NotSent]) -> NotSent:
    """The error where a post is *gone* from some relays, and others would not take it down."""
    if not gone and len(errors) == 1:
        return errors[0]
    later = [error for error in errors if not error.permanent]
    deciding = later or errors
    return NotSent(
        " ".join(error.message for error in errors),
        permanent=not later,
        hint=f"On {gone} of {gone + len(errors)} relays it is gone.",
        retry_after=_wait(deciding),
        scope=Scope.ITEM if gone else _scope(deciding),
    )


def _wait(errors: list[NotSent]) -> timedelta | None:
    return max((error.retry_after for error in errors if error.retry_after), default=None)


def _scope(errors: list[NotSent]) -> Scope:
    return Scope.LANE if all(error.scope is Scope.LANE for error in errors) else Scope.ITEM


def _read(text: str) -> tuple[list[Any], str]:
    """A relay's message, and the reason in it; one that cannot be read is of no kind."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    answer = found if isinstance(found, list) and len(found) > 1 else ["", ""]
    reason = one_line(str(answer[-1]))[:_SHOWN] if answer[0] in _REASONED else ""
    return answer, reason


def _is_event(found: object) -> bool:
    if not isinstance(found, dict):
        return False
    if not all(isinstance(found.get(name), kind) for name, kind in _SHAPE.items()):
        return False
    tags = found["tags"]
    return all(isinstance(tag, list) and tag and all(type(x) is str for x in tag) for tag in tags)
