"""A post on the desk: as it will stand, counted as its platform counts, changed, let go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from syndicate.lib import clock
from syndicate.lib.status import Status
from syndicate.social import channels, charge
from syndicate.social.channels.base import Act
from syndicate.social.channels.webhook import Webhook
from syndicate.social.habits import GROUPS
from syndicate.social.models import Account, Post
from syndicate.social.write import count, draft
from tests import rows
from tests.web.furniture import editor, post

pytestmark = pytest.mark.django_db
LINK = "https://harbour.example.org/articles/pier"


@pytest.fixture
def desk(client: Client) -> Client:
    """The desk, an editor before it."""
    client.force_login(editor())
    return client


class Dear(Webhook):
    """A channel that wants to be paid."""

    label = "Dear"

    def cost(self, act: Act, text: str = "", pictures: int = 0) -> int:
        return 200


@pytest.fixture
def dear() -> Iterator[str]:
    """The name of such a one."""
    channels.CHANNELS["dear"] = ("Dear", f"{__name__}.Dear")
    yield "dear"
    del channels.CHANNELS["dear"]


@pytest.fixture
def held() -> Post:
    """A post that waits."""
    return post(article=rows.article(title="A new pier", url=LINK))


def go(desk: Client, made: Post, page: str, *more: str, **data: Any) -> HttpResponse:
    """Post to one of a post's addresses; the post follows."""
    answer: HttpResponse = desk.post(reverse(f"desk:post{page}", args=[made.pk, *more]), data)  # type: ignore[assignment]
    made.refresh_from_db()
    return answer


def said(answer: HttpResponse) -> str:
    """What the next page will say."""
    return " ".join(str(note) for note in get_messages(answer.wsgi_request))  # type: ignore[attr-defined]


def test_it_is_shown_as_it_will_stand_with_its_count(desk: Client) -> None:
    account = rows.account("bluesky")
    article = rows.article(title="A new pier", url=LINK)
    written = draft(account, article)
    post(account, article=article, text=written.text)
    shown = desk.get(reverse("desk:posts")).getvalue().decode()
    assert f"{written.count} / {written.limit}" in shown
    assert all(part.shown.strip() in shown for part in written.parts)


def test_an_edited_text_is_kept(desk: Client, held: Post) -> None:
    go(desk, held, "_save", text=f"Look:\r\n{LINK}")
    assert held.text == f"Look:\n{LINK}"
    assert (held.edited, held.status) == (True, Status.HELD)


def test_edit_and_approve_is_one_act(desk: Client, held: Post) -> None:
    answer = go(desk, held, "_save", text=f"Look: {LINK}", then="approve")
    assert said(answer) == "Approved: it is posted now."
    assert (held.text, held.status) == (f"Look: {LINK}", Status.QUEUED)


def test_approving_an_unchanged_text_is_no_edit(desk: Client, held: Post) -> None:
    go(desk, held, "_save", text=held.text, then="approve")
    assert (held.edited, held.status) == (False, Status.QUEUED)


def test_too_long_says_by_how_much_and_loses_nothing(desk: Client, held: Post) -> None:
    text = "a" * 600 + f" {LINK}"
    over = count(held.account, text).over
    answer = go(desk, held, "_save", text=text, then="approve")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f"too long by {over}" in page
    assert "a" * 600 in page
    assert held.status == Status.HELD


def test_the_link_cannot_be_lost(desk: Client, held: Post) -> None:
    answer = go(desk, held, "_save", text="Look!")
    assert answer.status_code == 422
    assert "The link is missing" in answer.content.decode()


def test_the_count_while_typing(desk: Client, held: Post) -> None:
    answer = go(desk, held, "_count", text=f"abc {LINK}")
    counted = count(held.account, f"abc {LINK}")
    assert answer.json() == {"length": counted.length, "limit": counted.limit, "over": 0}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("before", "word", "after"),
    [
        (Status.HELD, "approve", Status.QUEUED),
        (Status.QUEUED, "hold", Status.HELD),
        (Status.HELD, "cancel", Status.CANCELLED),
        (Status.FAILED, "retry", Status.QUEUED),
    ],
)
def test_acts(desk: Client, before: Status, word: str, after: Status) -> None:
    made = post(status=before, due_at=rows.NOON)
    go(desk, made, "_act", word)
    assert made.status == after


def test_an_act_that_came_too_late_says_so(desk: Client) -> None:
    made = post(status=Status.SENT)
    assert "This post is sent" in said(go(desk, made, "_act", "approve"))
    assert made.status == Status.SENT


def test_an_editor_says_that_it_is_there(desk: Client) -> None:
    made = post(status=Status.UNKNOWN)
    go(desk, made, "_resolve", posted="yes", permalink="https://social.example/1")
    assert (made.status, made.permalink) == (Status.SENT, "https://social.example/1")


def test_or_that_it_is_not(desk: Client) -> None:
    made = post(status=Status.UNKNOWN)
    go(desk, made, "_resolve", posted="no")
    assert made.status == Status.QUEUED


@pytest.mark.parametrize("show", ["waiting", "going", "sent", "trouble", "all"])
def test_every_status_is_in_some_list(desk: Client, show: str) -> None:
    made = post(status=Status.UNKNOWN, error="It broke off.")
    page = desk.get(reverse("desk:posts"), {"show": show}).getvalue().decode()
    assert (str(made.article) in page) == (show in {"trouble", "all"})


def test_an_account_of_a_channel_we_lost_breaks_no_page(desk: Client) -> None:
    made = post(rows.account("gone"))
    assert "There is no channel" in desk.get(reverse("desk:posts")).getvalue().decode()
    assert desk.get(reverse("desk:post", args=[made.pk])).status_code == 200


def test_a_thread_is_shown_and_edited_part_by_part(desk: Client, held: Post) -> None:
    Post.objects.update(thread=["The second part.", "The third part."])
    held.refresh_from_db()
    shown = desk.get(reverse("desk:post", args=[held.pk])).getvalue().decode()
    assert "Part 2 of the thread" in shown and "The third part." in shown
    go(desk, held, "_save", text=held.text, part=["Other words.", ""])
    assert (held.thread, held.edited) == (["Other words."], True)


def test_what_is_attached_is_told_before_it_is_approved(desk: Client, held: Post) -> None:
    Post.objects.update(pictures=[{"url": "", "alt": "A new pier"}])
    shown = desk.get(reverse("desk:post", args=[held.pk])).getvalue().decode()
    assert "a picture drawn of the title: “A new pier”" in shown


def test_the_price_is_told_before_it_is_approved(desk: Client, dear: str) -> None:
    held = post(rows.account(dear, customs={"budget": 10}), article=rows.article(url=LINK))
    charge.charge(held.account, Act.PUBLISH, "another", 1500, clock.now())
    shown = desk.get(reverse("desk:post", args=[held.pk])).getvalue().decode()
    assert "Posting it costs $0.200; $1.500 spent this month, $8.500 left." in shown
    assert "Posting it costs $0.200." in desk.get(reverse("desk:posts")).getvalue().decode()
    page = desk.get(reverse("desk:account", args=[held.account_id])).getvalue().decode()
    assert "$1.500 spent this month, $8.500 left" in page


def test_habits_are_set_in_the_account_s_settings(desk: Client) -> None:
    one = rows.account("mastodon", credentials={"server": "social.example", "token": "t"})
    address = reverse("desk:account", args=[one.pk])
    shown = desk.get(address).getvalue().decode()
    assert all(f"<summary>{label}</summary>" in shown for label in GROUPS)
    data = {"approval": "hold", "habit_thread": "3", "habit_picture": "attach", "habit_quiet": ""}
    assert desk.post(address, data | {"habit_hashtags": "Sea = #Sea\r\nink ="}).status_code == 302
    habits = Account.objects.get(pk=one.pk).habits
    assert (habits.thread, habits.picture, habits.link) == (3, "attach", False)
    assert habits.hashtags == "Sea = #Sea\r\nink ="


def test_habits_that_cannot_be_kept_say_why(desk: Client) -> None:
    one = rows.account("mastodon", credentials={"server": "social.example", "token": "t"})
    address = reverse("desk:account", args=[one.pk])
    answer = desk.post(address, {"approval": "hold", "habit_quiet": "at night"})
    assert answer.status_code == 422 and "quiet hours" in answer.content.decode()


def test_approving_says_when_it_goes(desk: Client) -> None:
    hours = rows.account("mastodon", customs={"quiet": "00:00-23:59"})
    waiting = post(hours)
    answer = go(desk, waiting, "_act", "approve")
    assert "as the account’s hours have it" in said(answer)
