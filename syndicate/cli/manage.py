"""`manage`: Django's own commands, for those who know them."""

from __future__ import annotations

import click

from syndicate.cli.command import set_up


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Django's own commands: syndicate manage help"""
    set_up()
    from django.core.management import ManagementUtility

    ManagementUtility(["syndicate manage", *arguments]).execute()
