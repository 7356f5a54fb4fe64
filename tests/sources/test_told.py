"""What a site's message means: forms, JSON, Ghost's webhooks, Micropub, XML-RPC."""

from __future__ import annotations

import hmac
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.lib.errors import BadInput
from syndicate.sources import told
from syndicate.sources.told import Told, form, ghost

BASE = "https://harbour.example.org/feed.xml"
PIER = "https://harbour.example.org/pier"
POST = {
    "id": "6743a1b2c3d4e5f6a7b8c9d0", "url": PIER, "title": "A new pier", "status": "published",
    "html": "<p>It is long.</p>", "custom_excerpt": "It stands.", "visibility": "public",
    "published_at": "2026-11-23T08:00:00.000+01:00", "feature_image": "/pier.jpg",
    "feature_image_alt": "A pier", "feature_image_caption": "The <i>pier</i>",
    "authors": [{"name": "Ada Example"}, {"name": "Bo Sample"}],
    "tags": [{"name": "harbour"}, {"name": "#internal", "visibility": "internal"}],
}  # fmt: skip
PING = b"<?xml version='1.0'?><methodCall><methodName>weblogUpdates.ping</methodName></methodCall>"
NAMES = st.sampled_from([
    "post", "current", "previous", "status", "url", "type", "properties", "action", "name", "html",
    "content", "photo", "author", "authors", "tags", "published", "published_at", "h-entry", "data",
])  # fmt: skip


def read(said: object, kind: str = "application/json") -> Told:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return told.read(kind, body, BASE)


@pytest.mark.parametrize("said", [
    b"", b"  \n", b"anything=else", PING, {}, {"event": "site.changed"}, {"post_id": 7},
    {"url": "javascript:alert(1)"}, {"post": {"current": {"status": "draft"}, "previous": {}}},
])  # fmt: skip
def test_look(said: object) -> None:
    meaning = read(said)
    assert (meaning.url, meaning.entry, meaning.gone) == ("", None, False)


@pytest.mark.parametrize("said", [
    b"url=https%3A%2F%2Fharbour.example.org%2Fpier", b"permalink=/pier&post_id=7",
    {"url": PIER}, {"link": "/pier"}, {"post_id": 7, "post": {"permalink": PIER}},
    {"data": {"url": PIER}}, {"url": None, "post": {"link": PIER}, "site": {"url": BASE}},
    {"action": "update", "url": PIER}, b"action=undelete&url=https://harbour.example.org/pier",
])  # fmt: skip
def test_look_here(said: object) -> None:
    assert read(said, "text/plain") == Told(PIER)


def test_ghost_tells_the_article_itself() -> None:
    meaning = read({"post": {"current": POST, "previous": {"status": "draft"}}})
    entry = meaning.entry
    assert entry is not None and not meaning.gone and meaning.by == "webhook"
    assert (entry.guid, entry.url, entry.title) == (POST["id"], PIER, "A new pier")
    assert (entry.author, entry.tags) == ("Ada Example, Bo Sample", ("harbour",))
    assert (entry.summary, entry.body) == ("It stands.", "<p>It is long.</p>")
    assert entry.published_at == datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    assert entry.image_url == "https://harbour.example.org/pier.jpg"
    assert (entry.image_alt, entry.image_caption) == ("A pier", "The pier")


def test_what_only_members_may_read_stays_there() -> None:
    entry = read({"post": {"current": {**POST, "visibility": "paid"}, "previous": {}}}).entry
    assert entry is not None
    assert (entry.body, entry.summary) == ("", "It stands.")


@pytest.mark.parametrize("post", [
    {"current": {}, "previous": POST},
    {"current": {**POST, "status": "draft"}, "previous": {"status": "published"}},
])  # fmt: skip
def test_ghost_takes_an_article_back(post: dict[str, Any]) -> None:
    meaning = read({"post": post})
    assert meaning.gone and meaning.entry is not None
    assert (meaning.entry.guid, meaning.entry.url) == (POST["id"], PIER)


@pytest.mark.parametrize(("secret", "late", "cut", "good"), [
    ("s", 0, "", True), ("t", 0, "", False), ("s", 400, "", False), ("s", -400, "", False),
    ("s", 0, "x", False),
])  # fmt: skip
def test_ghosts_signature_holds_for_this_body_and_this_moment(
    secret: str, late: int, cut: str, good: bool, now: datetime
) -> None:
    sent = str(int(now.timestamp() * 1000))
    made = hmac.new(b"s", b"body" + sent.encode(), "sha256").hexdigest()
    at = now + timedelta(seconds=late)
    assert ghost.is_signed(f"sha256={made}, t={sent}{cut}", secret, b"body", at) is good


def test_micropub_in_json_and_in_a_form_is_the_same() -> None:
    form = read(
        b"h=entry&name=A+new+pier&content=It+is+long.%0A%0AVery.&category[]=a&category[]=b"
        b"&url=https://harbour.example.org/pier&published=2026-11-23T08:00:00Z&photo=/p.jpg",
    )
    said = {
        "name": ["A new pier"], "content": ["It is long.\n\nVery."], "category": ["a", "b"],
        "url": [PIER], "published": ["2026-11-23T08:00:00Z"], "photo": ["/p.jpg"],
    }  # fmt: skip
    assert read({"type": ["h-entry"], "properties": said}) == form
    assert form.entry is not None and form.by == "micropub"
    assert (form.entry.body, form.entry.tags) == ("<p>It is long.</p><p>Very.</p>", ("a", "b"))
    assert form.entry.image_url == "https://harbour.example.org/p.jpg"


def test_micropub_with_html_a_picture_and_a_person() -> None:
    said = {
        "content": [{"html": "<h2>Long</h2>"}], "photo": [{"value": "/p.jpg", "alt": "A pier"}],
        "author": [{"type": ["h-card"], "properties": {"name": ["Ada Example"]}}],
    }  # fmt: skip
    entry = read({"type": ["h-entry"], "properties": said}).entry
    assert entry is not None
    assert (entry.body, entry.image_alt, entry.author) == ("<h2>Long</h2>", "A pier", "Ada Example")
    assert entry.url == "", "it will be held: there is no link to share"


def test_micropub_deletes() -> None:
    meaning = read(b"action=delete&url=https://harbour.example.org/pier")
    assert meaning.gone and meaning.address == PIER


@pytest.mark.parametrize(("said", "sentence"), [
    (b"{nonsense", "no JSON"), (b"<nonsense", "no XML"),
    (b"<a/>", "no method"), (b'<!DOCTYPE a [<!ENTITY b "c">]>' + PING[21:], "DOCTYPE"),
    (PING.replace(b"weblogUpdates.ping", b"system.listMethods"), "system.listMethods"),
    (b"{" + b'"a":{' * 100_000, "no JSON"), (b"h=event", "h-entry"), (b"h=entry", "empty"),
    (b"action=burn&url=x", "cannot be done"), ({"action": "delete"}, "cannot be done"),
    (b"\xff\xfe", "no form"), (b"a&" * 2000, "no form"),
])  # fmt: skip
def test_nonsense_is_told_so(said: object, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        read(said)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(NAMES, JUNK) | st.binary(max_size=200))
def test_whatever_is_sent_is_understood_or_refused(said: object) -> None:
    with suppress(BadInput):
        read(said)


def multipart(head: str, value: str) -> Told:
    part = f"--b\r\nContent-Disposition: form-data; {head}\r\n\r\n{value}\r\n--b--\r\n"
    return read(part.encode(), "multipart/form-data; boundary=b")


def test_a_form_in_parts() -> None:
    assert multipart('name="url"', PIER) == Told(PIER)
    assert read(b"--b--\r\n", "multipart/form-data; boundary=b") == Told()
    assert read(b"whatever", "multipart/form-data") == Told()


def test_files_are_not_taken() -> None:
    with pytest.raises(BadInput, match="Files"):
        multipart('name="photo"; filename="pier.jpg"', "JFIF")


@pytest.mark.parametrize("depth", [990, 2000])
def test_parts_in_parts_in_parts_are_no_form(depth: int) -> None:
    nested = (
        b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n, n + 1)
        for n in range(depth)
    )
    with pytest.raises(BadInput, match="form"):
        form.parts("multipart/form-data; boundary=b0", b"\r\n".join(nested))
