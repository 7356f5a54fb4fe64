"""`article`: what was published there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from syndicate.cli.command import Act, Command, Row
from syndicate.cli.show import columns, show

if TYPE_CHECKING:
    from syndicate.sources.models import Article

ARTICLE = click.argument("article", type=Row("sources.Article"))


@click.group()
def article() -> None:
    """What was published at our sources."""


@article.command("list", cls=Command)
@click.option("--state", type=click.Choice(["new", "held", "seen", "withdrawn"]))
@click.option("--limit", default=30, show_default=True)
def list_(state: str | None, limit: int) -> None:
    """Print the latest articles."""
    from syndicate.sources.models import Article

    found = Article.objects.select_related("source")
    if state:
        found = found.filter(state=state)
    told = [describe(a) for a in found[:limit]]
    rows = [(a["id"], a["state"], a["date"], a["source"], a["title"]) for a in told]
    show(told, columns(("Id", "State", "Date", "Source", "Title"), rows, "None."))


@article.command("show", cls=Command)
@ARTICLE
def show_(article: Article) -> None:
    """Print one article: where it stands, and what became of it."""
    told = describe(article)
    told |= {
        "author": article.author,
        "summary": article.summary,
        "reason": article.state_reason,
        "editions": [
            {"id": e.pk, "subject": e.subject, "status": e.status} for e in article.editions.all()
        ],
        "posts": [
            {"id": p.pk, "account": p.account.name, "status": p.status, "permalink": p.permalink}
            for p in article.posts.select_related("account")
        ],
    }
    show(told, [f"{key + ':':<10} {value}" for key, value in told.items() if value])


@article.command(cls=Act)
@ARTICLE
def release(article: Article) -> None:
    """Let a held article, or one seen before we watched, go on to newsletters and accounts."""
    from syndicate.lib import clock
    from syndicate.sources.editorial import release

    release(article, clock.now())
    article.refresh_from_db()
    show(describe(article), f"“{article.title}” goes on.")


@article.command(cls=Act)
@ARTICLE
def withdraw(article: Article) -> None:
    """Keep an article out of newsletters and posts that are still to come."""
    from syndicate.sources.editorial import withdraw

    withdraw(article)
    article.refresh_from_db()
    show(describe(article), f"“{article.title}” is withdrawn.")


def describe(article: Article) -> dict[str, Any]:
    """An article as data."""
    return {
        "id": article.pk,
        "title": article.title,
        "url": article.url,
        "source": article.source.name,
        "state": article.state,
        "date": article.dated,
    }
