"""`adopt`: go on with a database that was copied or restored."""

from __future__ import annotations

import click

from syndicate.cli.command import Act
from syndicate.cli.show import show


@click.command(cls=Act)
def adopt() -> None:
    """Go on with a database that was copied or restored.

    First make sure that no other one is at work for the same readers. What waited in this one is
    held for an editor, and what its sources offer by now counts as seen.
    """
    from syndicate.engine import instance
    from syndicate.lib import clock
    from syndicate.lib.errors import BadInput

    found = instance.doubt()
    if found is None:
        raise BadInput("This database is at work here already.", "There is nothing to adopt.")
    held = instance.adopt(clock.now())
    things = "1 edition or post waits" if held == 1 else f"{held} editions and posts wait"
    show({"was": found.value, "held": held}, f"This database is the one to go on with. {things}.")
