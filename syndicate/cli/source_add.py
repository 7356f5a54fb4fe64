"""`source find`, `source add`: from an address to what can be watched there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from syndicate.cli.command import Command
from syndicate.cli.credentials import CREDENTIALS, given_in
from syndicate.cli.show import say, show
from syndicate.cli.watched import describe, headlines, offered

if TYPE_CHECKING:
    from datetime import datetime

    from syndicate.sources.candidates import Candidate

# The kinds of sources.readers, which is too heavy to be asked for --help.
KINDS = click.Choice(
    ["feed", "wordpress", "ghost", "squarespace", "hfeed", "page", "sitemap"], case_sensitive=False
)


@click.command(cls=Command)
@click.argument("url")
@click.option("--kind", type=KINDS, help="Of one kind only.")
def find(url: str, kind: str | None) -> None:
    """Print what could be watched at an address, the best first; nothing is kept."""
    from syndicate.lib import clock
    from syndicate.sources.discover import discover

    found = discover(url, clock.now(), kind or "")
    lines = [line for n, each in enumerate(found, 1) for line in ["", *_told(each, f"{n}. ")]]
    show([offered(each) for each in found], lines[1:])


@click.command(cls=Command)
@click.argument("url")
@click.option("--kind", type=KINDS, help="Of what is there, this; else the best.")
@click.option("--name", default="", help="What to call it; else as it calls itself.")
@click.option(
    "--newest",
    type=click.IntRange(0, 1000),
    default=0,
    help="Send this many of the articles already there.",
)
@click.option("--dry-run", is_flag=True, help="Show what is there; keep nothing.")
@CREDENTIALS
def add(url: str, kind: str | None, name: str, newest: int, dry_run: bool, **given: Any) -> None:
    """Watch a site by the best it offers. What is there already counts as seen.

    With credentials it is the very address that is watched, as a feed or of the --kind given.
    """
    from syndicate.lib import clock
    from syndicate.sources.add import watch

    now, credentials = clock.now(), given_in(given)
    found = _found(url, kind or "", credentials, now)
    what = [f"Found at {url}:", *_told(found), *_becomes(found, newest)]
    if dry_run:
        show(offered(found), what)
        say("Nothing was kept: this was a dry run.")
        return
    made = watch(found, site_url=url, name=name, newest=newest, now=now, credentials=credentials)
    words = [*what, "", f"Watching {made.name} ({made.url}) as source {made.pk}."]
    show({**describe(made), "found": offered(found)}, words)


def _found(url: str, kind: str, credentials: dict[str, str], now: datetime) -> Candidate:
    from syndicate.sources.add import likeliest
    from syndicate.sources.knock import inside

    return inside(url, credentials, now, kind) if credentials else likeliest(url, now, kind)


def _told(found: Candidate, mark: str = "") -> list[str]:
    """Why it is good, where it is, and what it would have detected."""
    head = f"{mark}{found.title or found.url}: {found.why}"
    return [head, f"   {found.url} ({found.kind})", *headlines(found)]


def _becomes(found: Candidate, newest: int) -> list[str]:
    if newest and found.entries:
        return [f"The newest {min(newest, found.entries)} of these go out; the others are noted."]
    return ["None of these is sent: only what is published from now on."]
