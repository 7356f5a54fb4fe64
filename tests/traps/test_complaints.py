"""What users of other trackers complain of: one test for each, numbered.

Every one of them stood in some project's public tracker, as a flood of old posts, a lost article,
or a reader that fell silent. c21, a server that falls silent after it has accepted a post, is held
by every channel's contract (tests/contracts/channel_contract.py: a lost answer, no second post).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from syndicate.lib import clock
from syndicate.sources import hub
from syndicate.sources.discover import discover
from syndicate.sources.models import Article, Push, Source
from tests.conftest import NOON
from tests.fakes.website import Website
from tests.traps.conftest import DAY, HOUR, LONG, Watch, begin

LONGEST = timedelta(hours=6)  # between two looks, as sources.longest_hours has it


def test_c01_a_changed_guid_is_no_new_article(watch: Watch) -> None:
    url = watch.site.publish("A new pier", date=NOON)
    watch.look()
    anew = ["All is told anew. " * 40]
    watch.site.edit(url, guid="other-system-1", title="A newer pier", paragraphs=anew)
    watch.look(times=2)
    assert watch.going == ["A newer pier"]


def test_c02_no_guid_is_no_reason_for_copies(watch: Watch) -> None:
    for n in (1, 2):
        watch.site.publish(f"Tide table {n}", guid="", date=NOON)
    watch.look(times=4)
    assert sorted(watch.going) == ["Tide table 1", "Tide table 2"]


def test_c03_and_c04_neither_the_first_look_nor_a_restart_floods(site: Website, db: None) -> None:
    for n in range(30):
        site.publish(f"Archive {n}", date=NOON - n * DAY)
    watch = Watch(site)
    watch.look_at(NOON)
    watch.look(times=2)
    assert (watch.going, Article.objects.count()) == ([], 30)


def test_c05_a_mended_typo_sends_nothing_again(watch: Watch) -> None:
    url = watch.site.publish("A new peir", date=NOON)
    first = watch.look()
    for title in ("A new pier", "A new pier!"):
        watch.site.edit(url, title=title)
        watch.look()
    article = Article.objects.get(title="A new pier!")
    assert watch.going == ["A new pier!"]
    assert article.available_at <= NOON + HOUR and first.pk == article.source_id


def test_c06_an_archive_saved_anew_announces_nothing(watch: Watch) -> None:
    watch.look(times=3)
    for n in range(60):
        watch.site.publish(f"From the archive {n}", date=NOON - (30 + n) * DAY)
    watch.look()
    assert watch.going == []
    for n in range(60):  # and if it claims to be of today, an editor is asked
        watch.site.publish(f"Saved again {n}", date=watch.at)
    watch.look()
    assert (watch.going, watch.held) == ([], 60)


def test_c07_what_shows_again_when_a_newer_one_is_deleted_stays_quiet(
    site: Website, db: None
) -> None:
    urls = [site.publish(f"Story {n}", date=NOON - (6 - n) * DAY) for n in range(5)]
    hidden = site.publication.stories.pop()  # the oldest: beyond the end of the feed
    watch = Watch(site)
    watch.look_at(NOON)
    site.withdraw(urls[-1])
    site.publication.stories.append(hidden)
    watch.look(times=2)
    assert watch.going == []


def test_c08_an_empty_feed_wipes_nothing(watch: Watch) -> None:
    stories, watch.site.publication.stories = watch.site.publication.stories, []
    source = watch.look()
    assert source.health == Source.Health.FAILING and "without any articles" in source.error
    watch.site.publication.stories = stories
    watch.look(times=2)
    assert (watch.going, Article.objects.count()) == ([], 3)


def test_c09_a_back_dated_article_goes(watch: Watch) -> None:
    watch.site.publish("Dated last night", date=NOON - timedelta(hours=30))
    watch.look()
    assert watch.going == ["Dated last night"]


def test_c10_absurd_dates_are_held_and_near_ones_waited_for(watch: Watch) -> None:
    watch.site.publish("In two hours", date=NOON + 3 * HOUR)
    watch.site.publish("In the year 2190", date=NOON + 60_000 * DAY)
    watch.site.publish("Undated", date=None)
    watch.look()
    waiting = Article.objects.ready(watch.at).values_list("title", flat=True)
    assert list(waiting) == ["Undated"]
    assert (watch.held, len(watch.going)) == (1, 2)


def test_c11_a_last_modified_of_1970_is_not_believed(watch: Watch) -> None:
    headers = {"Last-Modified": "Thu, 01 Jan 1970 00:00:00 GMT"}
    kind, text = watch.site.publication.feed("rss")
    watch.site.answer_with(200, text, {**headers, "Content-Type": kind})
    watch.look()
    watch.site.recover()
    watch.look()
    asked = watch.site.asked(watch.site.feed_url)[-1]
    assert "if-modified-since" not in asked.headers


def test_c12_new_validators_are_kept_although_nothing_else_changed(watch: Watch) -> None:
    kind, text = watch.site.publication.feed("rss")
    for etag in ('"one"', '"two"'):
        watch.site.answer_with(200, text, {"ETag": etag, "Content-Type": kind})
        watch.look()
        assert watch.source.etag == etag


def test_c13_a_server_that_asks_for_patience_gets_it(watch: Watch) -> None:
    watch.site.answer_with(429, headers={"Retry-After": "7200"})
    source = watch.look()
    assert source.next_check >= watch.at + 2 * HOUR
    assert "less often" in source.error


def test_c14_a_server_that_says_nothing_ends_the_look(watch: Watch, configure: object) -> None:
    configure(sources={"timeout_seconds": 1, "deadline_seconds": 1})  # type: ignore[operator]
    watch.site.drip()
    source = watch.look()
    assert source.health == Source.Health.FAILING and source.next_check > watch.at


class Served(Website):
    """A site whose feed names a hub."""

    def validators(self, body: bytes) -> dict[str, str]:
        """A link to it, besides."""
        return super().validators(body) | {"Link": '<https://hub.example.org/>; rel="hub"'}


@pytest.fixture
def served(db: None) -> Iterator[Watch]:
    """A source whose hub has confirmed that it pushes, for ten days."""
    with clock.frozen(NOON), Served() as site:
        watch = begin(site)
        said = {"mode": "subscribe", "topic": site.feed_url, "challenge": "c"}
        asked = {f"hub.{name}": value for name, value in said.items()}
        assert hub.confirm(Push.objects.get().token, asked, NOON) == "c"
        yield watch


def test_c15_a_hub_that_dies_silently_is_not_relied_on(served: Watch) -> None:
    relied = served.look().rhythm
    for n in range(4):
        served.publish(f"Story {n}", date=served.at)
        served.look()
    assert served.going == [f"Story {n}" for n in range(4)]
    assert relied == LONGEST and served.source.rhythm != LONGEST


def test_c15_a_renewal_that_wedges_leaves_us_looking_as_before(served: Watch) -> None:
    assert served.look(after=9 * DAY).rhythm == LONGEST
    Push.objects.update(failures=9, error="It answered 500.")
    assert served.look(after=2 * DAY).rhythm != LONGEST


def test_c15_pushes_do_not_starve_the_looks(served: Watch) -> None:
    served.look()
    due = served.source.next_check
    for n in range(12):
        served.at += HOUR
        served.publish(f"Story {n}", date=served.at)
        served.hear(served.site.publication.feed("rss")[1].encode())
    served.source.refresh_from_db()
    assert (len(served.going), served.source.next_check) == (12, due)


def test_c16_a_permanent_move_to_a_notice_is_not_followed_for_good(watch: Watch) -> None:
    watch.site.answer_with(200, "<html><h1>We are mending the roof</h1></html>", url="/closed")
    watch.site.redirect("/closed", 301)
    before = watch.source.url
    watch.look(times=6)
    assert watch.source.url == before
    watch.site.recover()
    watch.site.publish("Open again", date=watch.at)
    watch.look()
    assert (watch.going, watch.source.health) == (["Open again"], Source.Health.OK)


def test_c17_the_feed_of_comments_is_not_the_feed(site: Website, db: None) -> None:
    site.publish("A new pier")
    assert all("comment" not in found.url for found in discover(site.url, NOON))


def test_c18_a_guid_that_is_only_an_attribute(watch: Watch) -> None:
    kind, text = watch.site.publication.feed("rss")
    item = '<item><title>Odd</title><link>/odd</link><guid isPermaLink="false"/></item></channel>'
    watch.site.answer_with(200, text.replace("</channel>", item), {"Content-Type": kind})
    watch.look(times=2)
    assert watch.going == ["Odd"]


def test_c19_markup_and_entities_are_no_part_of_a_title(watch: Watch) -> None:
    watch.site.publish("Bread &amp; Butter <i>now</i>", date=NOON)
    watch.look()
    assert watch.going == ["Bread & Butter now"]


@pytest.mark.parametrize(
    "page",
    [
        '<meta property="og:image" content="/pictures/logo.png">',
        '<meta property="og:image" content="/sail.jpg"></head><body><header><img src="/sail.jpg">'
        "</header>",
        '<meta property="og:image" content="https://secure.gravatar.com/avatar/1a2b?s=400">',
        '</head><body><div class="author-box"><img src="/ada.jpg" width="96" alt="Ada"></div>',
    ],
    ids=["logo", "masthead", "portrait", "author box"],
)
def test_c20_a_portrait_or_a_logo_is_not_the_picture_of_an_article(watch: Watch, page: str) -> None:
    url = watch.publish("A new pier", images=[], full=False, summary="In short.")
    text = f"<article><h1>A new pier</h1>{f'<p>{LONG[0]}</p>' * 2}</article>"
    watch.site.answer_with(200, f"<html><head>{page}{text}", {"Content-Type": "text/html"}, url)
    watch.look()
    found = watch.article("A new pier")
    assert ("made of wood" in found.body, found.image_url) == (True, "")


def test_c20_a_portrait_in_the_feed_is_not_either(watch: Watch) -> None:
    face = '<img src="https://secure.gravatar.com/avatar/1a2b" alt="Ada Example">'
    watch.publish("A new pier", html=f"<p>{face}{LONG[0]}</p>")
    watch.look()
    assert watch.article("A new pier").image_url == ""


def test_c22_an_entry_of_nothing_waits_and_twenty_at_once_are_held(
    watch: Watch, configure: object
) -> None:
    configure(sources={"max_new": 5})  # type: ignore[operator]
    kind, text = watch.site.publication.feed("rss")
    blank = "<item><guid>blank-1</guid><title/><description/></item></channel>"
    watch.site.answer_with(200, text.replace("</channel>", blank), {"Content-Type": kind})
    watch.look()
    assert watch.going == []
    watch.site.recover()
    for n in range(20):
        watch.site.publish(f"Back {n}", date=watch.at)
    watch.look()
    assert watch.going == [] and watch.held >= 20


def test_c23_what_slid_out_and_came_back_is_known_for_ever(watch: Watch) -> None:
    url = watch.site.publish("A new pier", date=NOON)
    watch.look()
    story = watch.site.publication.stories[0]
    for n in range(15):
        watch.site.publish(f"Later {n}", date=NOON + timedelta(minutes=n))
        watch.site.publication.stories = watch.site.publication.stories[:10]
        watch.look()
    assert url.endswith(story.path) and story not in watch.site.publication.stories
    watch.site.publication.stories.insert(0, story)
    watch.look(after=40 * DAY)
    assert watch.going.count("A new pier") == 1 and len(watch.going) == 16


def test_c24_a_feed_does_not_lead_into_our_own_network(watch: Watch, configure: object) -> None:
    configure(sources={"allow_private": []})  # type: ignore[operator]
    source = watch.look()
    assert "on a private network" in source.error
