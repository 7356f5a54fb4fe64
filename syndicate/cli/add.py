"""`add`: one article by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from syndicate.cli.article import describe
from syndicate.cli.command import Act, Row
from syndicate.cli.show import show

if TYPE_CHECKING:
    from datetime import datetime

    from syndicate.sources.models import Article, Source

# So many words of the text are shown.
WORDS = 40


@click.command(cls=Act)
@click.argument("url")
@click.option(
    "--source",
    type=Row("sources.Source", by="url"),
    help="Whose article it is; else the source on whose site it stands.",
)
def add(url: str, source: Source | None) -> None:
    """Take one article by its address, for one that no source shows (yet)."""
    from syndicate.lib import clock
    from syndicate.lib.errors import BadInput
    from syndicate.sources.hand import add_article

    now = clock.now()
    article, new = add_article(url, source, now)
    if not new:
        raise BadInput(
            f"“{article.title}” is known already: article {article.pk}, {article.state}.",
            f"See it: syndicate article show {article.pk}. Let it go: syndicate article release.",
        )
    told = _told(article, now)
    show(told, [f"{key + ':':<10} {_plain(value)}" for key, value in told.items() if value])


def _told(article: Article, now: datetime) -> dict[str, Any]:
    """What was made of the page, and what becomes of it."""
    from syndicate.lib.html import to_text

    return describe(article) | {
        "author": article.author,
        "image": article.image_url,
        "text": " ".join(to_text(article.body).split()[:WORDS]),
        "reason": article.state_reason,
        "next": [*_next(article, now)],
    }


def _next(article: Article, now: datetime) -> Iterator[str]:
    """Who takes it up: newsletters that wait for it, accounts that have not posted it."""
    from syndicate.mail.models import Newsletter
    from syndicate.social.models import Account
    from syndicate.social.write import lacking

    for newsletter in Newsletter.objects.filter(active=True):
        if newsletter.waiting(now).filter(pk=article.pk).exists():
            yield f"newsletter {newsletter.name}"
    for account in Account.objects.filter(active=True):
        if lacking(account, now).filter(pk=article.pk).exists():
            yield f"account {account.name}"


def _plain(value: object) -> object:
    return ", ".join(value) if isinstance(value, list) else value
