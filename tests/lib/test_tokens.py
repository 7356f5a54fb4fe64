"""Signed tokens: short, for one purpose, not to be bent."""

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.lib.errors import BadInput
from syndicate.lib.tokens import letters, read, sealer, sign, spell, unseal

LETTERS = string.ascii_letters + string.digits + "-_"


IDS = st.lists(st.integers(0, 2**48 - 1), min_size=1, max_size=4)


@given(IDS)
def test_what_is_signed_is_read(ids: list[int]) -> None:
    assert read("unsubscribe", sign("unsubscribe", *ids)) == tuple(ids)


@given(IDS)
def test_many_are_made_as_one_is(ids: list[int]) -> None:
    *first, last = ids
    assert unseal("one-click", sealer("one-click", *first)(last)) == tuple(ids)


@given(IDS, IDS)
def test_several_are_spelled_as_each_is(one: list[int], other: list[int]) -> None:
    sealed = [sealer("confirm", *ids[:-1])(ids[-1]) for ids in (one, other)]
    apart = [sign("confirm", *ids) for ids in (one, other)]
    assert spell(b"".join(sealed)).decode() == "".join(apart)
    assert [letters(len(each)) for each in sealed] == [len(token) for token in apart]


def test_one_id_takes_24_letters_that_need_no_quoting() -> None:
    for number in (0, 1, 2**48 - 1):
        token = sign("one-click", number)
        assert len(token) == 24 and set(token) <= set(LETTERS)


def test_a_token_is_for_one_purpose() -> None:
    with pytest.raises(BadInput):
        read("confirm", sign("unsubscribe", 7))


def test_every_changed_letter_is_noticed() -> None:
    token = sign("confirm", 300)
    for place in range(len(token)):
        for letter in LETTERS.replace(token[place], ""):
            with pytest.raises(BadInput):
                read("confirm", token[:place] + letter + token[place + 1 :])


@pytest.mark.parametrize("token", ["", "a", "!!!!", "ü", "AAAA=", "A" * 16, "A" * 4000, " "])
def test_nonsense_is_bad_input(token: str) -> None:
    with pytest.raises(BadInput):
        read("confirm", token)


@pytest.mark.parametrize("extra", ["=", "\n", " ", "*"])
def test_a_token_has_one_spelling(extra: str) -> None:
    with pytest.raises(BadInput):
        read("confirm", sign("confirm", 7) + extra)


def test_tokens_outlive_a_change_of_key(settings: Any) -> None:
    old = sign("confirm", 7)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, just as long as the first one 0123456789"
    assert read("confirm", old) == (7,)
    assert sign("confirm", 7) != old
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(BadInput):
        read("confirm", old)


@pytest.mark.parametrize("number", [-1, 2**48])
def test_a_number_that_does_not_fit_is_a_mistake_of_ours(number: int) -> None:
    with pytest.raises(OverflowError):
        sign("confirm", number)


@pytest.mark.parametrize("length", [0, 5, 11, 12, 13, 17])
def test_bytes_that_hold_no_id(length: int) -> None:
    with pytest.raises(BadInput):
        unseal("confirm", b"x" * length)
