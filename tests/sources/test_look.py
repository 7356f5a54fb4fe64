"""What a look stores, and what it leaves with its source."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from syndicate.lib.http import Refused
from syndicate.sources.decide import BLANK
from syndicate.sources.models import Article, Push, Source
from syndicate.sources.readers import READERS
from syndicate.sources.readers.base import Ask, Reading
from tests.conftest import NOON
from tests.sources.looking import HOUR, Stage, entry, look, show, staged, states

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def stage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READERS, "stage", ("", f"{Stage.__module__}.Stage"))
    Stage.shows.clear()
    Stage.asked.clear()


def watched(count: int = 3, **values: Any) -> Source:
    """A source after its first look at T1 … T*count*."""
    return look(staged([entry(n) for n in range(count, 0, -1)], **values), NOON)


# --- what is shown no more -----------------------------------------------------------------------


def test_what_is_gone_while_older_ones_stand_is_missing_until_it_is_back() -> None:
    source = watched()
    show(source, [entry(n) for n in (5, 4, 3, 2, 1)])
    look(source, NOON + HOUR)
    show(source, [entry(n) for n in (5, 3, 2, 1)])
    look(source, NOON + 2 * HOUR)
    assert Article.objects.get(title="T4").missing_at == NOON + 2 * HOUR
    assert not Article.objects.ready(NOON + 3 * HOUR).filter(title="T4").exists()
    show(source, [entry(n) for n in (5, 4, 3)])
    look(source, NOON + 3 * HOUR)
    assert not Article.objects.filter(missing_at__isnull=False).exists()


@pytest.mark.parametrize(
    ("shown", "values"),
    [
        ((9, 8, 7), {}),  # T5 slid out
        ((4, 3, 2), {"remark": "It came damaged."}),
        ((1, 4, 2, 3, 1), {}),  # by no order at all
    ],
)
def test_what_may_be_there_still_is_not_missing(
    shown: tuple[int, ...], values: dict[str, Any]
) -> None:
    source = watched()
    show(source, [entry(n) for n in (5, 4, 3)])
    look(source, NOON + HOUR)
    show(source, [entry(n) for n in shown], **values)
    look(source, NOON + 2 * HOUR)
    assert not Article.objects.filter(missing_at__isnull=False).exists()


def test_of_a_source_that_shows_all_it_has_whatever_is_absent_is_missing() -> None:
    source = watched()
    show(source, [entry(n) for n in (5, 4)])
    look(source, NOON + HOUR)
    show(source, [entry(5)], complete=True)
    look(source, NOON + 2 * HOUR)
    assert list(Article.objects.filter(missing_at__isnull=False)) == [
        Article.objects.get(title="T4")
    ]


def test_one_on_top_may_be_pinned() -> None:
    source = watched()
    pinned = entry(0, published_at=NOON - 99 * DAY)
    show(source, [pinned, entry(5), entry(4), entry(3)])
    look(source, NOON + HOUR)
    show(source, [pinned, entry(5), entry(3)])
    look(source, NOON + 2 * HOUR)
    assert Article.objects.get(missing_at__isnull=False).title == "T4"


# --- two sources ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "there",
    [
        {"guid": "other"},
        {"guid": "other", "url": "https://m.example/1", "canonical": "https://e.example/2026/7"},
        {"guid": "other", "url": "https://m.example/1"},
    ],
    ids=["link", "canonical", "text"],
)
def test_an_article_of_two_sources_is_one_story(there: dict[str, str]) -> None:
    one, other = watched(), watched()
    show(one, [entry(7)])
    show(other, [entry(7, **there)])
    look(one, NOON + HOUR), look(other, NOON + HOUR)
    first, second = Article.objects.filter(title="T7").order_by("pk")
    assert (second.twin_of, second.state, second.story) == (first, "new", first.pk)
    assert first.story == first.pk


@pytest.mark.parametrize(("title", "stories"), [("T7", 1), ("Another", 2)])
def test_a_canonical_address_that_is_neither_of_theirs_needs_the_title_too(
    title: str, stories: int
) -> None:
    one, other, home = watched(), watched(), "https://e.example/stories"
    show(one, [entry(7, canonical=home)])
    show(other, [entry(8, title=title, canonical=home)])
    look(one, NOON + HOUR), look(other, NOON + HOUR)
    found = Article.objects.filter(canonical_key="e.example/stories")
    assert len({article.story for article in found}) == stories


def test_what_only_shares_a_title_is_two_stories() -> None:
    one, other = watched(), watched()
    show(one, [entry(7)])
    show(other, [entry(8, title="T7", canonical="https://e.example/")])
    look(one, NOON + HOUR), look(other, NOON + HOUR)
    assert not Article.objects.filter(title="T7", twin_of__isnull=False).exists()


# --- what waits, and what is kept back -----------------------------------------------------------


def test_until_it_is_stable_an_article_waits_and_is_looked_at_once_more() -> None:
    source = watched(settle_minutes=10)
    show(source, [entry(7)])
    source = look(source, NOON + HOUR)
    due = NOON + HOUR + timedelta(minutes=10)
    assert Article.objects.get(title="T7").available_at == due
    assert source.next_check < due
    show(source, [entry(7, title="T7 mended")])
    again = source.next_check
    look(source, again)
    article = Article.objects.get(title="T7 mended")
    assert article.available_at == again + timedelta(minutes=10)
    show(source, [entry(7, title="Much later")])
    look(source, NOON + DAY)
    assert Article.objects.get(title="Much later").available_at == article.available_at


def test_filters_keep_back_and_say_why() -> None:
    source = watched(filters={"tags": ["harbour"]})
    show(source, [entry(8, tags=("harbour",)), entry(7, tags=("sport",))])
    look(source, NOON + HOUR)
    assert (states()["T8"], states()["T7"]) == ("new", "seen")
    assert "no tag of harbour" in Article.objects.get(title="T7").remark


def test_the_source_has_its_own_limits() -> None:
    source = watched(since=NOON, max_age_days=400, max_new=2)
    old = entry(6, published_at=NOON - 300 * DAY)
    show(source, [entry(9), entry(8), entry(7), old])
    look(source, NOON + HOUR)
    assert [states()[title] for title in ("T7", "T8", "T9", "T6")] == ["held"] * 3 + ["seen"]
    assert "dated before 23 November" in Article.objects.get(title="T6").state_reason


def test_a_blank_entry_waits_until_it_says_something() -> None:
    source = watched()
    blank = {"title": "", "body": "", "url": "https://e.example/blank", "author": "A"}
    for _ in range(2):
        show(source, [entry(7, **blank | {"url": ""})])
        look(source, NOON + HOUR)
    held = Article.objects.get(guid="g7")
    assert (held.state, held.state_reason) == ("held", BLANK)
    show(source, [entry(7)])
    look(source, NOON + 2 * HOUR)
    held.refresh_from_db()
    assert (held.title, held.state, held.state_reason) == ("T7", "new", "")


# --- what old ones do ----------------------------------------------------------------------------


def test_old_ones_that_resurface_are_held_and_backdated_ones_are_new() -> None:
    old = {n: entry(n, published_at=NOON - n * HOUR) for n in (10, 15, 20, 30, 40)}
    source = look(staged([old[10], old[20], old[30]]), NOON)
    show(source, [old[10], old[15], old[30], old[40]])
    look(source, NOON + HOUR)
    assert (states()["T15"], states()["T40"]) == ("new", "held")


def test_an_undated_one_below_all_others_is_held() -> None:
    undated = [entry(n, published_at=None) for n in range(9)]
    source = look(staged(undated[8:4:-1]), NOON)
    show(source, [undated[8], undated[7], undated[6], undated[4]])
    look(source, NOON + HOUR)
    show(source, [entry(10, published_at=None), *undated[8:5:-1]])
    look(source, NOON + 2 * HOUR)
    assert (states()["T4"], states()["T10"]) == ("held", "new")


def test_what_slid_out_long_ago_and_came_back_is_nothing() -> None:
    source = watched()
    for _ in range(2):
        show(source, [entry(9), entry(8)])
        look(source, NOON + HOUR)
        show(source, [entry(9), entry(8), entry(2), entry(1)])
        look(source, NOON + 2 * HOUR)
    assert Article.objects.count() == 5
    assert (states()["T1"], states()["T8"]) == ("seen", "new")


@pytest.mark.parametrize("nowhere", ["0001-01-01T00:00:00+00:00", "1970-01-01T00:00:00+00:00"])
def test_a_date_that_is_none_makes_nothing_old(nowhere: str) -> None:
    source = watched()
    show(source, [entry(7, published_at=datetime.fromisoformat(nowhere)), entry(3)])
    look(source, NOON + HOUR)
    assert (states()["T7"], Article.objects.get(title="T7").published_at) == ("new", None)


# --- what is asked, and how often ----------------------------------------------------------------


def test_a_look_that_finds_nothing_changed_costs_three_statements() -> None:
    source = watched()
    Stage.shows[source.url] = Reading(not_modified=True)
    Source.objects.update(next_check=NOON)
    with CaptureQueriesContext(connection) as asked:
        look(source, NOON + HOUR)
    said = [each["sql"].split()[0] for each in asked if "SAVEPOINT" not in each["sql"]]
    assert said == ["UPDATE", "SELECT", "UPDATE", "UPDATE", "SELECT"]  # first and last: look()


def test_more_known_articles_cost_no_more_questions() -> None:
    source, counts = watched(), []
    for begin in (0, 100, 500):
        given = {"source": source, "title": "X", "first_seen": NOON, "available_at": NOON}
        many = (
            Article(identity=f"x{n}", url_key=f"x/{n}", **given) for n in range(begin, 2 * begin)
        )
        Article.objects.bulk_create(many)
        show(source, [entry(begin + 9), entry(begin + 8)])
        with CaptureQueriesContext(connection) as asked:
            look(source, NOON + HOUR)
        counts.append(len(asked))
    assert counts[1] == counts[2]


def test_one_look_in_twenty_four_asks_for_everything() -> None:
    source = watched()
    for _ in range(24):
        look(source, NOON + HOUR)
    unconditional = [not ask.last.etag for ask in Stage.asked]
    assert (sum(unconditional), unconditional[0], unconditional[24]) == (2, True, True)


def test_what_the_source_asks_for_is_heeded_unless_an_editor_knows_better() -> None:
    source = watched()
    show(source, [entry(1)], at_least=2 * HOUR)
    assert look(source, NOON).next_check >= NOON + 2 * HOUR
    Source.objects.update(interval=timedelta(seconds=1))
    wait = look(source, NOON).next_check - NOON
    assert timedelta(minutes=1) <= wait < timedelta(minutes=1.2)


def test_a_known_rhythm_is_followed(configure: Callable[..., Any]) -> None:
    hourly = [entry(n, published_at=NOON - n * HOUR) for n in range(1, 60)]
    source = look(staged(hourly), NOON)
    assert timedelta(minutes=1) < source.rhythm < timedelta(minutes=10)
    configure(sources={"adapt": False})
    assert look(source, NOON).rhythm == timedelta(minutes=15)


@pytest.mark.parametrize(("missed", "hours"), [(0, 6), (3, 0.25)])
def test_where_a_hub_tells_us_looks_are_few_until_it_is_found_out(
    missed: int, hours: float
) -> None:
    source = watched()
    Push.objects.create(
        source=source, hub="https://hub.example/", topic="x", sealed="", state="verified",
        lease_until=NOON + DAY, next_try=NOON + DAY, missed=missed,
    )  # fmt: skip
    Stage.shows[source.url] = Reading(not_modified=True)
    assert look(source, NOON).rhythm == hours * HOUR


def test_what_polling_finds_after_a_hub_should_have_told_is_counted() -> None:
    source = watched()
    Push.objects.create(
        source=source, hub="https://hub.example/", topic="x", sealed="", state="verified",
        lease_until=NOON + DAY, next_try=NOON + DAY,
    )  # fmt: skip
    show(source, [entry(59), entry(7)], hub="https://hub.example/", topic="x")
    look(source, NOON + HOUR)
    assert Push.objects.get().missed == 1


# --- moves and failures --------------------------------------------------------------------------

THERE = "https://new.example/feed"


def test_a_move_is_followed_when_it_was_said_three_times_in_an_hour() -> None:
    source = watched()
    old = source.url
    show(source, [entry(3)], moved_to=THERE)
    Stage.shows[THERE] = Stage.shows[old]
    urls = [look(source, NOON + n * HOUR / 2).url for n in range(1, 4)]
    assert urls == [old, old, THERE]
    assert "has moved from" in source.hint
    Stage.shows[THERE] = Reading(not_modified=True)
    assert "has moved here on" in look(source, NOON + DAY).hint
    assert look(source, NOON + 9 * DAY).hint == ""


@pytest.mark.parametrize(
    ("target", "shown", "sealed"),
    [
        ("https://new.example/", [3], False),
        (THERE, [99], False),
        (THERE, [3], True),
    ],
    ids=["the front page", "other articles", "a password for another host"],
)
def test_a_move_that_may_be_none_is_not_followed(
    target: str, shown: list[int], sealed: bool
) -> None:
    source = watched()
    if sealed:
        source.credentials = {"token": "secret"}
        source.save()
    show(source, [entry(n) for n in shown], moved_to=target)
    for n in range(6):
        assert look(source, NOON + n * HOUR).url == source.url != target


def test_a_move_to_where_another_source_is_read_is_only_told() -> None:
    source, other = watched(), watched(url=THERE, name="The other")
    show(source, [entry(3)], moved_to=other.url)
    for n in range(4):
        look(source, NOON + n * HOUR)
    assert source.url != other.url
    assert "watched already, as The other" in source.hint


class Locked:
    """A reader that is not let in."""

    def read(self, ask: Ask) -> Reading:
        raise Refused(ask.url, 401)


def test_who_is_not_let_in_is_told_what_to_renew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READERS, "locked", ("", f"{__name__}.Locked"))
    source = staged(kind="locked")
    source.credentials = {"username": "ada", "password": "x"}
    source.save()
    source = look(source, NOON)
    assert source.hint == "Renew what lets us in: its password, token or key."
    assert source.health == "failing"
