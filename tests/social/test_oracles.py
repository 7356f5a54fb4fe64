"""Counting, against the platforms' own code, on texts that nobody would write."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import regex

from syndicate.lib.text import graphemes
from syndicate.social import count
from syndicate.social.channels.bluesky_text import detect
from tests.social.texts import texts

HERE = Path(__file__).resolve().parent
ORACLES = HERE.parents[1] / ".cache" / "oracles"
MANY, SEED = 20_000, 20261123
# A name of Latin labels that an emoji parts from its last one. X's code counts in UTF-16, and goes
# on in the middle of the emoji: one more than we say, or two.
HALVED = regex.compile(r"\w\.\S*[\U00010000-\U0010FFFF]\S*\.")


def missing() -> str:
    """Why there are none, or an empty text."""
    if shutil.which("node") is None:
        return "no node"
    here = all((ORACLES / "node_modules" / name).is_dir() for name in ("twitter-text", "@atproto"))
    return "" if here else "the platforms’ own code is not there; make oracles installs it"


@pytest.mark.node
@pytest.mark.skipif(bool(missing()), reason=missing())
def test_texts_count_as_the_platforms_own_code_counts_them() -> None:
    """One test, since one Node is to start."""
    written = [*texts(MANY, SEED)]
    told = list(zip(written, said(written), strict=True))
    on_x = [text for text, (weight, *_) in told if count.x(text) != weight]
    assert [text for text in on_x if not HALVED.search(text)] == [] and len(on_x) <= 3
    assert [text for text, (_, length, *_) in told if len(graphemes(text)) != length] == []
    assert [text for text, (_, _, size, _) in told if len(text.encode()) != size] == []
    assert [text for text, (*_, facets) in told if found(text) != apart(facets)] == []


def said(written: list[str]) -> list[list[Any]]:
    """For each text: X's weight, Bluesky's graphemes, bytes and facets."""
    asked = "".join(f"{json.dumps(text)}\n" for text in written)
    answer = subprocess.run(
        ["node", str(HERE / "oracles.cjs")],
        input=asked, env=os.environ | {"ORACLES": str(ORACLES)}, capture_output=True, text=True,
        check=True, timeout=300,
    )  # fmt: skip
    return [json.loads(line) for line in answer.stdout.split("\n") if line]


def found(text: str) -> list[list[Any]]:
    """Ours, by bytes."""
    return [
        [len(text[: one.begin].encode()), len(text[: one.end].encode()), one.kind, one.value]
        for one in detect(text)
    ]


def apart(facets: list[list[Any]]) -> list[list[Any]]:
    """Theirs, without those that begin within another, which no app could show."""
    kept: list[list[Any]] = []
    for begin, end, kind, value in sorted(facets, key=lambda one: one[0]):
        address = whole(value) if kind == "link" else value
        if address and (not kept or begin >= kept[-1][1]):
            kept.append([begin, end, kind, address])
    return kept


def whole(address: str) -> str:
    """A name that begins with “http” they take for an address, be it one or not."""
    if regex.match("https?://", address):
        return address
    return next((one.value for one in detect(address) if one.kind == "link"), "")
