"""plan tells what a turn would do, and does nothing."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.serializers import serialize

from syndicate.engine.inline import turn
from syndicate.lib.status import Status
from syndicate.mail.models import Edition
from syndicate.plan import plan
from syndicate.social.models import Account, Post
from syndicate.sources.models import Article
from tests.fakes.website import Website
from tests.rows import account, article, mailing_list, newsletter, source, subscriber

pytestmark = pytest.mark.django_db


def everything() -> str:
    """The whole database as text."""
    models = [model for model in apps.get_models() if model._meta.managed]
    return "\n".join(serialize("json", model._default_manager.all()) for model in models)


def a_site(website: Website, **how: Any) -> None:
    """A source with news, a newsletter with two readers, an account."""
    words = ["The harbour has a new pier since Monday."]
    due: datetime = how.pop("due")
    website.publish("A new pier", words, date=due - timedelta(hours=1))
    source(url=website.feed_url, name="Harbour", next_check=due)
    readers = mailing_list()
    subscriber(to=readers), subscriber(to=readers)
    newsletter(name="Weekly", list=readers, **how)
    account(name="@harbour", approval=Account.Approval.HOLD)


def test_it_tells_articles_editions_readers_and_the_exact_posts(now: datetime) -> None:
    with Website() as website:
        a_site(website, due=now)
        made = plan(now)
    (found,) = made.articles
    assert (found.title, found.source, found.state) == ("A new pier", "Harbour", "new")
    (edition,) = made.editions
    assert (edition.what, edition.newsletter, edition.readers) == ("compose", "Weekly", 2)
    assert (edition.articles, edition.goes) == (["A new pier"], True)
    (post,) = made.posts
    assert found.url in post.text
    assert (post.account, post.goes, post.length <= post.limit) == ("@harbour", False, True)


def test_it_changes_nothing(now: datetime) -> None:
    with Website() as website:
        a_site(website, due=now)
        before = everything()
        plan(now)
    assert everything() == before


def test_what_it_tells_is_what_a_turn_does(now: datetime) -> None:
    with Website() as website:
        a_site(website, due=now)
        made = plan(now)
        turn(now)
    assert len(made.articles) == len(made.editions) == len(made.posts) == 1
    assert [a.title for a in made.articles] == list(Article.objects.values_list("title", flat=True))
    assert [e.subject for e in made.editions] == [e.subject for e in Edition.objects.all()]
    assert [p.text for p in made.posts] == [p.text for p in Post.objects.all()]


def test_a_held_edition_is_no_work_of_the_next_turn(now: datetime) -> None:
    newsletter(approval="hold")
    article()
    turn(now)
    assert Edition.objects.get().status == Status.HELD
    assert plan(now).editions == []


def test_an_approved_edition_is_told_with_its_readers(now: datetime) -> None:
    readers = mailing_list()
    subscriber(to=readers)
    weekly = newsletter(list=readers, active=False)
    Edition.objects.create(
        newsletter=weekly, slot="s", key="k", subject="News", composed_at=now,
        status=Status.QUEUED, send_at=now,
    )  # fmt: skip
    (edition,) = plan(now).editions
    assert (edition.what, edition.subject, edition.readers) == ("send", "News", 1)


def test_a_source_that_does_not_answer_is_a_trouble_and_stops_nothing(now: datetime) -> None:
    source(url="http://127.0.0.1:9/feed", name="Gone")
    newsletter()
    article()
    made = plan(now)
    assert len(made.editions) == 1
    assert made.troubles[0].startswith("look at Gone: ")


def test_with_nothing_due_it_is_empty(now: datetime) -> None:
    made = plan(now)
    assert not (made.articles or made.editions or made.posts or made.troubles)
