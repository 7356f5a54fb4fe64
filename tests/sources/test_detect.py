"""One look at a source, against a real site on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from syndicate.lib import clock
from syndicate.sources import editorial
from syndicate.sources.detect import detect, peek
from syndicate.sources.models import Article, Source
from syndicate.sources.readers import READERS
from syndicate.sources.readers.base import Ask, Reading
from tests import rows
from tests.conftest import NOON
from tests.fakes.website import Picture, Website

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def site() -> Iterator[Website]:
    with clock.frozen(NOON), Website() as made:
        yield made


def watch(site: Website, **values: Any) -> Source:
    given = {"name": "Harbour", "url": site.feed_url, "created_at": NOON, "next_check": NOON}
    return Source.objects.create(**given | values)


def look(source: Source, at: datetime) -> Source:
    """Look at *at*, whatever the clock said."""
    Source.objects.filter(pk=source.pk).update(next_check=at)
    detect(source.pk, at)
    source.refresh_from_db()
    return source


def states() -> dict[str, str]:
    return dict(Article.objects.order_by("pk").values_list("title", "state"))


def test_the_first_look_sends_nothing(site: Website) -> None:
    site.publish("Old news")
    source = look(watch(site), NOON)
    assert states() == {"Old news": "seen"}
    assert (source.health, source.baseline_at, source.checked_at) == ("ok", NOON, NOON)
    assert source.next_check - NOON == pytest.approx(timedelta(minutes=15), abs=140 * SECOND)


def test_unless_the_newest_few_were_asked_for(site: Website) -> None:
    for n in range(4):
        site.publish(f"News {n}", date=NOON - n * timedelta(days=30))
    look(watch(site, take_newest=2), NOON)
    assert states() == {"News 0": "new", "News 1": "new", "News 2": "seen", "News 3": "seen"}


def test_what_is_published_later_is_new_once(site: Website) -> None:
    source = look(watch(site), NOON)
    url = site.publish("A new pier", tags=["harbour"], date=NOON + HOUR)
    for hours in (1, 2, 3):
        look(source, NOON + hours * HOUR)
    article = Article.objects.get()
    assert (article.title, article.url, article.state) == ("A new pier", url, "new")
    assert (article.author, article.tags, article.language) == ("Ada Example", ["harbour"], "en")
    assert article.published_at == article.available_at == NOON + HOUR
    assert article.image_url == f"{site.url}/pictures/pier.jpg"
    assert article.image_caption.startswith("The old pier")
    assert article.comments_url == f"{url}#respond"
    assert article.summary.startswith("The council met on the quay")


@pytest.mark.parametrize("kind", ["rss", "atom", "jsonfeed", "rdf"])
def test_every_format_is_read_alike(kind: str) -> None:
    with clock.frozen(NOON), Website(feed=kind) as site:
        source = look(watch(site), NOON)
        site.publish("A new pier", summary="Work begins in March, and lasts until the swallows.")
        look(source, NOON + HOUR)
    article = Article.objects.get()
    assert (article.title, article.author, article.state) == ("A new pier", "Ada Example", "new")
    assert "<figcaption>The old pier" in article.body
    assert "Follow us" not in article.body


def test_a_title_fixed_later_updates_and_sends_nothing_again(site: Website) -> None:
    source = look(watch(site), NOON)
    url = site.publish("A new peir")
    look(source, NOON + HOUR)
    site.edit(url, title="A new pier")
    look(source, NOON + 2 * HOUR)
    article = Article.objects.get()
    assert (article.title, article.revision, article.state) == ("A new pier", 2, "new")
    assert article.changed_at == NOON + 2 * HOUR
    assert article.first_seen == NOON + HOUR


@pytest.mark.parametrize(
    "move",
    [{"guid": "another-system-7"}, {"path": "/better-slug"}, {"guid": "https://www.x.example/1"}],
)
def test_a_moved_guid_or_link_is_the_same_article(site: Website, move: dict[str, str]) -> None:
    source = look(watch(site), NOON)
    url = site.publish("A new pier")
    look(source, NOON + HOUR)
    site.edit(url, **move)
    look(source, NOON + 2 * HOUR)
    look(source, NOON + 3 * HOUR)
    assert states() == {"A new pier": "new"}


def test_what_an_edit_leaves_out_of_the_feed_stays_as_its_page_said(site: Website) -> None:
    source = look(watch(site), NOON)
    url = site.publish("A new peir", full=False, summary="Short.")
    look(source, NOON + HOUR)
    before = Article.objects.get()
    site.answer_with(500, url=url)
    site.edit(url, title="A new pier")
    look(source, NOON + 2 * HOUR)
    after = Article.objects.get()
    assert (after.title, after.body) == ("A new pier", before.body)
    assert after.image_url == before.image_url != ""


def test_a_teaser_never_replaces_what_its_page_had_told(site: Website) -> None:
    source = look(watch(site), NOON)
    url = site.publish("A new peir")
    page = site.publication.page(site.publication.stories[0])
    site.answer_with(200, page, {"Content-Type": "text/html; charset=utf-8"}, url=url)
    site.edit(url, html="<p>The council met on the quay […]</p>")
    look(source, NOON + HOUR)
    site.answer_with(500, url=url)
    site.edit(url, title="A new pier")
    look(source, NOON + 2 * HOUR)
    article = Article.objects.get()
    assert article.title == "A new pier"
    assert "harbour master" in article.body


def test_a_page_fills_the_gaps_of_a_bare_feed(site: Website) -> None:
    source = look(watch(site), NOON)
    boats = Picture("boats.jpg", "Boats", "Boats at noon")
    site.publish("A new pier", images=[Picture(), boats], full=False, author="", summary="Short.")
    look(source, NOON + HOUR)
    article = Article.objects.get()
    assert "Boats at noon" in article.body
    assert "harbour master" in article.body
    assert article.image_caption.startswith("The old pier")
    for surrounding in (
        "Tides, trades",
        "By Ada",
        "Follow us",
        "Get in touch",
        "Share:",
        "Add comment",
    ):
        assert surrounding not in article.body


def test_a_page_that_is_not_there_costs_only_what_it_would_have_added(site: Website) -> None:
    source = look(watch(site), NOON)
    url = site.publish("A new pier", full=False, summary="Work begins in March, they say here.")
    site.answer_with(404, url=url)
    assert look(source, NOON + HOUR).health == "ok"
    assert Article.objects.get().summary == "Work begins in March, they say here."


def test_too_many_at_once_are_held(site: Website, configure: Callable[..., Any]) -> None:
    configure(sources={"max_new": 3})
    source = look(watch(site), NOON)
    for n in range(4):
        site.publish(f"News {n}")
    look(source, NOON + HOUR)
    assert set(states().values()) == {"held"}
    assert "4 articles came at once" in Article.objects.all()[0].state_reason


def test_an_old_date_is_seen_and_a_future_one_waits(site: Website) -> None:
    source = look(watch(site), NOON)
    site.publish("Old", date=NOON - timedelta(days=60))
    site.publish("Later", date=NOON + timedelta(days=1))
    site.publish("Absurd", date=datetime.fromisoformat("2099-01-01T00:00:00+00:00"))
    site.publish("Undated", date=None)
    look(source, NOON + HOUR)
    assert states() == {"Old": "seen", "Later": "new", "Absurd": "held", "Undated": "new"}
    reasons = dict(Article.objects.values_list("title", "state_reason"))
    assert reasons["Absurd"] == "It is dated 1 January 2099, far in the future."
    ready = Article.objects.ready(NOON + HOUR).values_list("title", flat=True)
    assert list(ready) == ["Undated"]


def test_nothing_new_is_asked_for_politely(site: Website) -> None:
    site.publish("Old news")
    source = look(watch(site), NOON)
    look(source, NOON + HOUR)
    assert [each.status for each in site.asked(site.feed_url)] == [200, 304]
    assert site.requests[-1].headers["if-none-match"] == source.etag


def test_once_a_day_it_asks_for_everything(site: Website) -> None:
    """WordPress answers 304 although an article with an earlier date was added."""
    site.publish("Old news", date=NOON - HOUR)
    source = look(watch(site), NOON)
    site.trust_validators_only()
    site.publish("Backdated", date=NOON - timedelta(minutes=30))
    look(source, NOON + 23 * HOUR)
    assert "Backdated" not in states()
    look(source, NOON + 24 * HOUR)
    assert states()["Backdated"] == "new"


def test_an_old_article_that_is_shown_again_is_held(site: Website) -> None:
    """A feed of the last ten shows the eleventh when one is deleted."""
    deleted = site.publish("Yesterday's", date=NOON - timedelta(days=1))
    source = look(watch(site), NOON)
    site.withdraw(deleted)
    site.publish("Last week's", date=NOON - timedelta(days=6))
    look(source, NOON + HOUR)
    assert states() == {"Yesterday's": "seen", "Last week's": "held"}


def test_the_same_bytes_are_not_read_twice(site: Website) -> None:
    site.without_validators()
    site.publish("Old news")
    source = look(watch(site), NOON)
    look(source, NOON + HOUR)
    assert (source.etag, source.health, Article.objects.count()) == ("", "ok", 1)


def test_validators_are_stored_only_with_the_articles(site: Website) -> None:
    source = look(watch(site), NOON)
    tag = source.etag
    site.answer_with(200, "<rss><channel></channel></rss>", {"ETag": '"wrong"'})
    site.publish("A new pier")
    Article.objects.create(
        source=source, identity="x", title="x", first_seen=NOON, available_at=NOON
    )
    assert look(source, NOON + HOUR).etag == tag


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><rss version="2.0"/>'
)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, "<!doctype html><html><body>Hello</body></html>", "is a web page, not a feed"),
        (200, "", "is empty"),
        (200, "  \n", "is empty"),
        (200, "just text", "is no feed that we know"),
        (200, b"\x89PNG\r\n\x1a\n\0\0", "is no feed that we know"),
        (200, '{"a": 1}', "is JSON, but no feed"),
        (200, "{", "is broken JSON"),
        (200, "[" * 100_000, "is broken JSON"),
        (200, BOMB, "declares entities of its own"),
        (200, '<rss version="2.0"><channel></channel></rss>', "without any articles"),
        (200, "x" * 2_000_000, "is larger than 1 MB"),
        (503, "", "has trouble of its own (503)"),
        (404, "", "is not there (404)"),
    ],
)
def test_bad_input_is_said_in_words_and_loses_nothing(
    site: Website, configure: Callable[..., Any], status: int, body: bytes | str, said: str
) -> None:
    configure(sources={"max_bytes": 1_000_000})
    site.publish("Old news")
    source = look(watch(site), NOON)
    before = (source.etag, source.last_modified, source.body_hash, source.baseline_at)
    site.answer_with(status, body)
    source = look(source, NOON + HOUR)
    assert said in source.error
    assert site.feed_url in source.error
    assert source.hint
    assert (source.health, source.failures, source.failing_since) == ("failing", 1, NOON + HOUR)
    assert (source.etag, source.last_modified, source.body_hash, source.baseline_at) == before
    site.recover()
    source = look(source, NOON + 2 * HOUR)
    assert (source.health, source.failures, source.error, source.hint) == ("ok", 0, "", "")
    assert states() == {"Old news": "seen"}


def test_a_bomb_and_a_trickle_are_cut(site: Website, configure: Callable[..., Any]) -> None:
    configure(sources={"deadline_seconds": 0.3})
    source = watch(site)
    site.gzip_bomb()
    assert "is larger than 10 MB" in look(source, NOON).error
    site.drip()
    assert "took longer than 0.3 seconds" in look(source, NOON + HOUR).error


def test_failures_are_spaced_out_and_a_server_may_ask_for_more(site: Website) -> None:
    source = watch(site)
    site.answer_with(500)
    waits = [look(source, NOON).next_check - NOON for _ in range(9)]
    minutes = [wait / timedelta(minutes=1) for wait in waits]
    assert minutes[:4] == pytest.approx([15, 30, 60, 120], rel=0.15)
    assert waits[-1] > timedelta(hours=20)
    site.answer_with(429, headers={"Retry-After": "7200"})
    Source.objects.update(failures=0)
    source.refresh_from_db()
    assert look(source, NOON).next_check == NOON + 2 * HOUR


def test_what_is_gone_is_left_alone_until_an_editor_says_otherwise(site: Website) -> None:
    source = watch(site)
    site.answer_with(410)
    assert look(source, NOON).health == "gone"
    assert not Source.objects.due(NOON + timedelta(days=400)).exists()
    editorial.look_now(source, NOON + HOUR)
    assert Source.objects.due(NOON + HOUR).get() == source


def test_an_empty_new_publication_is_watched_from_its_beginning(site: Website) -> None:
    site.publication.stories.clear()
    source = look(watch(site), NOON)
    assert (source.health, source.baseline_at) == ("ok", NOON)
    site.publish("The first article ever")
    look(source, NOON + HOUR)
    assert states() == {"The first article ever": "new"}


def test_hostile_articles_are_made_harmless(site: Website) -> None:
    source = look(watch(site), NOON)
    site.publish("Script", html="<p>Text</p><script>alert(1)</script><img src=x onerror=alert(1)>")
    site.publish("Huge", html="<p>" + "word " * 1_000_000 + "</p>")
    site.publish("", images=())
    site.publication.change(site.publish("No link")[len(site.url) :], guid="no-link")
    look(source, NOON + HOUR)
    script, huge = Article.objects.get(title="Script"), Article.objects.get(title="Huge")
    assert "script" not in script.body
    assert "onerror" not in script.body
    assert (huge.state, len(huge.body) <= 500_100) == ("held", True)
    assert huge.state_reason == "Its body is 5.0 MB; only the first 0.5 MB were kept."
    assert Article.objects.filter(title__startswith="The council met on the quay").exists()


def test_a_wrong_encoding_is_read_as_well_as_it_can_be(site: Website) -> None:
    source = look(watch(site), NOON)
    site.publish("Künstler am Kai")
    latin = site.publication.feed("rss")[1].replace("“", '"').replace("”", '"')
    wrong = {"Content-Type": "application/rss+xml; charset=utf-8"}
    site.answer_with(200, latin.encode("latin-1", "replace"), wrong)
    source = look(source, NOON + HOUR)
    assert (source.health, list(states())) == ("ok", ["Künstler am Kai"])


def test_two_daemons_look_once(site: Website) -> None:
    source = watch(site)
    detect(source.pk, NOON)
    detect(source.pk, NOON)
    assert len(site.asked(site.feed_url)) == 1


class Interrupted:
    """A reader during whose look an editor asks for another."""

    def read(self, ask: Ask) -> Reading:
        Source.objects.filter(url=ask.url).update(next_check=ask.now + timedelta(seconds=7))
        return Reading()


def test_an_editors_wish_during_a_look_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READERS, "interrupted", ("", f"{__name__}.Interrupted"))
    source = look(rows.source(kind="interrupted"), NOON)
    assert (source.health, source.next_check) == ("ok", NOON + timedelta(seconds=7))


def test_peek_tells_and_writes_nothing(site: Website) -> None:
    site.publish("A new pier")
    source = Source(name="x", url=site.feed_url, take_newest=1, next_check=NOON, created_at=NOON)
    decision = peek(source, NOON)
    assert [find.entry.title for find in decision.new] == ["A new pier"]
    assert not Source.objects.exists()
    assert not Article.objects.exists()


def test_a_move_for_good_is_told(site: Website) -> None:
    site.redirect("/feed.xml", 301, url=site.url + "/old.xml")
    source = look(watch(site, url=site.url + "/old.xml"), NOON)
    assert source.health == "ok"
    assert site.feed_url in source.hint


def test_what_is_told_is_what_was_kept(site: Website, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="syndicate")
    source = look(watch(site), NOON)
    site.publish("", ["The pier is open again. All are invited."], images=[])
    site.publish("A long story", ["word " * 1000] * 200, images=[])
    look(source, NOON + HOUR)
    assert "detected “The pier is open again. All are invited.” (Harbour)" in caplog.messages
    assert "holds 1 articles of Harbour for an editor" in caplog.messages
    assert not any("detected “A long story”" in line for line in caplog.messages)
