"""Where a sentence ends, and where it only seems to."""

from __future__ import annotations

import pytest

from syndicate.lib.sentences import complete, cut, split


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Dr. Lang of St. Ives met Mr. J. Field.", ["Dr. Lang of St. Ives met Mr. J. Field."]),
        ("It cost 3.50. Nobody paid.", ["It cost 3.50.", "Nobody paid."]),
        ("“Why?” she asked. He left.", ["“Why?” she asked.", "He left."]),
        ("Boote, Netze usw. liegen am 3. November da.", None),
        ("港は新しい。船が来た。", ["港は新しい。", "船が来た。"]),
        ("No end", ["No end"]),
        ("", []),
    ],
)
def test_sentences(text: str, sentences: list[str] | None) -> None:
    assert split(text) == ([text] if sentences is None else sentences)


@pytest.mark.parametrize(
    ("text", "whole"),
    [("Yes.", True), ("“Yes.”", True), ("No", False), ("And so…", False), ("So on...", False)],
)
def test_complete(text: str, whole: bool) -> None:
    assert complete(text) is whole


def test_a_cut_never_exceeds_its_limit() -> None:
    text = "The ferry leaves at nine, and comes back at noon with the post, weather permitting"
    for limit in range(5, 90):
        assert len(cut(text, limit)) <= limit
