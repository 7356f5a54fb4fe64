"""Nostr: a signed note, given to several relays (https://github.com/nostr-protocol/nips).

The note is the same at every try, to the bit, so a relay that has it already says so, and whether
it has it can be asked by the note's id.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, TypeVar

from syndicate.lib import clock, http
from syndicate.lib.errors import BadInput, NotSent, Scope
from syndicate.social.channels import nostr_event as events
from syndicate.social.channels.base import (
    CARD,
    DELETE,
    IDEMPOTENT,
    METRICS,
    PERMALINK,
    READBACK,
    THREAD,
    Channel,
)
from syndicate.social.channels.fields import entry
from syndicate.social.channels.linked import linked
from syndicate.social.channels.message import Identity, Message, Part, Published, Reactions
from syndicate.social.channels.nostr_event import Event, Keys
from syndicate.social.channels.nostr_relay import Relay, kept, short

log = logging.getLogger(__name__)

# Relays set limits of their own, and most tell; nostr-relay takes 4096 and does not.
LIMIT = 4000
VIEWER = "https://njump.me/"
MOST_RELAYS = 12
# So many posts are asked about at once: relays give a few hundred answers to a question.
_AT_ONCE = 20
_ANSWERS = 2000
_HINTS = 2  # relays named in a permalink

Result = TypeVar("Result")


@dataclass(frozen=True)
class Credentials:
    """A key, which is the account, and the relays that carry its notes."""

    key: str = entry("Private key", "Begins with nsec1; whoever has it is you.", secret=True)
    relays: str = entry("Relays", "Like wss://relay.example, with blanks between.", lines=True)


@dataclass(frozen=True)
class Options:
    """How notes stand there."""

    enough: int = entry(
        "Enough", "How many relays must take a post; 0: half of them.", default=0
    )  # fmt: skip
    limit: int = entry("Limit", "Characters that all relays take; they tell us.", default=LIMIT)
    automated: bool = entry(
        "Automated", "Say in the profile that a program posts (NIP-24).", default=False
    )
    viewer: str = entry("Viewer", "Where readers without an app see a post.", default=VIEWER)


class Nostr(Channel):
    """One key on its relays. Apps make the link's preview themselves."""

    label = "Nostr"
    credentials = Credentials
    options = Options
    capabilities = frozenset({CARD, PERMALINK, READBACK, IDEMPOTENT, DELETE, METRICS, THREAD})

    @classmethod
    def complete(cls, credentials: dict[str, str]) -> dict[str, str]:
        """With whole addresses; a key that is none is said at once."""
        events.keys(credentials.get("key", ""))
        return credentials | {"relays": " ".join(_relays(credentials.get("relays", "")))}

    @property
    def limit(self) -> int:
        """As the strictest of the relays said when they were asked last."""
        found: int = self.settings.limit
        return found

    def count(self, text: str) -> int:
        """Unicode characters, as relays count them (NIP-11)."""
        return len(text)

    def parts(self, text: str) -> list[Part]:
        """Links stand whole."""
        return linked(text)

    def check(self) -> Identity:
        """The name in the profile, what the relays allow, and which of them do not answer."""
        keys = self._keys
        wanted = {"kinds": [events.PROFILE], "authors": [keys.public]}
        found, errors = self._each(lambda relay: relay.ask(wanted))
        if not found:
            raise short(0, self._enough, errors)
        profiles = sorted((event for one in found for event in one), key=_age)
        remarks = [error.message for error in errors]
        profile = _profile(profiles)
        if not profile.get("bot"):
            remarks.append(self._say_automated(profiles[-1:], profile))
        told, _ = self._each(self._told)
        remarks += [remark for _, remark in told if remark]
        limit = min([LIMIT, *(limit for limit, _ in told if limit)])
        name = str(profile.get("name") or keys.name)
        return Identity(name, {"limit": limit}, remark=" ".join(filter(None, remarks)))

    def publish(self, message: Message, sending: Callable[[], None]) -> Published:
        """Tell all relays at once; enough of them must take it."""
        note, enough = events.note(self._keys, message), self._enough
        sending()
        taken, errors = self._each(lambda relay: relay.tell(note))
        if len(taken) < enough:
            raise short(len(taken), enough, errors)
        for error in errors:
            log.warning("the post stands, but not everywhere: %s", error.message)
        return self._published(note)

    def find(self, message: Message) -> Published | None:
        """Whether enough relays have it. Fewer: it is told to all again, which doubles nothing."""
        note = events.note(self._keys, message)
        answers, errors = self._each(lambda relay: relay.ask({"ids": [note["id"]]}))
        if not answers:
            raise short(0, self._enough, errors)
        having = sum(any(event["id"] == note["id"] for event in one) for one in answers)
        return self._published(note) if having >= self._enough else None

    def delete(self, there: Published) -> None:
        """Ask every relay to take it down; one that refuses may have none of it."""
        wish = events.deletion(self._keys, there.remote_id, int(clock.now().timestamp()))

        def take_down(relay: Relay) -> None:
            try:
                relay.tell(wish)
            except NotSent as error:
                if not error.permanent or relay.ask({"ids": [there.remote_id]}):
                    raise

        gone, errors = self._each(take_down)
        if errors:
            raise kept(len(gone), errors)

    def measure(self, remote_ids: Sequence[str]) -> dict[str, Reactions]:
        """Hearts, reposts, answers and quotes, each reader's once, on all relays together."""
        found: dict[str, Reactions] = {}
        for begin in range(0, len(remote_ids), _AT_ONCE):
            found |= self._measured(list(remote_ids[begin : begin + _AT_ONCE]))
        return found

    def _measured(self, ids: list[str]) -> dict[str, Reactions]:
        kinds = [events.NOTE, events.REPOST, events.REACTION]
        asked: list[dict[str, Any]] = [
            {"ids": ids},
            {"kinds": kinds, "#e": ids, "limit": _ANSWERS},
            {"kinds": [events.NOTE], "#q": ids, "limit": _ANSWERS},
        ]
        answers, errors = self._each(lambda relay: relay.ask(*asked))
        if not answers:
            raise short(0, self._enough, errors)
        found = events.reactions(ids, (event for one in answers for event in one))
        # A post that only a silent relay may have is not gone.
        return {id: Reactions() for id in ids if errors} | found

    def _say_automated(self, newest: list[Event], profile: dict[str, Any]) -> str:
        """Put it into the profile where that is wished for; else what its owner should know."""
        if not self.settings.automated:
            return "Its profile does not say that a program posts (Automated)."
        if not newest:
            # A profile of ours would take the place of one that stands on other relays.
            return "There is no profile on these relays that could say that a program posts."
        content = json.dumps(profile | {"bot": True}, ensure_ascii=False)
        at = max(int(clock.now().timestamp()), newest[0]["created_at"] + 1)
        told = events.sign(self._keys, events.PROFILE, content, newest[0]["tags"], at)
        _, errors = self._each(lambda relay: relay.tell(told))
        return " ".join(error.message for error in errors)

    def _told(self, relay: Relay) -> tuple[int, str]:
        """What a relay says of itself: its limit (0: none), and what stands in our way."""
        about = relay.url.replace("ws", "http", 1)
        answer = self.noted(
            http.call("GET", about, headers={"Accept": "application/nostr+json"}, timeout=10)
        )
        return _limits(relay.host, answer)

    def _published(self, note: Event) -> Published:
        known = [url for url in _relays(self.login.relays) if events.shareable(url)]
        name = events.address(note["id"], note["pubkey"], known[:_HINTS])
        return Published(note["id"], f"{self.settings.viewer.rstrip('/')}/{name}")

    def _each(
        self, do: Callable[[Relay], Result]
    ) -> tuple[list[Result], list[NotSent]]:  # fmt: skip
        """*do* with all relays side by side: what came of it, and where nothing did."""
        relays = [Relay(url, self._keys) for url in _relays(self.login.relays)]

        def one(relay: Relay) -> Result | NotSent:
            try:
                return do(relay)
            except NotSent as error:
                return error

        with ThreadPoolExecutor(len(relays), "relay") as hands:
            # The clock is of the context.
            waiting = [hands.submit(copy_context().run, one, relay) for relay in relays]
            results = [each.result() for each in waiting]
        errors = [each for each in results if isinstance(each, NotSent)]
        return [each for each in results if not isinstance(each, NotSent)], errors

    @property
    def _enough(self) -> int:
        count = len(_relays(self.login.relays))
        return min(self.settings.enough or (count + 1) // 2, count)

    @property
    def _keys(self) -> Keys:
        try:
            return events.keys(self.login.key)
        except BadInput as error:
            raise NotSent(
                error.message, permanent=True, auth=True, scope=Scope.LANE, hint=error.hint
            ) from error


def _relays(text: str) -> list[str]:
    """The addresses in *text*, each once. Raises BadInput."""
    named = [url if "://" in url else f"wss://{url}" for url in text.replace(",", " ").split()]
    found = list(dict.fromkeys(named))
    if not found or len(found) > MOST_RELAYS:
        raise BadInput(
            f"Nostr needs between one relay and {MOST_RELAYS}.", "Three or four are usual."
        )
    if not all(url.startswith(("wss://", "ws://")) for url in found):
        raise BadInput("A relay’s address begins with wss://.", "Write wss://relay.example.")
    return found


def _age(event: Event) -> int:
    return int(event["created_at"])


def _profile(found: list[Event]) -> dict[str, Any]:
    """What the newest profile says; nothing where there is none or it cannot be read."""
    try:
        profile = json.loads(found[-1]["content"]) if found else {}
    except ValueError:
        return {}
    return profile if isinstance(profile, dict) else {}


def _limits(host: str, answer: http.Reply) -> tuple[int, str]:
    try:
        told = answer.json()
    except ValueError:
        return 0, ""
    limits = told.get("limitation") if isinstance(told, dict) else None
    if not isinstance(limits, dict):
        return 0, ""
    most = limits.get("max_content_length")
    remark = ""
    if limits.get("payment_required"):
        remark = f"{host} wants to be paid."
    elif limits.get("min_pow_difficulty"):
        remark = f"{host} asks for proof of work, which we do not do."
    return (most if isinstance(most, int) and most > 0 else 0), remark
