"""`completion`: what a shell needs to complete commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from syndicate.cli.command import Command
from syndicate.cli.show import show

SHELLS = ("bash", "zsh", "fish")


@click.command(cls=Command, site=False)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print a script for tab completion.

    \b
    bash:  eval "$(syndicate completion bash)"
    zsh:   eval "$(syndicate completion zsh)"
    fish:  syndicate completion fish | source
    """
    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - click knows each of SHELLS
    script = kind(ctx.find_root().command, {}, "syndicate", "_SYNDICATE_COMPLETE").source()
    show({"shell": shell, "script": script}, script)
