"""Texts cut where they differ: put together again, each is itself."""

from __future__ import annotations

from itertools import zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.mail.transports.merge import constants, values
from syndicate.mail.transports.parts import Parts
from syndicate.mail.transports.payload import alike

WORDS = st.lists(st.sampled_from(["Dear ", "Ada", ",", " ", "<p>", "</p>", "ü", "a=1", "\n"]))


def together(between: tuple[str, ...], own: tuple[str, ...]) -> str:
    return "".join(c + v for c, v in zip_longest(between, own, fillvalue=""))


@pytest.mark.parametrize(
    ("one", "other", "between"),
    [
        ("Dear Ada, go: /u/1 now.", "Dear Grace, go: /u/22 now.", ("Dear ", ", go: ", " now.")),
        ("Dear Ada", "Dear Grace", ("Dear ", "")),
        ("Ada, all", "Grace, all", ("", ", all")),
        ("Dear , all", "Dear Ada Lovelace, all", ("Dear ", ", all")),
        ("the same", "the same", ("the same",)),
        ("", "", ("",)),
        ("", "all", ("", "")),
    ],
)
def test_what_two_have_in_common(one: str, other: str, between: tuple[str, ...]) -> None:
    assert constants(one, other) == between


def test_a_third_is_cut_at_the_same_places() -> None:
    between = constants("<b>Ada</b> /u/1 end", "<b>Grace</b> /u/2 end")
    assert values("<b>Barbara L.</b> /u/77 end", between) == ("Barbara L.", "/u/77")
    assert values("<i>Ada</i> /u/1 end", between) is None
    assert values("<b>Ada</b> /u/1 end, and more", between) is None
    assert values("<b>", ("<b>x", "x</b>")) is None


@given(WORDS, WORDS, WORDS)
def test_put_together_each_is_itself(one: list[str], other: list[str], third: list[str]) -> None:
    texts = ["".join(words) for words in (one, other, third)]
    between = constants(texts[0], texts[1])
    for text in texts:
        own = values(text, between)
        assert own is None or together(between, own) == text


@given(WORDS, WORDS, st.text(max_size=20), st.text(max_size=20))
def test_a_long_text_is_common_but_for_what_differs(
    head: list[str], tail: list[str], one: str, other: str
) -> None:
    frame = "".join(head), f"{'word ' * 20}{''.join(tail)}"
    between = constants(f"{frame[0]}{one}{frame[1]}", f"{frame[0]}{other}{frame[1]}")
    assert sum(map(len, between)) >= len("word " * 18)
    for name in (one, other):
        assert values(f"{frame[0]}{name}{frame[1]}", between) is not None


def letter(name: str, number: int) -> Parts:
    """Who gave a name is greeted, in the subject too; who gave none is not."""
    dear = f"Dear {name}, good morning." if name else "Good morning, all."
    html = f"<p>{dear}</p><a href='https://n.example.org/u/{number}'>Leave</a>"
    subject = f"{name}, a new pier" if name else "A new pier"
    address = f"r{number}@example.org"
    return Parts("n@example.org", "", name, address, "", subject, dear, html, "", {})


def test_readers_with_and_without_a_name_and_namesakes_go_in_few_calls() -> None:
    names = ["Anna", "", "Grace", "Anna", "", "Anna", "Björn Å", "Anna"] * 10
    groups = list(alike([letter(name, number) for number, name in enumerate(names)]))
    assert len(groups) <= 3
    assert sorted(place for group in groups for place in group.places) == list(range(80))


def test_an_article_about_the_service_s_own_placeholders_is_not_merged() -> None:
    mails = [letter("Ada", 1), letter("Grace", 2)]
    mails = [mail._replace(text=f"{mail.text} %recipient.name%") for mail in mails]
    assert [len(group.mails) for group in alike(mails)] == [1, 1]
