"""`source`: the places we watch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from syndicate.cli.command import Act, Command, Row
from syndicate.cli.show import columns, say, show
from syndicate.cli.source_add import add, find
from syndicate.cli.source_edit import edit
from syndicate.cli.watched import SOURCE, describe, is_hand, state

if TYPE_CHECKING:
    from datetime import datetime

    from syndicate.sources.models import Article, Source

# What takes articles from sources is told which with these two: see chosen().
SOURCES = click.option(
    "--source",
    "sources",
    type=Row("sources.Source", by="url"),
    multiple=True,
    help="Repeatable; from these and no others.",
)
ALL_SOURCES = click.option("--all-sources", is_flag=True, help="From all sources.")


@click.group()
def source() -> None:
    """The places we watch."""


@source.command("list", cls=Command)
def list_() -> None:
    """Print all sources and how the last look at each went."""
    from syndicate.sources.models import Source

    found = list(Source.objects.all())
    rows = [(s.pk, s.name, state(s), s.checked_at, s.next_check) for s in found]
    head = ("Id", "Name", "State", "Looked at", "Next")
    show([describe(s) for s in found], columns(head, rows, "None yet: syndicate source add URL"))


for command in (find, add, edit):
    source.add_command(command)


@source.command("show", cls=Command)
@SOURCE
def show_(source: Source) -> None:
    """Print one source: how it is watched, how it is, and its latest articles."""
    from syndicate.lib import clock
    from syndicate.sources import push
    from syndicate.sources.portrait import portrait, telling
    from syndicate.sources.tell import ping_address

    now = clock.now()
    told = [_article(each, now) for each in telling(source.articles.all())[:10]]
    pushed = [("Told at once", said) for said in push.describe(source, now)]
    ping = "" if is_hand(source) else ping_address(source)
    facts = [*portrait(source, now), *pushed, *([("Ping address", ping)] if ping else [])]
    rows = [(a["id"], a["state"], a["date"], a["title"], a["remark"]) for a in told]
    head = ("Id", "State", "Date", "Title", "Remark")
    show(
        {
            **describe(source),
            "ping_address": ping,
            "facts": [{"name": name, "text": text} for name, text in facts],
            "articles": told,
        },
        [
            *(f"{source.name}: {state(source)}, {_looks(source, now)}", *_trouble(source), ""),
            *(f"{name + ':':<14} {text}" for name, text in facts),
            *("", *columns(head, rows, "No articles.")),
        ],
    )


@source.command("ping-address", cls=Act)
@SOURCE
@click.option("--renew", is_flag=True, help="Make another; the old one is good no more.")
def ping_address_(source: Source, renew: bool) -> None:
    """Print where the source's site may tell us that something is new."""
    from syndicate.sources.editorial import renew_ping
    from syndicate.sources.tell import ping_address

    if renew:
        renew_ping(source)
    show({"id": source.pk, "ping_address": ping_address(source)}, ping_address(source))


@source.command(cls=Command)
@SOURCE
@click.option("--dry-run", is_flag=True, help="Show what it would find; keep nothing.")
def look(source: Source, dry_run: bool) -> None:
    """Look at a source now, whenever it is due."""
    from syndicate.lib import clock
    from syndicate.sources.detect import detect
    from syndicate.sources.editorial import look_now

    now = clock.now()
    if dry_run:
        _show_look(source, now)
        return
    before = set(source.articles.values_list("pk", flat=True))
    look_now(source, now)
    detect(source.pk, now)
    source.refresh_from_db()
    new = [a for a in source.articles.all() if a.pk not in before]
    told = [{"id": a.pk, "title": a.title, "state": a.state, "url": a.url} for a in new]
    rows = [(a.pk, a.state, a.title) for a in new]
    words = columns(("Id", "State", "Title"), rows, f"Nothing new. State: {state(source)}")
    show({**describe(source), "found": told}, words)


@source.command(cls=Act)
@SOURCE
def pause(source: Source) -> None:
    """Look at a source no more, until it is resumed."""
    from syndicate.sources.editorial import pause

    pause(source)
    source.refresh_from_db()
    show(describe(source), f"{source.name} is paused.")


@source.command(cls=Act)
@SOURCE
def resume(source: Source) -> None:
    """Look at a paused source again."""
    from syndicate.lib import clock
    from syndicate.sources.editorial import resume

    resume(source, clock.now())
    source.refresh_from_db()
    show(describe(source), f"{source.name} is watched again.")


def chosen(sources: tuple[Source, ...], all_sources: bool) -> tuple[Source, ...] | None:
    """The sources to set, where none are all of them; None when nothing was said."""
    if sources and all_sources:
        raise click.UsageError("Give --source or --all-sources, not both.")
    return sources if sources or all_sources else None


def _show_look(source: Source, now: Any) -> None:
    from syndicate.sources.detect import peek

    seen = peek(source, now)
    new = [{"title": found.entry.title, "url": found.entry.url} for found in seen.new]
    rows = [(entry["title"], entry["url"]) for entry in new]
    show({"new": new}, columns(("New", "Address"), rows, "Nothing new."))
    say("Nothing was kept: this was a dry run.")


def _article(article: Article, now: datetime) -> dict[str, Any]:
    from syndicate.sources.portrait import remark

    return {
        "id": article.pk,
        "title": article.title,
        "state": article.state,
        "url": article.url,
        "date": article.dated,
        "remark": remark(article, now),
    }


def _looks(source: Source, now: datetime) -> str:
    from syndicate.sources.portrait import ago, ahead

    looked = (
        f"looked at {ago(source.checked_at, now)}" if source.checked_at else "not looked at yet"
    )
    return f"{looked}, next {ahead(source.next_check, now)}" if source.is_watched else looked


def _trouble(source: Source) -> list[str]:
    return [line for line in (source.error, source.hint) if line]
