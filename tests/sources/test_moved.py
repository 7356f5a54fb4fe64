"""The same articles under other marks: nothing of it is new."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from syndicate.sources.decide import Policy, decide
from syndicate.sources.identity import marks
from syndicate.sources.memory import Known
from syndicate.sources.readers.base import Entry
from tests.conftest import NOON

WATCHING = Policy(NOON, began=NOON - timedelta(days=30))
WORDS = [f"{what}{n}" for n in range(40) for what in ("pier", "quay", "ferry", "gull")]


def entry(n: int, host: str = "e.example", **values: object) -> Entry:
    given = {
        "guid": f"http://{host}/?p={n}",
        "url": f"https://{host}/2026/{n}",
        "title": f"T{n}",
        "body": f"<p>{n} {' '.join(WORDS[n : n + 99])}</p>",
        "published_at": NOON - timedelta(days=n, minutes=7),
    }
    return Entry(**given | values)  # type: ignore[arg-type]


def known(*entries: Entry) -> list[Known]:
    made = []
    for pk, each in enumerate(entries, 1):
        seen = marks(each)
        made.append(
            Known(pk, seen.identity, seen.guid, seen.url_key, "", seen.content, each.title,
                  published_at=each.published_at, text=each.body)
        )  # fmt: skip
    return made


BEFORE = [entry(n) for n in range(1, 6)]


def elsewhere(each: Entry, **values: object) -> Entry:
    fresh = {"guid": f"new {each.guid}", "url": f"https://e.example/a/{each.title}"}
    return replace(each, **fresh | values)  # type: ignore[arg-type]


MOVES: dict[str, Callable[[Entry], Entry]] = {
    "other guids": lambda e: elsewhere(e, url=e.url),
    "other host, other words": lambda e: elsewhere(
        e, url=e.url.replace("e.example", "o.example"), title=f"Now {e.title}", body=""
    ),
    "mail. host": lambda e: elsewhere(e, url=e.url.replace("e.example", "mail.e.example")),
    "other system": elsewhere,
    "other titles": lambda e: elsewhere(e, title=f"Now {e.title}"),
    "no dates": lambda e: elsewhere(e, published_at=None),
}


@pytest.mark.parametrize("move", MOVES)
def test_all_guids_changed_at_once(move: str) -> None:
    decision = decide(known(*BEFORE), [MOVES[move](each) for each in BEFORE], WATCHING)
    assert decision.finds == ()
    assert decision.shown == {1, 2, 3, 4, 5}


def test_a_new_article_amid_a_move_is_new() -> None:
    after = [entry(9, "other.example"), *(entry(n, "other.example", body="") for n in range(1, 6))]
    (find,) = decide(known(*BEFORE), after, WATCHING).finds
    assert find.entry.title == "T9"


def test_one_article_made_anew_is_known_by_its_title_and_its_moment() -> None:
    again = replace(BEFORE[0], guid="new", url="https://e.example/better")
    decision = decide(known(*BEFORE), [again, *BEFORE[1:]], WATCHING)
    assert decision.finds == ()
    assert [change.entry.url for change in decision.changed] == ["https://e.example/better"]


@pytest.mark.parametrize(
    "other",
    [
        {"title": "T1", "published_at": NOON},  # a column that is always called so
        {"title": "T1", "published_at": None},
        {"published_at": BEFORE[0].published_at},
        {"url": "https://unrelated.example/2026/1", "title": "Unlike"},
    ],
)
def test_what_only_resembles_one_is_new(other: dict[str, object]) -> None:
    body = f"<p>{' '.join(WORDS[120:])}</p>"
    fresh = entry(7, **{"body": body, "guid": "n7", **other})
    assert len(decide(known(*BEFORE), [fresh, *BEFORE], WATCHING).finds) == 1


def test_two_of_one_title_that_stand_side_by_side_are_two() -> None:
    twin = replace(BEFORE[0], guid="x", url="https://e.example/x")
    decision = decide(known(*BEFORE), [twin, *BEFORE], WATCHING)
    assert [find.entry.guid for find in decision.finds] == []  # the same text: shown twice
    other = replace(twin, body=f"<p>{' '.join(WORDS[120:])}</p>")
    assert len(decide(known(*BEFORE), [other, *BEFORE], WATCHING).finds) == 1


def test_a_day_without_an_hour_is_that_of_many() -> None:
    day = NOON.replace(hour=0)
    notices = [entry(n, title="Notice", published_at=day, body="") for n in range(2)]
    assert len(decide(known(notices[0]), [notices[1]], WATCHING).finds) == 1


def test_one_guid_for_all_but_one_entry_at_a_time() -> None:
    only = known(entry(1, guid="0"))
    (find,) = decide(only, [entry(2, guid="0")], WATCHING).finds
    assert find.marks.identity == "url:e.example/2026/2"
