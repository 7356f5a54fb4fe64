"""An article changed or went after it was posted: offered, or done; never a new post."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from syndicate.lib.errors import BadInput, NotSent, Scope
from syndicate.lib.status import Status
from syndicate.social import mend
from syndicate.social.correct import correct
from syndicate.social.correction import Correction
from syndicate.social.models import Account, Post
from syndicate.social.offer import accounts_due, offer
from syndicate.social.publish import publish
from syndicate.social.write import write
from syndicate.sources.models import Article
from tests.social.conftest import habits
from tests.social.puppet import Able
from tests.social.stage import written

LATER = timedelta(hours=2)


@pytest.fixture
def post(able: type[Able], account: Account, now: datetime) -> Post:
    """It stands there."""
    made = written(account, now, title="A new peir")
    publish(made.pk, now)
    made.refresh_from_db()
    return made


def rename(post: Post, title: str) -> None:
    """As detect does when the source says something else."""
    article = post.article
    article.title, article.revision = title, article.revision + 1
    article.save()


def offered(post: Post, now: datetime) -> list[Correction]:
    """What is to be done, after our next look."""
    for pk in accounts_due(now):
        offer(pk, now)
    return [*post.corrections.order_by("pk")]


def test_a_mended_title_is_offered_and_carried_over(
    able: type[Able], post: Post, now: datetime
) -> None:
    rename(post, "A new pier")
    (found,) = offered(post, now)
    assert (found.kind, found.status) == ("edit", Status.HELD)
    assert "A new pier" in found.text and "A new pier" in found.reason
    mend.approve(found, now)
    correct(found.pk, now)
    post.refresh_from_db()
    found.refresh_from_db()
    assert found.status == Status.SENT
    assert [*able.there.values()] == [post.text] == [found.text]
    assert post.card["title"] == "A new pier"
    assert not [*accounts_due(now)]


def test_an_account_may_have_it_done(able: type[Able], post: Post, now: datetime) -> None:
    habits(post.account, corrections="do")
    rename(post, "A new pier")
    (found,) = offered(post, now)
    assert found.status == Status.QUEUED
    assert [*Correction.objects.due(now)] == [found]


def test_or_leave_it(able: type[Able], post: Post, now: datetime) -> None:
    habits(post.account, corrections="leave")
    rename(post, "A new pier")
    assert offered(post, now) == []


def test_an_edit_is_never_answered_with_a_new_post(
    able: type[Able], post: Post, now: datetime
) -> None:
    rename(post, "Something else entirely")
    write(post.account_id, now)
    offered(post, now)
    assert (Post.objects.count(), len(able.sent)) == (1, 1)


def test_a_change_that_the_post_does_not_show_is_none(
    able: type[Able], post: Post, now: datetime
) -> None:
    post.article.body, post.article.revision = "<p>Other words.</p>", 2
    post.article.save()
    assert offered(post, now) == []
    assert not [*accounts_due(now)]


def test_what_an_editor_worded_is_only_ever_offered(
    able: type[Able], post: Post, now: datetime
) -> None:
    habits(post.account, corrections="do")
    Post.objects.update(edited=True)
    rename(post, "A new pier")
    (found,) = offered(post, now)
    assert found.status == Status.HELD


def test_a_second_change_replaces_the_first_offer(
    able: type[Able], post: Post, now: datetime
) -> None:
    rename(post, "A new pier")
    offered(post, now)
    rename(post, "A new pier opens")
    first, second = offered(post, now)
    assert (first.status, second.status) == (Status.CANCELLED, Status.HELD)


def test_an_earlier_change_that_has_not_arrived_never_comes_after_a_later_one(
    able: type[Able], post: Post, now: datetime
) -> None:
    habits(post.account, corrections="do")
    rename(post, "A new pier")
    (first,) = offered(post, now)
    able.fails.append(NotSent("The line broke.", permanent=False))
    correct(first.pk, now)
    rename(post, "A newer pier")
    _, second = offered(post, now)
    for one in (second, first):
        correct(one.pk, now + LATER)
    assert [text.splitlines()[0] for text in able.there.values()] == ["A newer pier"]


@pytest.mark.parametrize("corrections", ["offer", "do"])
def test_a_withdrawn_article_is_taken_down(
    able: type[Able], post: Post, now: datetime, corrections: str
) -> None:
    habits(post.account, corrections=corrections)
    Article.objects.update(state="withdrawn")
    (found,) = offered(post, now)
    assert found.status == (Status.QUEUED if corrections == "do" else Status.HELD)
    if corrections == "offer":
        mend.approve(found, now)
    correct(found.pk, now)
    post.refresh_from_db()
    assert (able.there, post.removed_at) == ({}, now)
    assert offered(post, now + LATER) == [found]


def test_what_its_source_only_shows_no_more_is_never_taken_down_unasked(
    able: type[Able], post: Post, now: datetime
) -> None:
    habits(post.account, corrections="do")
    Article.objects.update(missing_at=now)
    (found,) = offered(post, now)
    assert found.status == Status.HELD
    Article.objects.update(missing_at=None)
    (found,) = offered(post, now)
    assert (found.status, found.error) == (Status.CANCELLED, "The article is back.")


def test_the_first_of_a_thread_keeps_its_number(
    able: type[Able], post: Post, now: datetime
) -> None:
    Post.objects.update(thread=["two 2/3", "three 3/3"], text="A new peir\n\n1/3")
    rename(post, "A new pier")
    (found,) = offered(post, now)
    assert found.text.startswith("A new pier") and found.text.endswith("\n\n1/3")


def test_a_thread_is_taken_down_from_its_end(
    able: type[Able], account: Account, now: datetime
) -> None:
    made = written(account, now)
    Post.objects.update(thread=["two", "three"])
    publish(made.pk, now)
    order: list[int] = []
    able.there, kept = _Watched(able.there, order), able.there
    correct(mend.ask_removal(made.pk, now).pk, now)
    able.there, kept = kept, able.there
    assert order == [3, 2, 1] and not kept


class _Watched(dict[str, str]):
    """Writes down how many stood when one was taken away."""

    def __init__(self, there: dict[str, str], order: list[int]) -> None:
        super().__init__(there)
        self._order = order

    def pop(self, *args: object) -> str:  # type: ignore[override]
        self._order.append(len(self))
        return super().pop(*args)  # type: ignore[call-overload,no-any-return]


def test_what_failed_is_tried_again_and_twice_is_as_once(
    able: type[Able], post: Post, now: datetime
) -> None:
    habits(post.account, corrections="do")
    rename(post, "A new pier")
    (found,) = offered(post, now)
    able.fails.append(NotSent("The line broke.", permanent=False, unknown=True))
    correct(found.pk, now)
    found.refresh_from_db()
    assert (found.status, found.attempts) == (Status.DEFERRED, 1)
    correct(found.pk, now + LATER)
    found.refresh_from_db()
    assert found.status == Status.SENT
    assert len(able.there) == 1


def test_refused_credentials_stop_the_account_and_nothing_is_lost(
    able: type[Able], post: Post, now: datetime
) -> None:
    habits(post.account, corrections="do")
    rename(post, "A new pier")
    (found,) = offered(post, now)
    able.fails.append(NotSent("No.", permanent=True, auth=True, scope=Scope.LANE))
    correct(found.pk, now)
    found.refresh_from_db()
    assert (found.status, found.attempts) == (Status.QUEUED, 0)
    assert Account.objects.get().health == Account.Health.RECONNECT
    assert not Correction.objects.due(now + LATER).exists()


def test_only_one_of_two_workers_carries_it_over(
    able: type[Able], post: Post, now: datetime
) -> None:
    made = mend.ask_removal(post.pk, now)
    correct(made.pk, now)
    correct(made.pk, now)
    assert able.asked.count("delete") == 1


def test_where_a_platform_cannot_an_editor_is_told_what_to_do(
    able: type[Able], post: Post, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(able, "capabilities", frozenset())
    habits(post.account, corrections="do")
    rename(post, "A new pier")
    (found,) = offered(post, now)
    assert found.status == Status.HELD
    assert "by hand" in found.hint
    with pytest.raises(BadInput, match="by hand"):
        mend.approve(found, now)
    mend.dismiss(found)
    assert found.status == Status.CANCELLED
    with pytest.raises(BadInput, match="by hand"):
        mend.ask_removal(post.pk, now)


def test_a_post_that_does_not_stand_cannot_be_taken_down(
    able: type[Able], account: Account, now: datetime
) -> None:
    with pytest.raises(BadInput, match="does not stand"):
        mend.ask_removal(written(account, now).pk, now)


def test_what_moved_on_meanwhile_is_told(able: type[Able], post: Post, now: datetime) -> None:
    rename(post, "A new pier")
    (found,) = offered(post, now)
    mend.dismiss(found)
    with pytest.raises(BadInput, match="cancelled"):
        mend.approve(found, now)
