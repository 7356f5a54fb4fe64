"""Rows for tests, in words: ``article(title="A pier")``, ``subscriber("a@example.org")``.

Each makes what it needs and nothing more; pass what matters to the test.
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from syndicate.audience.models import MailingList, Subscriber, Subscription
from syndicate.mail.models import Newsletter
from syndicate.social.models import Account
from syndicate.sources.models import Article, Source

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
_count = itertools.count(1)


def source(**values: Any) -> Source:
    """A feed that has had its first look."""
    n = next(_count)
    given: dict[str, Any] = {
        "name": f"Source {n}",
        "url": f"https://harbour.example.org/feed-{n}.xml",
        "created_at": NOON - timedelta(days=1),
        "next_check": NOON,
        "baseline_at": NOON - timedelta(days=1),
        "health": Source.Health.OK,
    }
    return Source.objects.create(**given | values)


def article(**values: Any) -> Article:
    """An article that is ready to be sent and posted."""
    n = next(_count)
    given: dict[str, Any] = {
        "identity": f"guid:{n}",
        "guid": str(n),
        "url": f"https://harbour.example.org/articles/{n}",
        "url_key": f"harbour.example.org/articles/{n}",
        "title": f"Article {n}",
        "author": "Ada Example",
        "summary": f"The summary of article {n}, which ends with a full stop.",
        "body": f"<p>The body of article {n}.</p>",
        "first_seen": NOON,
        "available_at": NOON,
        "published_at": NOON,
    }
    if "source" not in values:
        given["source"] = Source.objects.first() or source()
    return Article.objects.create(**given | values)


def mailing_list(**values: Any) -> MailingList:
    """A public list."""
    n = next(_count)
    given: dict[str, Any] = {"name": f"List {n}", "slug": f"list-{n}", "created_at": NOON}
    return MailingList.objects.create(**given | values)


def subscriber(email: str = "", to: MailingList | None = None, **values: Any) -> Subscriber:
    """A person; with *to*, a confirmed reader of that list."""
    email = email or f"reader{next(_count)}@example.org"
    given: dict[str, Any] = {"email": email, "address": email.lower(), "created_at": NOON}
    person = Subscriber.objects.create(**given | values)
    if to is not None:
        subscription(person, to)
    return person


def subscription(person: Subscriber, to: MailingList, **values: Any) -> Subscription:
    """A confirmed subscription."""
    given: dict[str, Any] = {
        "status": Subscription.Status.CONFIRMED,
        "created_at": NOON,
        "confirmed_at": NOON,
        "via": "form",
    }
    return Subscription.objects.create(subscriber=person, list=to, **given | values)


def newsletter(**values: Any) -> Newsletter:
    """One edition for each article, sent without asking."""
    n = next(_count)
    given: dict[str, Any] = {
        "name": f"Newsletter {n}",
        "slug": f"newsletter-{n}",
        "created_at": NOON - timedelta(hours=1),
        "since": NOON - timedelta(hours=1),
        "next_slot_at": NOON - timedelta(hours=1),
        "approval": Newsletter.Approval.AUTO,
    }
    if "list" not in values:
        given["list"] = mailing_list()
    return Newsletter.objects.create(**given | values)


def account(channel: str = "webhook", **values: Any) -> Account:
    """An account that posts without asking."""
    credentials = values.pop("credentials", {})
    given: dict[str, Any] = {
        "name": f"account {next(_count)}",
        "created_at": NOON - timedelta(hours=1),
        "since": NOON - timedelta(hours=1),
        "approval": Account.Approval.AUTO,
    }
    made = Account(channel=channel, **given | values)
    made.credentials = credentials
    made.save()
    return made
