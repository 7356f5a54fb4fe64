"""The command `syndicate`: every command by name, and errors told the same way everywhere."""

from __future__ import annotations

import errno
import os
import warnings
from typing import Any

import click

from syndicate import __version__, paths
from syndicate.cli.account import account
from syndicate.cli.add import add
from syndicate.cli.adopt import adopt
from syndicate.cli.article import article
from syndicate.cli.backup import backup
from syndicate.cli.command import site_exists
from syndicate.cli.completion import completion
from syndicate.cli.config import config
from syndicate.cli.correction import correction
from syndicate.cli.doctor import doctor
from syndicate.cli.edition import edition
from syndicate.cli.editor import editor
from syndicate.cli.exits import Failure, database_errors, of_database, of_file
from syndicate.cli.init import init
from syndicate.cli.lists import lists
from syndicate.cli.manage import manage
from syndicate.cli.newsletter import newsletter
from syndicate.cli.plan import plan
from syndicate.cli.post import post
from syndicate.cli.results import results
from syndicate.cli.run import run, web, worker
from syndicate.cli.show import as_json
from syndicate.cli.source import source
from syndicate.cli.status import status
from syndicate.cli.subscriber import subscriber
from syndicate.cli.transport import transport
from syndicate.lib.errors import SyndicateError

EXAMPLES = """\b
Examples:
  syndicate init            set a site up in this folder, by answering questions
  syndicate plan            what would be sent and posted now, without doing it
  syndicate run             watch, compose, deliver and post, with the editors' desk
"""


class Root(click.Group):
    """The whole program."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what it raises on purpose becomes a sentence, a hint and an exit code."""
        try:
            return super().invoke(ctx)
        except SyndicateError as error:
            raise Failure(error, as_json(ctx)) from error
        except database_errors() as error:
            raise Failure(of_database(error), as_json(ctx)) from error
        except OSError as error:
            if error.filename is None and error.errno != errno.ENOSPC:
                raise  # whoever read us has gone (click ends quietly), or a mistake of ours
            raise Failure(of_file(error), as_json(ctx)) from error


@click.group(
    cls=Root,
    invoke_without_command=True,
    epilog=EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__)
@click.pass_context
def root(ctx: click.Context) -> None:
    """From a published article to every reader's inbox and every followed account."""
    if "NO_COLOR" in os.environ:
        ctx.color = False
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
        click.echo(f"\n{_where()}")


def _where() -> str:
    if site_exists():
        return f"The site here: {paths.home()}. How it is doing: syndicate status"
    return f"There is no site in {paths.home()} yet. Make one: syndicate init"


for command in (
    *(init, doctor, run, web, worker, plan, status),
    *(
        source,
        add,
        article,
        newsletter,
        edition,
        transport,
        post,
        correction,
        account,
        results,
        lists,
        subscriber,
    ),
    *(editor, config, backup, adopt, completion, manage),
):
    root.add_command(command)


def main() -> None:
    """The entry point."""
    # A warning of a library is for developers; tests turn each into an error.
    warnings.simplefilter("ignore")
    root(prog_name="syndicate")
