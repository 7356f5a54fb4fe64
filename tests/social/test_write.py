"""From articles to posts: one for each account, once, within the count."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from syndicate.lib.status import Status
from syndicate.social.models import Account, Post
from syndicate.social.write import accounts_due, count, draft, write
from syndicate.sources.models import Article
from tests import rows
from tests.social.stage import written

pytestmark = pytest.mark.django_db


def test_each_account_gets_one_post_about_each_article(now: datetime) -> None:
    accounts = [rows.account("x"), rows.account("mastodon")]
    rows.article(), rows.article()
    for _ in range(2):
        for account in accounts:
            write(account.pk, now)
    assert sorted(Post.objects.values_list("account", "article")) == sorted(
        (account.pk, article.pk) for account in accounts for article in Article.objects.all()
    )


def test_nothing_is_due_when_all_is_written(now: datetime) -> None:
    account = rows.account("x")
    rows.article()
    assert list(accounts_due(now)) == [account.pk]
    write(account.pk, now)
    assert list(accounts_due(now)) == []


@pytest.mark.parametrize(
    "values",
    [
        {"state": Article.State.SEEN},
        {"state": Article.State.HELD},
        {"state": Article.State.WITHDRAWN},
        {"url": ""},
        {"available_at": rows.NOON + timedelta(seconds=1)},
        {"available_at": rows.NOON - timedelta(days=1)},  # before the account was connected
    ],
)
def test_what_is_not_for_it_is_not_written(now: datetime, values: dict[str, object]) -> None:
    account = rows.account("x")
    rows.article(**values)
    assert list(accounts_due(now)) == []
    write(account.pk, now)
    assert not Post.objects.exists()


def test_an_account_may_follow_some_sources_only(now: datetime) -> None:
    followed, other = rows.source(), rows.source()
    account = rows.account("x")
    account.sources.add(followed)
    mine, _ = rows.article(source=followed), rows.article(source=other)
    write(account.pk, now)
    assert [post.article for post in Post.objects.all()] == [mine]


@pytest.mark.parametrize(
    ("approval", "status", "due"),
    [(Account.Approval.HOLD, Status.HELD, None), (Account.Approval.AUTO, Status.QUEUED, rows.NOON)],
)
def test_it_waits_for_an_editor_or_goes_by_itself(
    now: datetime, approval: str, status: Status, due: datetime | None
) -> None:
    post = written(rows.account("x", approval=approval), now)
    assert (post.status, post.due_at) == (status, due)


@pytest.mark.parametrize(("hours", "status"), [(5, Status.QUEUED), (7, Status.HELD)])
def test_what_waited_for_long_waits_for_an_editor(
    now: datetime, hours: int, status: Status
) -> None:
    account = rows.account("x")
    rows.article()
    write(account.pk, now + timedelta(hours=hours))
    assert account.posts.get().status == status


def test_the_preview_is_what_is_written(now: datetime) -> None:
    account = rows.account("x")
    post = written(account, now, title="A pier", summary="Word " * 100)
    shown = draft(account, post.article)
    assert post.text == shown.text
    assert shown.count == count(account, post.text).length <= shown.limit == 280
    assert post.text.endswith(post.article.url)


def test_a_title_mended_later_mends_a_post_that_is_not_out(now: datetime) -> None:
    account = rows.account("x", approval=Account.Approval.HOLD)
    post = written(account, now, title="A peir")
    Article.objects.update(title="A pier", revision=2)
    assert list(accounts_due(now)) == [account.pk]
    write(account.pk, now)
    post.refresh_from_db()
    assert post.text.startswith("A pier") and post.card["title"] == "A pier"
    assert list(accounts_due(now)) == []


@pytest.mark.parametrize(
    "values", [{"edited": True}, {"status": Status.SENT}, {"status": Status.QUEUED, "unsure": True}]
)
def test_but_not_one_that_is_out_or_an_editors_own(
    now: datetime, values: dict[str, object]
) -> None:
    account = rows.account("x")
    post = written(account, now, title="A peir")
    Post.objects.update(**values)
    Article.objects.update(title="A pier", revision=2)
    assert list(accounts_due(now)) == []
    write(account.pk, now)
    post.refresh_from_db()
    assert post.text.startswith("A peir")


def test_what_cannot_be_made_to_fit_is_held_with_a_reason(now: datetime) -> None:
    account = rows.account("x", template="{{ title }} {{ link }} " + "and so on " * 40)
    post = written(account, now)
    assert post.status == Status.HELD
    assert "too long by" in post.error and post.hint


def test_a_summary_that_repeats_the_title_says_it_once(now: datetime) -> None:
    post = written(rows.account("x"), now, title="A pier", summary="A pier: it opened on Monday.")
    assert post.text == f"A pier\n\nit opened on Monday.\n\n{post.article.url}"


def test_a_summary_that_begins_like_the_title_stays_a_sentence(now: datetime) -> None:
    post = written(rows.account("x"), now, title="A pier", summary="A pier, said she, is a pier.")
    assert post.text == f"A pier\n\nA pier, said she, is a pier.\n\n{post.article.url}"


def test_the_number_of_queries_does_not_grow_with_articles(
    now: datetime, django_assert_num_queries: object
) -> None:
    rows.account("x")
    for _ in range(20):
        rows.article(state=Article.State.SEEN)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert list(accounts_due(now)) == []
