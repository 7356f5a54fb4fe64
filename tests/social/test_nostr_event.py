"""What Nostr keeps of a post: the note, its tags and names, and what others say of it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syndicate.lib import bech32
from syndicate.lib.errors import BadInput
from syndicate.social.channels import nostr_event as events
from syndicate.social.channels.message import Published, Reactions
from tests.social.stage import LINK, message

# Of NIP-19's examples.
NSEC = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5"
HEX = "67dea2ed018072d675f5415ecfaed7d2597555e202d85b3d65ea4e58d2d92ffa"
KEYS = events.keys(NSEC)
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
POST, OTHER = "a" * 64, "b" * 64


def test_a_key_in_either_form_is_the_same() -> None:
    assert events.keys(f" {HEX.upper()}\n") == KEYS
    assert bech32.decode(KEYS.name) == ("npub", bytes.fromhex(KEYS.public))


@pytest.mark.parametrize(
    "text",
    ["", "hush", NSEC[:-1] + "q", "0" * 64, HEX[:-1], KEYS.name, bech32.encode("nsec", b"x")],
)
def test_what_is_no_key_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(BadInput, match="private key") as refused:
        events.keys(text)
    assert not text or text not in str(refused.value)


def test_the_note_is_the_same_at_every_try() -> None:
    first = events.note(KEYS, message(NOW))
    assert events.note(KEYS, message(NOW, now=NOW + timedelta(days=3))) == first
    assert first["created_at"] == int(NOW.timestamp())
    assert events.note(KEYS, message(NOW, "Another"))["id"] != first["id"]


def test_the_id_is_the_hash_of_what_is_said() -> None:
    note = events.note(KEYS, message(NOW, 'A "pier"\n\t\\ – 潮'))
    told = [0, note["pubkey"], note["created_at"], 1, note["tags"], note["content"]]
    said = json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode()
    assert note["id"] == hashlib.sha256(said).hexdigest()
    # NIP-01 names what is escaped; all else stands as it is.
    assert said.endswith('"A \\"pier\\"\\n\\t\\\\ – 潮"]'.encode())


def test_links_hashtags_and_language_are_tags() -> None:
    text = f"Fish #Chips and #chips, #2026 {LINK}#top a#b"
    assert events.note(KEYS, message(NOW, text))["tags"] == [
        ["r", f"{LINK}#top"],
        ["t", "chips"],
        ["L", "ISO-639-1"],
        ["l", "en", "ISO-639-1"],
    ]
    assert events.note(KEYS, message(NOW, "Plain", language=""))["tags"] == []


def test_parts_of_a_thread_name_its_beginning_and_the_one_before() -> None:
    after = (Published(POST), Published(OTHER))
    tags = events.note(KEYS, message(NOW, "Three", language="", after=after))["tags"]
    assert tags == [
        ["e", POST, "", "root", KEYS.public],
        ["e", OTHER, "", "reply", KEYS.public],
        ["p", KEYS.public],
    ]
    second = events.note(KEYS, message(NOW, "Two", language="", after=after[:1]))["tags"]
    assert second == [["e", POST, "", "root", KEYS.public], ["p", KEYS.public]]


def test_where_a_post_is_read() -> None:
    name = events.address(POST, KEYS.public, ["wss://relay.example"])
    prefix, told = bech32.decode(name)
    assert prefix == "nevent"
    assert told == b"".join(
        [
            b"\x00\x20" + bytes.fromhex(POST),
            b"\x01\x13wss://relay.example",
            b"\x02\x20" + bytes.fromhex(KEYS.public),
            b"\x03\x04\x00\x00\x00\x01",
        ]
    )


@pytest.mark.parametrize(
    ("relay", "may"),
    [
        ("wss://relay.example", True),
        ("wss://relay.example/path", True),
        ("wss://relay.example/?key=hush", False),
        ("wss://me:hush@relay.example", False),
    ],
)
def test_an_address_that_may_hold_a_secret_is_not_told(relay: str, may: bool) -> None:
    assert events.shareable(relay) is may


def said(kind: int, *tags: list[str], by: str = "c", content: str = "+", n: int = 0) -> Any:
    """An event of somebody else, the *n*-th of its kind."""
    id = hashlib.sha256(repr((kind, tags, by, content, n)).encode()).hexdigest()
    return {"id": id, "pubkey": by, "kind": kind, "tags": list(tags), "content": content}


def test_what_became_of_a_post() -> None:
    others = [
        said(7, ["e", POST]),
        said(7, ["e", POST], content="🚀"),  # the same reader again
        said(7, ["e", POST], by="d"),
        said(7, ["e", POST], by="e", content="-"),  # dislikes it
        said(7, ["e", POST], ["e", OTHER], by="f"),  # means another
        said(6, ["e", POST]),
        said(1, ["e", POST, "", "root"]),
        said(1, ["e", POST, "", "root"], ["e", OTHER, "", "reply"]),  # answers an answer
        said(1, ["e", POST], n=1),
        said(1, ["e", POST, "", "mention"], n=2),
        said(1, ["q", POST]),
        said(1, ["e", POST, "", "root"], by=KEYS.public),  # our own thread
        said(7, ["e"]),
    ]
    post = {"id": POST, "pubkey": KEYS.public, "kind": 1, "tags": [], "content": ""}
    found = events.reactions([POST, OTHER], [post, *others, *others])
    assert found == {POST: Reactions(likes=2, reposts=1, replies=2, quotes=1)}
