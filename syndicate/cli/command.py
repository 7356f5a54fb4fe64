"""What commands share: --json, --dry-run, and Django only when it is needed.

Nothing here or in a command's module imports Django at its top: `syndicate --help` must be instant.
"""

from __future__ import annotations

import os
from typing import Any

import click

from syndicate import paths
from syndicate.cli.exits import NoSite
from syndicate.cli.show import json_option, say


class Command(click.Command):
    """A command with --json. *site=False*: it works without a site, and without Django."""

    def __init__(self, *args: Any, site: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site = site
        self.params.append(json_option())

    def invoke(self, ctx: click.Context) -> Any:
        """Set Django up if the command wants it, then run it."""
        if self.site:
            set_up()
        return super().invoke(ctx)


class Act(Command):
    """A command that changes rows; with --dry-run it shows the change and takes it back."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.append(dry_run_option())

    def invoke(self, ctx: click.Context) -> Any:
        """Run it, or rehearse it."""
        if not ctx.params.pop("dry_run"):
            return super().invoke(ctx)
        set_up()
        from syndicate.lib.rehearse import taken_back

        with taken_back():
            made = super().invoke(ctx)
        say("Nothing was changed: this was a dry run.")
        return made


def dry_run_option() -> click.Option:
    """--dry-run."""
    return click.Option(["--dry-run"], is_flag=True, help="Show what it would do; change nothing.")


class Row(click.ParamType[Any]):
    """An argument that names a row: by its number, or by the field *by* (a slug, say)."""

    name = "id"

    def __init__(self, model: str, by: str = "") -> None:
        self.model, self.by = model, by

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The row itself. A number or name that nothing has is a usage error."""
        if not isinstance(value, str):
            return value
        set_up()
        from django.apps import apps

        model = apps.get_model(self.model)
        rows = model._default_manager
        if value.isdecimal():
            row = rows.filter(pk=int(value)).first()
        else:
            row = rows.filter(**{self.by: value}).first() if self.by else None
        if row is None:
            self.fail(f"there is no {model._meta.verbose_name} {value!r}", param, ctx)
        return row


def set_up() -> None:
    """Django with the site's configuration; a second call costs nothing."""
    if not site_exists():
        hint = "Make one: syndicate init. Or name its folder: SYNDICATE_HOME=/srv/news"
        raise NoSite(f"{paths.home()} is no syndicate site yet.", hint)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "syndicate.settings")
    import django

    django.setup()


def site_exists() -> bool:
    """A configuration file, a data folder, or a configuration by the environment alone."""
    by_environment = any(name.startswith("SYNDICATE_") and "__" in name for name in os.environ)
    return paths.config_file().is_file() or paths.data().is_dir() or by_environment
