"""`source`: the places we watch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from syndicate.cli.command import Act, Command, Row
from syndicate.cli.show import columns, say, show

if TYPE_CHECKING:
    from syndicate.sources.models import Source

SOURCE = click.argument("source", type=Row("sources.Source", by="url"))
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
    rows = [(s.pk, s.name, _state(s), s.checked_at, s.next_check) for s in found]
    head = ("Id", "Name", "State", "Looked at", "Next")
    show([describe(s) for s in found], columns(head, rows, "None yet: syndicate source add URL"))


@source.command("show", cls=Command)
@SOURCE
def show_(source: Source) -> None:
    """Print one source, with its latest articles."""
    articles = [
        {"id": a.pk, "title": a.title, "state": a.state, "url": a.url, "date": a.dated}
        for a in source.articles.all()[:10]
    ]
    rows = [(a["id"], a["state"], a["date"], a["title"]) for a in articles]
    head = ("Id", "State", "Date", "Title")
    words = [f"{source.name}: {_state(source)}", source.url, ""]
    if source.error:
        words += [source.error, source.hint, ""]
    show({**describe(source), "articles": articles}, words + columns(head, rows, "No articles."))


@source.command(cls=Command)
@click.argument("url")
def find(url: str) -> None:
    """Print what could be watched at an address, the best first; nothing is kept."""
    from syndicate.lib import clock
    from syndicate.sources.discover import discover

    found = discover(url, clock.now())
    told = [{"url": c.url, "kind": c.kind, "title": c.title, "entries": c.entries} for c in found]
    rows = [tuple(c.values()) for c in told]
    show(told, columns(("Address", "Kind", "Title", "Entries"), rows, "No feed found there."))


@source.command(cls=Command)
@click.argument("url")
@click.option("--name", default="", help="What to call it; else the feed's own title.")
@click.option("--newest", default=0, help="Send this many of the articles already there.")
@click.option("--dry-run", is_flag=True, help="Show what is there; keep nothing.")
def add(url: str, name: str, newest: int, dry_run: bool) -> None:
    """Watch a feed, or the feed of a site. What is there already counts as seen."""
    from syndicate.lib import clock
    from syndicate.sources.add import add_source, likeliest
    from syndicate.sources.models import Source

    now = clock.now()
    if dry_run:
        best = likeliest(url, now)
        unsaved = Source(name=name or best.title, kind=best.kind, url=best.url, take_newest=newest)
        unsaved.created_at = unsaved.next_check = now
        _show_look(unsaved, now)
        return
    made = add_source(url, name=name, newest=newest, now=now)
    show(describe(made), f"Watching {made.name} ({made.url}) as source {made.pk}.")


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
    words = columns(("Id", "State", "Title"), rows, f"Nothing new. State: {_state(source)}")
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


def describe(source: Source) -> dict[str, Any]:
    """A source as data."""
    return {
        "id": source.pk,
        "name": source.name,
        "kind": source.kind,
        "url": source.url,
        "active": source.active,
        "health": source.health,
        "checked_at": source.checked_at,
        "next_check": source.next_check,
        "error": source.error,
        "hint": source.hint,
    }


def _show_look(source: Source, now: Any) -> None:
    from syndicate.sources.detect import peek

    seen = peek(source, now)
    new = [{"title": found.entry.title, "url": found.entry.url} for found in seen.new]
    rows = [(entry["title"], entry["url"]) for entry in new]
    show({"new": new}, columns(("New", "Address"), rows, "Nothing new."))
    say("Nothing was kept: this was a dry run.")


def _state(source: Source) -> str:
    if not source.active:
        return "paused"
    return f"{source.health} ({source.failures})" if source.failures else source.health
