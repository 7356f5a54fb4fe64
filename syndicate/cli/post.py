"""`post`: one text for one account about one article."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from syndicate.cli.command import Act, Command, Row
from syndicate.cli.show import columns, show

if TYPE_CHECKING:
    from syndicate.social.models import Post

POST = click.argument("post", type=Row("social.Post"))


@click.group()
def post() -> None:
    """Posts: look, edit, approve, and see where they stand."""


@post.command("list", cls=Command)
@click.option("--status", help="Only those: held, queued, sent, failed, unknown …")
@click.option("--limit", default=20, show_default=True)
def list_(status: str | None, limit: int) -> None:
    """Print the latest posts."""
    from syndicate.social.models import Post

    found = Post.objects.select_related("account", "article")
    if status:
        found = found.filter(status=status)
    told = [describe(p) for p in found[:limit]]
    rows = [(p["id"], p["status"], p["account"], p["permalink"], p["article"]) for p in told]
    show(told, columns(("Id", "Status", "Account", "Permalink", "Article"), rows, "None."))


@post.command("show", cls=Command)
@POST
def show_(post: Post) -> None:
    """Print one post exactly as it will stand, or stands, and what it costs."""
    from syndicate.lib import clock
    from syndicate.social import charge
    from syndicate.social.write import cost, count

    counted, price, now = count(post.account, post.text), cost(post), clock.now()
    spent, left = charge.spent(post.account, now), charge.left(post.account, now)
    told = {**describe(post), "length": counted.length, "limit": counted.limit}
    told |= {"cost_mills": price, "spent_mills": spent, "left_mills": left}
    head = [f"{post.account.name}: {post.status}, {counted.length} of {counted.limit}"]
    if price:
        allowed = "" if left is None else f", {charge.dollars(left)} left"
        head.append(
            f"It costs {charge.dollars(price)}; {charge.dollars(spent)} spent this month{allowed}."
        )
    trouble = [f"{post.error} {post.hint}".strip()] if post.error else []
    address = [post.permalink] if post.permalink else []
    parts = [line for text in post.texts for line in ("", text)]
    show(told, [*head, *address, *trouble, *parts])


@post.command(cls=Act)
@POST
def approve(post: Post) -> None:
    """Let a post go."""
    from syndicate.lib import clock
    from syndicate.social import editorial

    editorial.approve(post, None, clock.now())
    _shown(post, "approved")


@post.command(cls=Act)
@POST
def hold(post: Post) -> None:
    """Take an approved post back, as long as it has not gone."""
    from syndicate.social import editorial

    editorial.hold(post)
    _shown(post, "held")


@post.command(cls=Act)
@POST
def cancel(post: Post) -> None:
    """Call a post off."""
    from syndicate.social import editorial

    editorial.cancel(post)
    _shown(post, "cancelled")


@post.command(cls=Act)
@POST
@click.argument("text")
@click.option(
    "--part", "parts", multiple=True, help="A further part of the thread; in place of all of them."
)
@click.option("--alone", is_flag=True, help="Without further parts.")
def edit(post: Post, text: str, parts: tuple[str, ...], alone: bool) -> None:
    """Give a post another text; - reads it from stdin. The link must be in it."""
    from syndicate.lib import clock
    from syndicate.social import editorial

    if parts and alone:
        raise click.UsageError("Give --part or --alone, not both.")
    words = sys.stdin.read().rstrip("\n") if text == "-" else text
    editorial.edit(post, words, clock.now(), parts if parts or alone else None)
    _shown(post, "changed")


@post.command(cls=Act)
@POST
def retry(post: Post) -> None:
    """Try a failed post again."""
    from syndicate.lib import clock
    from syndicate.social import editorial

    editorial.retry(post, clock.now())
    _shown(post, "queued again")


@post.command(cls=Act)
@POST
@click.option("--posted/--not-posted", required=True, help="What you saw on the account.")
@click.option("--permalink", default="", help="Its address, if it stands there.")
def resolve(post: Post, posted: bool, permalink: str) -> None:
    """Say whether a post whose fate is unknown stands on the account."""
    from syndicate.lib import clock
    from syndicate.social import editorial

    editorial.resolve_unknown(post, posted, permalink, now=clock.now())
    _shown(post, "settled")


def describe(post: Post) -> dict[str, Any]:
    """A post as data."""
    return {
        "id": post.pk,
        "account": post.account.name,
        "channel": post.account.channel,
        "article": post.article.title,
        "status": post.status,
        "text": post.text,
        "thread": post.thread,
        "link": post.link,
        "pictures": post.pictures,
        "due_at": post.due_at,
        "permalink": post.permalink,
        "error": post.error,
        "hint": post.hint,
    }


def _shown(post: Post, done: str) -> None:
    post.refresh_from_db()
    show(describe(post), f"The post about “{post.article.title}” is {done} ({post.status}).")
