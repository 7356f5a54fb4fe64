"""`results`: what each account brought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from syndicate.cli.command import Command
from syndicate.cli.show import columns, show

if TYPE_CHECKING:
    from syndicate.social.results import Result


@click.command(cls=Command)
@click.option("--days", default=30, show_default=True)
def results(days: int) -> None:
    """Print what each account brought: reactions, arrivals, new readers, cost."""
    from syndicate.lib import clock
    from syndicate.social.charge import dollars
    from syndicate.social.results import results as found

    told = [_told(one) for one in found(clock.now(), days)]
    rows = [
        (
            t["account"], t["posts"], _reactions(t["reactions"]), t["arrivals"], t["subscribers"],
            dollars(t["mills"]),
        )
        for t in told
    ]  # fmt: skip
    head = ("Account", "Posts", "Reactions", "Arrivals", "New readers", "Cost")
    show(told, columns(head, rows, "No account is connected yet."))


def _told(one: Result) -> dict[str, Any]:
    """A result as data; *mills* are thousandths of a US dollar."""
    return {
        "account": one.account.name,
        "channel": one.account.channel,
        "posts": one.posts,
        "reactions": one.reactions,
        "utm_source": one.source,
        "arrivals": one.arrivals,
        "subscribers": one.subscribers,
        "mills": one.mills,
    }


def _reactions(found: dict[str, int]) -> str:
    return ", ".join(f"{number} {kind}" for kind, number in found.items())
