"""A post's key is a TID and remembers the first try."""

from __future__ import annotations

from datetime import datetime, timedelta

import regex

from syndicate.social.key import first_try, key

# https://atproto.com/specs/tid
TID = regex.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")


def test_it_is_a_tid_that_sorts_by_time(now: datetime) -> None:
    keys = [key(7, now + timedelta(microseconds=n * 999)) for n in range(50)]
    assert all(TID.fullmatch(one) for one in keys)
    assert keys == sorted(keys)


def test_it_tells_the_moment_it_was_made(now: datetime) -> None:
    moment = now + timedelta(microseconds=123456)
    assert first_try(key(99_999_999, moment)) == moment


def test_two_posts_of_one_moment_differ(now: datetime) -> None:
    assert key(1, now) != key(2, now)
