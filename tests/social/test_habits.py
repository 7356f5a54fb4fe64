"""An account's habits, made to work: link, picture, thread, words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from syndicate.lib.errors import BadInput
from syndicate.lib.status import Status
from syndicate.social import channels, editorial
from syndicate.social.channels.base import MEDIA, THREAD, Act
from syndicate.social.channels.fields import entries
from syndicate.social.channels.message import Card
from syndicate.social.channels.webhook import Webhook
from syndicate.social.habits import GROUPS, Habits
from syndicate.social.models import Account, Post
from syndicate.social.write import cost, draft
from tests import rows
from tests.social.stage import LINK, webhook, written

pytestmark = pytest.mark.django_db

BODY = "<p>It opened on Monday.</p><p>Ferries call from May on.</p><p>Tickets are sold there.</p>"


class Rich(Webhook):
    """A webhook that takes pictures and threads, and charges: what leaves may declare."""

    label = "Rich"
    capabilities = frozenset({MEDIA, THREAD})

    def cost(self, act: Act, text: str = "", pictures: int = 0) -> int:
        return (200 if LINK in text else 15) + 5 * pictures if act is Act.PUBLISH else 1


@pytest.fixture
def rich() -> Iterator[str]:
    channels.CHANNELS["rich"] = ("Rich", f"{__name__}.Rich")
    yield "rich"
    del channels.CHANNELS["rich"]


def account(channel: str = "webhook", **customs: Any) -> Account:
    made = rows.account(channel, credentials=webhook().credentials)
    editorial.configure(made, customs=customs)
    return Account.objects.get(pk=made.pk)


def article(**values: Any) -> Any:
    return rows.article(url=LINK, title="A pier", summary="It opened on Monday.", **values)


def test_every_habit_stands_in_one_group_of_the_form() -> None:
    grouped = [name for names in GROUPS.values() for name in names]
    assert sorted(grouped) == sorted(one.name for one in entries(Habits))


def test_without_a_link_there_is_no_card_either(now: datetime) -> None:
    post = written(account(link="off"), now, title="A pier", url=LINK)
    assert LINK not in post.text and post.link == ""
    assert Card(**post.card) == Card()
    editorial.edit(post, "No link is wanted here.", now)


def test_text_card_and_post_have_the_same_marked_link(now: datetime) -> None:
    post = written(account(utm_source="hook"), now, url=f"{LINK}?id=1#a")
    assert post.link == f"{LINK}?id=1&utm_source=hook&utm_medium=social#a"
    assert post.link in post.text and post.card["url"] == post.link
    with pytest.raises(BadInput, match="The link is missing"):
        editorial.edit(post, f"Read {LINK}?id=1", now)
    editorial.edit(post, f"Read {post.link}", now)


def test_a_template_without_the_link_leaves_it_to_the_card(now: datetime) -> None:
    made = webhook(template="{{ title }}")
    post = written(made, now, url=LINK)
    assert (post.link, post.card["url"]) == ("", LINK)


@pytest.mark.parametrize(
    ("customs", "image", "pictures", "shown"),
    [
        ({}, "https://a.example/1.jpg", [], "https://a.example/1.jpg"),
        ({"picture": "none"}, "https://a.example/1.jpg", [], ""),
        (
            {"picture": "attach"}, "https://a.example/1.jpg",
            [{"url": "https://a.example/1.jpg", "alt": "At noon"}], "https://a.example/1.jpg",
        ),
        ({"picture": "attach"}, "", [{"url": "", "alt": "A pier"}], ""),
        ({"picture": "attach", "draw": "off"}, "", [], ""),
    ],
)  # fmt: skip
def test_a_picture_goes_as_the_account_wants_it(
    rich: str, customs: dict[str, str], image: str, pictures: list[dict[str, str]], shown: str
) -> None:
    made = draft(account(rich, **customs), article(image_url=image, image_alt="At noon"))
    assert (made.pictures, made.card.image) == (pictures, shown)


def test_what_takes_no_pictures_is_given_none() -> None:
    nostr = rows.account("nostr", customs={"picture": "attach"})
    made = draft(nostr, article(image_url="https://a.example/1.jpg"))
    assert made.pictures == []


@pytest.mark.parametrize(
    ("limit", "first"), [(80, "A pier\n\nIt opened on Monday."), (60, "A pier")]
)
def test_a_thread_has_the_link_first_and_goes_on_where_that_ended(
    rich: str, limit: int, first: str
) -> None:
    one = account(rich, thread=3)
    editorial.configure(one, {"limit": limit})
    made = draft(one, article(body=BODY))
    assert made.text == f"{first}\n\n{LINK}\n\n1/{1 + len(made.thread)}"
    told = " ".join([first.partition("\n\n")[2], *(part[:-5] for part in made.thread)])
    sentences = "It opened on Monday. Ferries call from May on. Tickets are sold there."
    assert " ".join(told.split()) == sentences
    assert made.link == LINK


@pytest.mark.parametrize(
    ("channel", "customs", "body"),
    [("rich", {"thread": 1}, BODY), ("discord", {"thread": 3}, BODY), ("rich", {"thread": 3}, "")],
)
def test_otherwise_it_is_one_post_without_a_number(
    rich: str, channel: str, customs: dict[str, Any], body: str
) -> None:
    made = draft(rows.account(channel, customs=customs), article(body=body))
    assert made.thread == [] and "1/" not in made.text.replace(LINK, "")


def test_a_thread_is_edited_part_by_part(rich: str, now: datetime) -> None:
    one = account(rich, thread=3)
    post = written(one, now, body=BODY, summary="It opened on Monday.", url=LINK)
    editorial.edit(post, f"First {LINK}", now, thread=["  Second ", "", "Third"])
    post.refresh_from_db()
    assert post.texts == [f"First {LINK}", "Second", "Third"] and post.edited
    with pytest.raises(BadInput, match="Part 2 is too long by 1"):
        editorial.edit(post, post.text, now, thread=["x" * 5001])
    Post.objects.update(status=Status.FAILED, chain=[["1", ""]])
    post.refresh_from_db()
    with pytest.raises(BadInput, match="beginning stands there already"):
        editorial.edit(post, f"Other words {LINK}", now)
    editorial.edit(post, post.text, now, thread=["Other words"])
    assert post.texts == [f"First {LINK}", "Other words"]


def test_the_cost_of_all_parts_and_pictures_is_known_before(rich: str, now: datetime) -> None:
    one = account(rich, thread=3, picture="attach")
    post = written(one, now, body=BODY, summary="It opened on Monday.", url=LINK)
    assert len(post.texts) == 2 and len(post.pictures) == 1
    assert draft(one, post.article).cost == cost(post) == 200 + 5 + 15


def test_what_is_shared_again_is_rewritten_as_that(now: datetime) -> None:
    made = draft(account(reshare_words="Once more:"), article(), round=1)
    assert made.text.startswith("Once more: A pier")


@pytest.mark.parametrize(
    ("customs", "complaint"),
    [
        ({"colour": "red"}, "The account has no “colour”"),
        ({"slots": "noon"}, "names no time"),
        ({"quiet": "22:00"}, "no quiet hours"),
        ({"hashtags": "sea"}, "Line 1, “sea”"),
        ({"picture": "big"}, "“Picture” cannot be “big”"),
        ({"thread": "26"}, "at most 25 parts"),
        ({"most_hashtags": "-1"}, "must be a whole number"),
    ],
)
def test_habits_that_cannot_be_kept_are_refused(customs: dict[str, str], complaint: str) -> None:
    one = webhook()
    with pytest.raises(BadInput, match=complaint):
        editorial.configure(one, customs=customs)
    one.refresh_from_db()
    assert one.customs == {}


def test_habits_are_kept_by_type_and_those_not_given_stay(now: datetime) -> None:
    one = account(link="off", most_hashtags="0")
    editorial.configure(one, customs={"thread": "2", "most_hashtags": ""})
    assert one.customs == {"link": False, "thread": 2, "most_hashtags": 5}
    assert (one.habits.link, one.habits.thread) == (False, 2)


def test_habits_may_be_given_when_an_account_is_connected(now: datetime) -> None:
    given = {"url": "https://a.example"}
    one = editorial.connect("webhook", "Hook", given, now=now, customs={"daily": "3"})
    assert Account.objects.get(pk=one.pk).habits.daily == 3


def test_what_a_newer_release_dropped_stops_nothing() -> None:
    one = webhook(customs={"dropped": 1, "daily": 2})
    editorial.configure(one, customs={"apart": "5"})
    assert one.customs == {"daily": 2, "apart": 5}
