"""The platforms' own counting."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from syndicate.social import count

X_CASES = ("WeightedTweetsWithDiscountedEmojiCounterTest", "UnicodeDirectionalMarkerCounterTest")


def test_x_counts_as_its_own_conformance_cases_say(corpora: Path) -> None:
    cases = yaml.safe_load((corpora / "twitter-text-validate.yml").read_text(encoding="utf-8"))
    found = [case for name in X_CASES for case in cases["tests"][name]]
    wrong = [
        case["description"]
        for case in found
        if count.x(case["text"]) != case["expected"]["weightedLength"]
    ]
    assert len(found) == 24 and wrong == []


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("A pier", 6),
        ("Ein Fähranleger", 15),
        ("桟橋", 4),
        ("👩‍👩‍👧", 2),
        ("e\u0301", 1),  # NFC first
        ("https://example.org/" + "a" * 300, 23),
        ("See example.org now", 31),  # a bare name is a link too
        ("See Node.js now", 15),  # js is no top-level domain
        ("me@example.org", 14),
        ("http://localhost/articles/1", 27),  # no top-level domain: no link
        ("https://пример.рф/путь.", 24),
    ],
)
def test_x_weighs(text: str, length: int) -> None:
    assert count.x(text) == length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("桟橋", 2),
        ("👩‍👩‍👧", 1),
        ("https://example.org/" + "a" * 300, 23),
        ("See example.org now", 19),  # only http makes a link
        ("by @ada@social.example", 7),
        ("ada@social.example", 18),
    ],
)
def test_mastodon_counts(text: str, length: int) -> None:
    assert count.mastodon(text) == length


def test_mastodon_counts_a_link_as_the_server_says() -> None:
    assert count.mastodon("A https://example.org/pier", per_link=30) == 32
