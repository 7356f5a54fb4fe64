"""`plan`: what the next turn would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from syndicate.cli.command import Command
from syndicate.cli.show import show

if TYPE_CHECKING:
    from syndicate.plan import Plan, PlannedArticle


@click.command(cls=Command)
def plan() -> None:
    """Print what the next turn would do, without doing it.

    Articles, editions with their readers, and the exact posts.
    Reads the sources; sends, posts and keeps nothing.
    """
    from syndicate.lib import clock
    from syndicate.plan import plan as make

    made = make(clock.now())
    show(asdict(made), words(made))


def words(plan: Plan) -> list[str]:
    """A plan as lines to read."""
    lines: list[str] = []
    for trouble in plan.troubles:
        lines.append(f"cannot    {trouble}")
    lines += _articles(plan.articles)
    if plan.confirmations:
        lines.append(f"confirm   {plan.confirmations} people are asked to confirm")
    for edition in plan.editions:
        readers = "1 reader" if edition.readers == 1 else f"{edition.readers:,} readers"
        then = f"to {readers}" if edition.goes else f"held; it would go to {readers}"
        lines.append(f"{edition.what:<9} “{edition.subject}” ({edition.newsletter}), {then}")
        lines += [f"            {title}" for title in edition.articles]
    for post in plan.posts:
        then = f", at {post.at:%H:%M} UTC" if post.at else ""
        then = then if post.goes else ", held"
        lines.append(f"post      to {post.account} ({post.length} of {post.limit}{then}):")
        lines += [f"            {line}" for line in post.text.splitlines()]
    for one in plan.corrections:
        then = "" if one.goes else ", held"
        deed = "change" if one.kind == "edit" else "take down"
        lines.append(f"correct   {deed} a post on {one.account}{then}: {one.reason}")
        lines += [f"            {line}" for line in one.text.splitlines()]
    return lines or ["Nothing would be done: no news, and nothing waits."]


def _articles(articles: Sequence[PlannedArticle]) -> Iterator[str]:
    """Those that go on, one by one; of those that are only noted, how many."""
    for one in articles:
        if one.state != "seen":
            why = f", {one.state}: {one.reason}" if one.state != "new" else ""
            yield f"detect    “{one.title}” ({one.source}){why}"
    for source, many in Counter(one.source for one in articles if one.state == "seen").items():
        yield f"note      {many} of {source} as seen: not sent"
