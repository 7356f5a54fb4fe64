"""A source, as an argument and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from syndicate.cli.command import Row

if TYPE_CHECKING:
    from syndicate.sources.candidates import Candidate
    from syndicate.sources.models import Source
    from syndicate.sources.readers.base import Entry

SOURCE = click.argument("source", type=Row("sources.Source", by="url"))

_AS_IT_IS = (
    "name", "kind", "url", "site_url", "active", "health", "checked_at", "next_check", "error",
    "hint", "since", "max_age_days", "max_new", "settle_minutes", "filters", "moved_to",
)  # fmt: skip


def describe(source: Source) -> dict[str, Any]:
    """A source as data; of its credentials only the names. Lengths of time are in seconds."""
    lengths = {name: getattr(source, name) for name in ("interval", "rhythm", "at_least")}
    return {
        "id": source.pk,
        **{name: getattr(source, name) for name in _AS_IT_IS},
        **{name: length and int(length.total_seconds()) for name, length in lengths.items()},
        "credentials": list(source.credentials),
    }


def offered(candidate: Candidate) -> dict[str, Any]:
    """What could be watched, as data."""
    return {
        "url": candidate.url,
        "kind": candidate.kind,
        "title": candidate.title,
        "why": candidate.why,
        "entries": candidate.entries,
        "newest": [_entry(entry) for entry in candidate.newest],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "title": entry.title,
        "url": entry.url,
        "date": entry.published_at,
        "author": entry.author,
    }


def headlines(candidate: Candidate) -> list[str]:
    """Its newest articles, a line each."""
    return [_headline(entry) for entry in candidate.newest]


def _headline(entry: Entry) -> str:
    at = f"{entry.published_at.astimezone():%Y-%m-%d %H:%M}" if entry.published_at else "–"
    by = f" ({entry.author})" if entry.author else ""
    return f"   {at:<16}  {entry.title or entry.url}{by}"


def state(source: Source) -> str:
    """How it is, in a word; with the number of looks that failed."""
    if not source.active:
        return "by hand" if is_hand(source) else "paused"
    return f"{source.health} ({source.failures})" if source.failures else source.health


def is_hand(source: Source) -> bool:
    """Whether it only gathers what was added by its address."""
    from syndicate.sources.hand import HAND

    return source.kind == HAND
