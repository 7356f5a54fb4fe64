"""What is packed is unpacked whole or not at all, and never without an end."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from contextlib import suppress

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from syndicate.lib.unpack import TooLarge, Unpackable, unpack

TEXT = b"The pier is open again. " * 200
MUCH = 10_000_000
raw = zlib.compressobj(wbits=-zlib.MAX_WBITS)
BARE = raw.compress(TEXT) + raw.flush()
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}


@pytest.mark.parametrize("name", PACKED)
def test_each_way_of_packing(name: str) -> None:
    assert unpack(PACKED[name](TEXT), name, MUCH) == TEXT
    assert unpack(b"", name, MUCH) == b""


def test_deflate_is_two_formats() -> None:
    assert unpack(BARE, "deflate", MUCH) == TEXT


def test_wrappings_come_off_in_the_order_in_which_they_went_on() -> None:
    assert unpack(gzip.compress(brotli.compress(TEXT)), "br, X-Gzip", MUCH) == TEXT


@pytest.mark.parametrize("name", ["", "identity", "utf-8", "none"])
def test_what_is_no_packing_is_left_as_it_is(name: str) -> None:
    assert unpack(TEXT, name, MUCH) == TEXT


def test_many_wrappings_are_an_attack() -> None:
    with pytest.raises(Unpackable, match="too many times"):
        unpack(TEXT, "gzip, gzip, gzip, gzip", MUCH)


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize("limit", [10 * MUCH, 1_000_000])
def test_a_bomb_is_refused_by_ratio_and_by_size(name: str, limit: int) -> None:
    with pytest.raises(TooLarge):
        unpack(PACKED[name](b"\0" * 20_000_000), name, limit)


@pytest.mark.parametrize("name", PACKED)
def test_what_is_cut_short_is_not_taken_for_the_whole(name: str) -> None:
    with pytest.raises(Unpackable, match="cut short"):
        unpack(PACKED[name](TEXT)[:-4], name, MUCH)


@pytest.mark.parametrize("name", PACKED)
def test_what_is_something_else_is_said_to_be(name: str) -> None:
    with pytest.raises(Unpackable):
        unpack(b"\xffno such thing at all", name, MUCH)


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_pieces_follow_each_other_but_not_without_end(name: str) -> None:
    assert unpack(PACKED[name](TEXT) * 3, name, MUCH) == TEXT * 3
    with pytest.raises((TooLarge, Unpackable)):
        unpack(PACKED[name](b"") * 5000, name, MUCH)


def test_gzip_may_have_rubbish_behind_it() -> None:
    assert unpack(gzip.compress(TEXT) + b"\0\0\0", "gzip", MUCH) == TEXT


@given(st.binary(max_size=300), st.sampled_from(sorted(PACKED)))
def test_nothing_else_is_ever_raised(body: bytes, name: str) -> None:
    with suppress(TooLarge, Unpackable):
        assert len(unpack(body, name, 1000)) <= 1000
