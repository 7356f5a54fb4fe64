"""`account`: our credentials on a channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from syndicate.cli.account_authorise import authorise
from syndicate.cli.account_fields import asked, pairs, secretless
from syndicate.cli.command import Act, Command, Row
from syndicate.cli.given import read
from syndicate.cli.show import columns, show
from syndicate.cli.source import ALL_SOURCES, SOURCES, chosen

if TYPE_CHECKING:
    from syndicate.social.models import Account
    from syndicate.sources.models import Source

ACCOUNT = click.argument("account", type=Row("social.Account", by="name"))
CREDENTIALS = click.option(
    "--credential-file",
    "files",
    multiple=True,
    metavar="NAME=FILE",
    help="A file with one credential in it (- is stdin); repeatable. Others are asked for.",
)


@click.group()
def account() -> None:
    """Accounts on X, Mastodon, Bluesky, or a webhook."""


@account.command("list", cls=Command)
def list_() -> None:
    """Print all accounts and whether they can post."""
    from syndicate.social.models import Account

    told = [describe(a) for a in Account.objects.all()]
    shown = ("id", "channel", "name", "approval", "state", "expires", "error")
    rows = [tuple(a[name] for name in shown) for a in told]
    head = ("Id", "Channel", "Name", "Approval", "State", "Expires", "Trouble")
    show(told, columns(head, rows, "None yet: syndicate account connect CHANNEL"))


@account.command(cls=Command)
def channels() -> None:
    """Print the channels, and what each asks for."""
    from syndicate.social.channels import CHANNELS, kind
    from syndicate.social.channels.fields import entries

    told = [
        {
            "channel": name,
            "label": label,
            "credentials": [one.name for one in entries(kind(name).credentials)],
            "options": [one.name for one in entries(kind(name).options)],
            "app": [one.name for one in entries(app)] if (app := kind(name).app) else [],
        }
        for name, (label, _) in CHANNELS.items()
    ]
    listed = ("credentials", "options", "app")
    rows = [(c["channel"], *(", ".join(c[name]) for name in listed)) for c in told]
    show(told, columns(("Channel", "Credentials", "Options", "To authorise"), rows, ""))


@account.command(cls=Act)
@click.argument("channel")
@click.option("--name", default="", help="What to call it; else the platform is asked.")
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="NAME=VALUE",
    help="An option, or a credential that is no secret, like server; repeatable.",
)
@click.option("--auto", is_flag=True, help="Posts go by themselves instead of being held.")
@CREDENTIALS
def connect(
    channel: str, name: str, options: tuple[str, ...], auto: bool, files: tuple[str, ...]
) -> None:
    """Connect an account. What was published before is not posted there.

    \b
    syndicate account channels
    syndicate account connect mastodon --option server=https://social.example
    """
    from syndicate.lib import clock
    from syndicate.social import editorial
    from syndicate.social.channels import kind
    from syndicate.social.models import Account

    leaf, given = kind(channel), pairs(options)
    open_ = secretless(leaf.credentials, given)
    credentials = asked(leaf.credentials, files, open_)
    approval = Account.Approval.AUTO if auto else Account.Approval.HOLD
    made = editorial.connect(channel, name, credentials, given, now=clock.now(), approval=approval)
    # What we made up ourselves (a webhook's signing secret) the other side must be told, once.
    fresh = {k: v for k, v in made.credentials.items() if v and not credentials.get(k)}
    words = [f"{k}: {v} (told this once; the receiver needs it)" for k, v in fresh.items()]
    words.insert(0, f"Connected {made.name} as account {made.pk}.")
    show({**describe(made), "made": fresh}, words)


@account.command(cls=Command)
@ACCOUNT
def check(account: Account) -> None:
    """Ask the platform whether our credentials are good; posts nothing."""
    from syndicate.social import editorial

    handle = editorial.check(account)
    account.refresh_from_db()
    show({**describe(account), "handle": handle}, f"{account.name}: logged in as {handle}.")


@account.command(cls=Command)
@ACCOUNT
@CREDENTIALS
def reconnect(account: Account, files: tuple[str, ...]) -> None:
    """Renew an account's credentials; what waits for it goes on."""
    from syndicate.social import editorial
    from syndicate.social.channels import kind

    handle = editorial.reconnect(account, asked(kind(account.channel).credentials, files))
    account.refresh_from_db()
    show({**describe(account), "handle": handle}, f"{account.name}: logged in as {handle}.")


@account.command(cls=Act)
@ACCOUNT
@click.option("--auto/--hold", default=None, help="Whether posts go by themselves or are held.")
@click.option("--template", help="The words of a post, in Jinja; empty: the channel's own.")
@click.option("--template-file", metavar="FILE", help="The same from a file (- is stdin).")
@click.option("--option", "options", multiple=True, metavar="NAME=VALUE", help="Repeatable.")
@SOURCES
@ALL_SOURCES
def edit(
    account: Account, sources: tuple[Source, ...], all_sources: bool, auto: bool | None, **how: Any
) -> None:
    """Change how articles are posted there; what is not given stays."""
    from syndicate.social import editorial

    if how["template"] is not None and how["template_file"] is not None:
        raise click.UsageError("Give --template or --template-file, not both.")
    editorial.configure(
        account,
        pairs(how["options"]),
        how["template"] if how["template_file"] is None else read(how["template_file"]),
        approval=None if auto is None else ("auto" if auto else "hold"),
        sources=chosen(sources, all_sources),
    )
    show(describe(account), f"{account.name} is saved.")


@account.command(cls=Act)
@ACCOUNT
def pause(account: Account) -> None:
    """Post nothing more there, until it is resumed."""
    from syndicate.social import editorial

    editorial.pause(account)
    show(describe(account), f"{account.name} is paused.")


@account.command(cls=Act)
@ACCOUNT
def resume(account: Account) -> None:
    """Post there again."""
    from syndicate.social import editorial

    editorial.resume(account)
    show(describe(account), f"{account.name} posts again.")


def describe(account: Account) -> dict[str, Any]:
    """An account as data, without its credentials."""
    return {
        "id": account.pk,
        "channel": account.channel,
        "name": account.name,
        "approval": account.approval,
        "state": account.health if account.active else "paused by an editor",
        "options": account.options,
        "template": account.template,
        "sources": [source.url for source in account.sources.all()],
        "error": account.error,
        "hint": account.hint,
        "expires": account.expires_at,
        "remark": account.remark,
    }


account.add_command(authorise)
