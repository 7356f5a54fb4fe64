"""`backup`: one file that holds everything but the secrets."""

from __future__ import annotations

from pathlib import Path

import click

from syndicate import paths
from syndicate.cli.command import Command
from syndicate.cli.show import say, show


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Copy the database (SQLite) while it is used.

    To go back: stop syndicate, put the copy in the database's place, start it and say: syndicate
    adopt. Until then nothing is sent, as it may have been sent since the copy was made.
    """
    from syndicate.lib.migrate import copy_sqlite

    copy_sqlite(file)
    size = file.stat().st_size
    show({"file": str(file), "bytes": size}, f"Copied the database to {file} ({size:,} bytes).")
    say(f"Keep {paths.data() / 'secret.key'} apart from it: with both, accounts can be read.")
