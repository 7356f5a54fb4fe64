"""What Nostr keeps of a post: an event that is signed once and for all. Pure.

https://github.com/nostr-protocol/nips: 01 events, 09 deletion, 10 threads, 19 names, 24 and 32 tags
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import regex

from syndicate.lib import bech32, schnorr
from syndicate.lib.errors import BadInput
from syndicate.social.channels.linked import linked
from syndicate.social.channels.message import Message, Reactions

Event = dict[str, Any]

PROFILE, NOTE, DELETION, REPOST, REACTION, LOGIN = 0, 1, 5, 6, 7, 22242
_HASHTAG = regex.compile(r"(?<![\w#])#(\w*[^\W\d_]\w*)")
# The parts of a name that says where an event is found (NIP-19).
_ID, _RELAY, _AUTHOR, _KIND = range(4)
_HEX = regex.compile(r"[0-9a-fA-F]{64}")
_HINT = "It begins with nsec1, or has 64 signs of 0–9 and a–f."


@dataclass(frozen=True)
class Keys:
    """Who posts: the secret key and what everybody knows them by."""

    secret: bytes
    public: str  # hexadecimal

    @property
    def name(self) -> str:
        """``npub1…``"""
        return bech32.encode("npub", bytes.fromhex(self.public))


def keys(text: str) -> Keys:
    """From ``nsec1…`` or 64 hexadecimal digits. Raises BadInput, which does not repeat them."""
    try:
        secret = _secret(text.strip())
        return Keys(secret, schnorr.public(secret).hex())
    except BadInput as error:
        raise BadInput(f"The private key cannot be used: {error.message}", _HINT) from error


def sign(keys: Keys, kind: int, content: str, tags: Iterable[list[str]], at: int) -> Event:
    """The event, signed; the same for the same arguments. *at*: seconds since 1970."""
    tags = list(tags)
    told = [0, keys.public, at, kind, tags, content]
    whole = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    id = hashlib.sha256(whole).digest()
    return {
        "id": id.hex(),
        "pubkey": keys.public,
        "created_at": at,
        "kind": kind,
        "tags": tags,
        "content": content,
        "sig": schnorr.sign(keys.secret, id).hex(),
    }


def note(keys: Keys, message: Message) -> Event:
    """The post: the same event at every try, so that its id alone keeps it from standing twice."""
    tags = [*_about(message), *_below(keys, message)]
    return sign(keys, NOTE, message.text, tags, int(message.first_try.timestamp()))


def deletion(keys: Keys, id: str, at: int) -> Event:
    """The request to take *id* down."""
    return sign(keys, DELETION, "", [["e", id], ["k", str(NOTE)]], at)


def login(keys: Keys, relay: str, challenge: str, at: int) -> Event:
    """Proof to one relay that we are who we say (NIP-42)."""
    return sign(keys, LOGIN, "", [["relay", relay], ["challenge", challenge]], at)


def address(event_id: str, author: str, relays: Iterable[str]) -> str:
    """``nevent1…``: *event_id*, and where it is found."""
    hints = [(_RELAY, relay.encode()) for relay in relays if len(relay.encode()) < 256]
    about = [
        (_ID, bytes.fromhex(event_id)), *hints,
        (_AUTHOR, bytes.fromhex(author)), (_KIND, NOTE.to_bytes(4)),
    ]  # fmt: skip
    told = b"".join(bytes([kind, len(value)]) + value for kind, value in about)
    return bech32.encode("nevent", told)


def shareable(relay: str) -> bool:
    """Whether *relay* may be told to everybody: a private one may have its key in its address."""
    at = urlsplit(relay)
    return not (at.query or at.username or at.password)


def reactions(ids: Sequence[str], events: Iterable[Event]) -> dict[str, Reactions]:
    """What *events*, each once, say of those of *ids* that are among them themselves."""
    known = {event["id"]: event for event in events}
    standing = [id for id in ids if id in known]
    others = [event for event in known.values() if event["id"] not in standing]
    return {id: _reactions(known[id], others) for id in standing}


def _reactions(post: Event, others: list[Event]) -> Reactions:
    # A reader may send a heart and a rocket, and is one all the same.
    likes = {one["pubkey"] for one in others if _likes(one, post["id"])}
    reposts = {
        one["pubkey"] for one in others if one["kind"] == REPOST and _names("e", one, post["id"])
    }
    notes = [one for one in others if one["kind"] == NOTE and one["pubkey"] != post["pubkey"]]
    return Reactions(
        likes=len(likes),
        reposts=len(reposts),
        replies=sum(_answers(one, post["id"]) for one in notes),
        quotes=sum(_names("q", one, post["id"]) for one in notes),
    )


def _likes(event: Event, id: str) -> bool:
    """A “-” is the opposite (NIP-25); the last one named is what is meant."""
    named = [tag[1] for tag in event["tags"] if tag[0] == "e" and len(tag) > 1]
    return event["kind"] == REACTION and event["content"] != "-" and named[-1:] == [id]


def _answers(event: Event, id: str) -> bool:
    """By the tag that is marked a reply; where none is, by the last one (NIP-10)."""
    named = [tag for tag in event["tags"] if tag[0] == "e" and len(tag) > 1]
    marked = {tag[3]: tag[1] for tag in named if len(tag) > 3 and tag[3]}
    if marked:
        return marked.get("reply", marked.get("root")) == id
    return bool(named) and named[-1][1] == id


def _names(kind: str, event: Event, id: str) -> bool:
    return any(tag[:2] == [kind, id] for tag in event["tags"])


def _secret(text: str) -> bytes:
    if _HEX.fullmatch(text):
        return bytes.fromhex(text)
    prefix, secret = bech32.decode(text)
    if prefix != "nsec":
        raise BadInput(f"This is no private key but something else ({prefix}).")
    return secret


def _about(message: Message) -> list[list[str]]:
    """Links, hashtags and the language of it, for those who search."""
    parts = linked(message.text)
    found = [["r", part.href] for part in parts if part.href]
    plain = " ".join(part.shown for part in parts if not part.href)
    found += [["t", tag] for tag in dict.fromkeys(_HASHTAG.findall(plain.lower()))]
    language = message.language.partition("-")[0].lower()
    if len(language) == 2:
        found += [["L", "ISO-639-1"], ["l", language, "ISO-639-1"]]
    return found


def _below(keys: Keys, message: Message) -> list[list[str]]:
    """What it answers, where it is a further part of a thread."""
    if not message.after:
        return []
    root, last = message.after[0].remote_id, message.after[-1].remote_id
    named = [["e", root, "", "root", keys.public]]
    if last != root:
        named.append(["e", last, "", "reply", keys.public])
    return [*named, ["p", keys.public]]
