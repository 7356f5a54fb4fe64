"""`account authorise`: connect an account by allowing us on its platform, without the desk."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from syndicate.cli.account_fields import asked, pairs, secretless
from syndicate.cli.command import Command, Row
from syndicate.cli.show import say, show

if TYPE_CHECKING:
    from syndicate.social.models import Account


@click.command(cls=Command)
@click.argument("channel")
@click.option(
    "--account", "again", type=Row("social.Account", by="name"), help="Connect this one again."
)
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="NAME=VALUE",
    help="What the app there is known by and is no secret, like server or client_id; repeatable.",
)
@click.option(
    "--credential-file",
    "files",
    multiple=True,
    metavar="NAME=FILE",
    help="A file with one secret of the app in it; repeatable. Others are asked for.",
)
@click.option("--auto", is_flag=True, help="Posts go by themselves instead of being held.")
def authorise(
    channel: str,
    again: Account | None,
    options: tuple[str, ...],
    files: tuple[str, ...],
    auto: bool,
) -> None:
    """Connect an account by allowing it on the platform's own page.

    An address is printed. Open it anywhere, allow us there, and paste the code you are shown, or
    the whole address that you are sent to: nothing has to answer there.

    \b
    syndicate account authorise mastodon --option server=https://social.example
    syndicate account authorise x --option client_id=… --credential-file client_secret=FILE
    """
    from syndicate.cli.account import describe
    from syndicate.lib import clock
    from syndicate.lib.errors import BadInput
    from syndicate.social import authorise, editorial
    from syndicate.web.desk.accounts import back

    leaf, kind = authorise.able(channel)
    if again is not None and again.channel != channel:
        raise BadInput(f"{again.name} is no account on {leaf.label}.", "Name the other channel.")
    kept = editorial.app_of(again) if again else {}
    given = pairs(options)
    app = asked(kind, files, secretless(kind, given) | given, kept)
    waiting = authorise.begin(channel, app, leaf.by_hand or back(), clock.now(), again)
    say(f"Open this address, and allow it:\n\n{waiting.url}\n")
    say("Paste the code, or the address that you are sent to, within ten minutes:")
    answer = authorise.pasted(sys.stdin.readline(), waiting)
    came = authorise.end(waiting.sealed, answer, clock.now())
    if again is None:
        made = authorise.connect(came, clock.now(), "auto" if auto else "hold")
        show(describe(made), f"Connected {made.name} as account {made.pk}.")
        return
    handle = authorise.reconnect(again, came)
    again.refresh_from_db()
    show({**describe(again), "handle": handle}, f"{again.name}: logged in as {handle}.")
