"""A desk with something on it: one row of every kind, and the address of every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Model
from django.urls import URLPattern, reverse
from django.utils.html import escape

from syndicate.lib.status import Status
from syndicate.mail.models import Edition, EditionArticle
from syndicate.social.correction import Correction
from syndicate.social.models import Account, Post
from syndicate.sources.models import Article, Source
from syndicate.web.desk import accounts, articles, editions, mends, newsletters, posts, sources
from syndicate.web.desk import subscribers as people
from syndicate.web.desk.urls import urlpatterns
from tests import rows

ACTS = {
    "edition_act": editions.ACTS,
    "post_act": posts.ACTS,
    "correction_act": mends.ACTS,
    "article_act": articles.ACTS,
    "newsletter_act": newsletters.ACTS,
    "source_act": sources.ACTS,
    "account_act": accounts.ACTS,
    "subscriber_act": people.ACTS,
}


def editor(name: str = "ada") -> User:
    """Somebody who may log in."""
    return User.objects.create(username=name, email=f"{name}@harbour.example.org")


def edition(*chosen: Article, **values: Any) -> Edition:
    """A held edition of the given articles, or of a new one."""
    newsletter = values.pop("newsletter", None) or rows.newsletter()
    number = Edition.objects.count() + 1
    given = {"slot": f"now:{number}", "key": f"key{number}", "subject": f"Edition {number}"}
    made = Edition.objects.create(
        newsletter=newsletter, **{"composed_at": rows.NOON, **given, **values}
    )
    for position, article in enumerate(chosen or [rows.article()], 1):
        EditionArticle.objects.create(edition=made, article=article, position=position)
    return made


def post(account: Account | None = None, **values: Any) -> Post:
    """A held post about a new article."""
    article = values.pop("article", None) or rows.article()
    given = {"text": f"{article.title}\n\n{article.url}", "key": "k", "created_at": rows.NOON}
    return Post.objects.create(
        account=account or rows.account("mastodon"),
        article=article,
        story=article.story,
        **{**given, **values},
    )


@dataclass
class Furniture:
    """The rows, by the word that begins the names of their pages."""

    edition: Edition
    post: Post
    article: Article
    newsletter: Model
    source: Source
    account: Account
    subscriber: Model
    list: Model
    correction: Model

    def addresses(self) -> dict[str, str]:
        """Every page's name and address; acts are told apart by their word."""
        return {
            f"{page.name} {extra}".strip(): self._address(page, extra)
            for page in urlpatterns
            for extra in ACTS.get(str(page.name), [""])
        }

    def _address(self, page: URLPattern, word: str) -> str:
        given: dict[str, Any] = {
            "pk": lambda: getattr(self, str(page.name).partition("_")[0]).pk,
            "word": lambda: word,
            "form": lambda: "html",
            "channel": lambda: "mastodon",
        }
        wanted = page.pattern.converters
        return reverse(f"desk:{page.name}", kwargs={name: given[name]() for name in wanted})


def furnish(text: str = "A pier") -> Furniture:
    """One of each, all of them saying *text*."""
    to = rows.mailing_list(name=text, description=text)
    person = rows.subscriber(to=to, name=text)
    source = rows.source(
        name=text, error=text, hint=text, filters={"tags": [text]},
        health=Source.Health.FAILING, failing_since=rows.NOON, failures=2,
    )  # fmt: skip
    article = rows.article(
        source=source, title=text, author=text, summary=text, body=escape(text), state_reason=text,
        tags=[text], image_caption=text, image_alt=text,
    )  # fmt: skip
    newsletter = rows.newsletter(list=to, name=text, error=text)
    made = edition(
        article, newsletter=newsletter, subject=text, preheader=text, intro=text, error=text
    )
    account = rows.account("mastodon", name=text, error=text, health=Account.Health.RECONNECT)
    card = {"url": article.url, "title": text, "description": text, "alt": text}
    held = post(account, article=article, text=f"{text} {article.url}", card=card, error=text)
    sent = edition(
        rows.article(source=source), newsletter=newsletter, subject=text, status=Status.SENT,
        started_at=rows.NOON, finished_at=rows.NOON, audience=1,
    )  # fmt: skip
    sent.deliveries.create(subscriber=person, seq=1, status=Status.FAILED, code=550, reply=text)
    gone = post(
        account, article=rows.article(source=source), text=text, status=Status.SENT, remote_id="1",
        chain=[["1", ""]], published_at=rows.NOON, reactions={"likes": 3}, read_at=rows.NOON,
    )  # fmt: skip
    change = Correction.objects.create(
        post=gone, kind="edit", revision=2, text=text, reason=text, created_at=rows.NOON,
        error=text, hint=text,
    )  # fmt: skip
    return Furniture(made, held, article, newsletter, source, account, person, to, change)
