"""An article found in two sources is one story: told once by a newsletter, and by an account."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from syndicate.mail.compose import compose, pick
from syndicate.mail.models import EditionArticle, Newsletter
from syndicate.social.models import Post
from syndicate.social.write import accounts_due, write
from syndicate.sources.models import Article
from tests import rows

pytestmark = pytest.mark.django_db


def twins() -> tuple[Article, Article]:
    first = rows.article(source=rows.source(), title="A pier")
    return first, rows.article(source=rows.source(), title="A pier", twin_of=first)


@pytest.mark.parametrize("rhythm", ["article", "daily"])
def test_a_newsletter_tells_a_story_once(now: datetime, rhythm: str) -> None:
    first, _ = twins()
    newsletter = rows.newsletter(rhythm=rhythm)
    compose(newsletter.pk, now)
    compose(newsletter.pk, now)
    assert EditionArticle.objects.get().article == first
    assert not Newsletter.objects.get().waiting(now).exists()


@pytest.mark.parametrize("told", [0, 1])
def test_whichever_of_its_rows_was_told_earlier(now: datetime, told: int) -> None:
    both = twins()
    third = rows.article(source=rows.source(), twin_of=both[0])
    newsletter, account = rows.newsletter(), rows.account("x")
    Article.objects.exclude(pk=both[told].pk).update(state=Article.State.SEEN)
    compose(newsletter.pk, now), write(account.pk, now)
    Article.objects.update(state=Article.State.NEW)
    assert pick(newsletter, now) == []
    assert list(accounts_due(now)) == []
    assert third.story == both[0].pk


def test_an_account_posts_a_story_once(now: datetime) -> None:
    first, _ = twins()
    account = rows.account("x")
    write(account.pk, now)
    write(account.pk, now)
    assert Post.objects.get().article == first


def test_each_of_two_newsletters_takes_it_from_its_own_source(now: datetime) -> None:
    for article in twins():
        newsletter = rows.newsletter()
        newsletter.sources.add(article.source)
        compose(newsletter.pk, now)
        assert EditionArticle.objects.get(edition__newsletter=newsletter).article == article


def test_what_its_source_shows_no_more_is_not_told(now: datetime) -> None:
    article = rows.article()
    newsletter, _ = rows.newsletter(), rows.account("x")
    Article.objects.update(missing_at=now - timedelta(hours=1))
    assert (pick(newsletter, now), list(accounts_due(now))) == ([], [])
    article.refresh_from_db()
    assert article.remark == "Its source shows it no more since 23 November, 11:00 UTC."


def test_more_stories_cost_no_more_questions(now: datetime) -> None:
    newsletter = rows.newsletter(rhythm="daily")
    counts = []
    for _ in range(2):
        twins()
        with CaptureQueriesContext(
            connection,
        ) as asked:
            pick(newsletter, now)
        counts.append(len(asked))
    assert counts[0] == counts[1]
