"""Words that are safe to copy, by the vectors of BIP 173 and NIP-19."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.lib.bech32 import decode, encode
from syndicate.lib.errors import BadInput


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        ("A12UEL5L", "a"),
        ("a12uel5l", "a"),
        (
            "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
            "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio",
        ),
        ("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", "abcdef"),
        ("?1ezyfcl", "?"),
    ],
)
def test_the_valid_ones_of_bip_173(text: str, prefix: str) -> None:
    assert decode(text)[0] == prefix


@pytest.mark.parametrize(
    "text",
    [
        *("pzry9x0s0muk", "1pzry9x0s0muk", "x1b4n0q5v", "li1dgmt3", "de1lg7wt\xff", "A1G7SGD8"),
        *("10a06t8", "1qzzfhee", "", "1", "a12UEL5L"),
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
    ],
)
def test_the_broken_ones_of_bip_173(text: str) -> None:
    with pytest.raises(BadInput):
        decode(text)


@pytest.mark.parametrize(
    ("text", "prefix", "hexadecimal"),
    [
        (
            "npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg",
            "npub",
            "7e7e9c42a91bfef19fa929e5fda1b72e0ebc1a4c1141673e2794234d86addf4e",
        ),
        (
            "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5",
            "nsec",
            "67dea2ed018072d675f5415ecfaed7d2597555e202d85b3d65ea4e58d2d92ffa",
        ),
        (
            "npub180cvv07tjdrrgpa0j7j7tmnyl2yr6yr7l8j4s3evf6u64th6gkwsyjh6w6",
            "npub",
            "3bf0c63fcb93463407af97a5e5ee64fa883d107ef9e558472c4eb9aaaefa459d",
        ),
    ],
)
def test_the_examples_of_nip_19(text: str, prefix: str, hexadecimal: str) -> None:
    assert decode(text) == (prefix, bytes.fromhex(hexadecimal))
    assert encode(prefix, bytes.fromhex(hexadecimal)) == text


def test_a_longer_one_than_bip_173_allows() -> None:
    text = (
        "nprofile1qqsrhuxx8l9ex335q7he0f09aej04zpazpl0ne2cgukyawd24mayt8gpp4mhxue69uhhytnc9e3k7"
        "mgpz4mhxue69uhkg6nzv9ejuumpv34kytnrdaksjlyr9p"
    )
    prefix, told = decode(text)
    assert (prefix, told[:2]) == ("nprofile", b"\0\x20")
    assert told[34:] == b"\x01\x0dwss://r.x.com\x01\x15wss://djbas.sadkb.com"
    assert encode(prefix, told) == text


@given(st.binary(max_size=200), st.integers(0, 10_000))
def test_what_was_encoded_comes_back_and_no_changed_sign_passes(data: bytes, at: int) -> None:
    text = encode("note", data)
    assert decode(text) == ("note", data)
    place = 5 + at % (len(text) - 5)
    changed = text[:place] + ("q" if text[place] != "q" else "p") + text[place + 1 :]
    with pytest.raises(BadInput):
        decode(changed)
