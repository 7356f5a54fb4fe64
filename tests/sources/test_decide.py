"""The decision about one look, on plain data."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from syndicate.sources.decide import MAX_REVISIONS, Decision, Policy, decide, weigh
from syndicate.sources.identity import marks
from syndicate.sources.memory import Known
from syndicate.sources.readers.base import Entry
from tests.conftest import NOON

WATCHING = Policy(NOON, began=NOON - timedelta(days=30))
LONG = "<p>" + "A sentence that says something about the harbour. " * 6 + "</p>"


def entry(n: int, **values: Any) -> Entry:
    given = {
        "guid": f"g{n}",
        "url": f"https://e.example/{n}",
        "title": f"T{n}",
        "body": LONG + str(n),
    }
    return Entry(**given | values)


def known(of: Entry, pk: int = 1, **values: Any) -> Known:
    seen = marks(of)
    given = {"guid": seen.guid, "url_key": seen.url_key, "content": seen.content, "title": of.title}
    return Known(pk, seen.identity, **given | values)


@pytest.mark.parametrize(
    "sighting",
    [
        entry(1),
        entry(1, guid="another"),
        entry(1, url="https://e.example/renamed"),
        entry(1, guid="another", url="https://elsewhere.example/1"),
        entry(1, guid="", url="http://www.e.example/1/?utm_source=feed#top"),
        entry(1, guid="", url=""),
    ],
)
def test_an_article_is_known_by_any_of_its_marks(sighting: Entry) -> None:
    assert decide([known(entry(1))], [sighting], WATCHING).finds == ()


def test_what_shares_no_mark_is_new_oldest_first() -> None:
    found = decide([known(entry(1))], [entry(3), entry(2), entry(1)], WATCHING)
    assert [find.entry.title for find in found.new] == ["T2", "T3"]


def test_a_guid_that_all_share_says_nothing() -> None:
    same = [entry(n, guid="0") for n in range(3)]
    found = decide([], same, WATCHING)
    assert [find.marks.identity for find in found.new] == [f"url:e.example/{n}" for n in (2, 1, 0)]
    again = [known(find.entry, pk=n, guid="") for n, find in enumerate(found.new, 1)]
    assert decide(again, same, WATCHING).finds == ()


def test_a_link_that_all_share_says_nothing() -> None:
    same = [entry(n, url="https://e.example/live") for n in range(3)]
    assert len(decide([], same, WATCHING).new) == 3
    assert decide(
        [known(entry(7, url="https://e.example/"))], [entry(8, url="https://e.example/")], WATCHING
    ).new


def test_a_reading_that_holds_an_article_twice_means_it_once() -> None:
    assert len(decide([], [entry(1), entry(1)], WATCHING).new) == 1
    twice = [entry(1, title="Fixed"), entry(1, title="Fixed")]
    assert len(decide([known(entry(1))], twice, WATCHING).changed) == 1


def test_a_change_is_told_until_it_never_ends() -> None:
    fixed = entry(1, title="Fixed")
    assert [c.entry.title for c in decide([known(entry(1))], [fixed], WATCHING).changed] == [
        "Fixed"
    ]
    restless = known(entry(1), revision=MAX_REVISIONS)
    assert not decide([restless], [entry(1, body="another advertisement")], WATCHING).changed
    assert decide([restless], [fixed], WATCHING).changed


@pytest.mark.parametrize(
    ("days", "state"),
    [(-400, "seen"), (-15, "seen"), (-13, "new"), (0, "new"), (3, "new"), (31, "held")],
)
def test_a_date_decides(days: int, state: str) -> None:
    dated = entry(1, published_at=NOON + timedelta(days=days))
    (find,) = decide([], [dated], WATCHING).finds
    assert find.state == state
    assert bool(find.reason) == (state != "new")


def test_a_post_dated_article_waits_for_its_date() -> None:
    tomorrow = NOON + timedelta(days=1)
    (find,) = decide([], [entry(1, published_at=tomorrow)], WATCHING).new
    assert find.available_at == tomorrow


def test_without_a_link_an_editor_is_asked() -> None:
    (find,) = decide([], [entry(1, url="")], WATCHING).held
    assert find.reason == "The source gives no link to it."


def test_the_first_look_takes_what_it_was_told_to_whatever_its_age() -> None:
    old = [entry(n, published_at=NOON - timedelta(days=100 * n)) for n in range(1, 4)]
    first = Policy(NOON, take_newest=2, max_new=1)
    assert [find.entry.title for find in decide([], old, first).new] == ["T2", "T1"]
    assert not decide([], old, Policy(NOON)).new


def test_the_brake_holds_all_or_none() -> None:
    many = [entry(n) for n in range(5)]
    policy = Policy(NOON, began=NOON, max_new=4)
    assert len(decide([], many, policy).held) == 5
    assert len(decide([], many[:4], policy).new) == 4


def test_what_its_page_tells_may_speak_against_an_entry_after_all() -> None:
    policy = replace(WATCHING, filters={"not_words": ["sport"]})
    bare = entry(1, body="")
    (find,) = decide([], [bare], policy).new
    told = {
        "seen": replace(bare, body="<p>A page about sport.</p>"),
        "held": replace(bare, title=""),
        "new": replace(bare, body=LONG),
    }
    for state, entry_ in told.items():
        weighed = weigh(Decision(finds=(replace(find, entry=entry_),)), policy)
        assert [each.state for each in weighed.finds] == [state]


def test_a_page_that_dates_it_long_ago_makes_it_old() -> None:
    (find,) = decide([], [entry(1)], WATCHING).new
    dated = replace(find, entry=entry(1, published_at=NOON - timedelta(days=99)))
    assert weigh(Decision(finds=(dated,)), WATCHING).seen


def test_what_no_page_tells_either_is_missed_in_the_end() -> None:
    policy = replace(WATCHING, filters={"tags": ["harbour"]})
    untold = decide([], [entry(1)], policy)
    assert len(untold.new) == 1
    assert weigh(untold, policy).seen
    tagged = replace(untold.new[0], entry=entry(1, tags=("Harbour",)))
    assert weigh(Decision(finds=(tagged,)), policy).new
