"""`list`: what one can subscribe to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from syndicate.cli.command import Act, Command, Row
from syndicate.cli.show import columns, show

if TYPE_CHECKING:
    from syndicate.audience.models import MailingList

LIST = click.argument("list", type=Row("audience.MailingList", by="slug"))


@click.group("list")
def lists() -> None:
    """Mailing lists: what one can subscribe to."""


@lists.command("list", cls=Command)
def list_() -> None:
    """Print all lists and how many read them."""
    from syndicate.audience.models import MailingList

    told = [describe(found) for found in MailingList.objects.all()]
    rows = [(d["slug"], d["name"], d["readers"], "yes" if d["public"] else "no") for d in told]
    show(told, columns(("Slug", "Name", "Readers", "Public"), rows, "None yet: syndicate list add"))


@lists.command("show", cls=Command)
@LIST
def show_(list: MailingList) -> None:
    """Print one list: who reads it, who is asked, who left."""
    told = describe(list)
    show(told, [f"{key + ':':<14} {value}" for key, value in told.items()])


@lists.command(cls=Act)
@click.argument("name")
@click.option("--description", default="", help="What one gets, and how often; readers see it.")
@click.option("--private", is_flag=True, help="Not offered on the public pages.")
def add(name: str, description: str, private: bool) -> None:
    """Make a list."""
    from syndicate.audience.lists import open_list
    from syndicate.audience.models import MailingList
    from syndicate.lib import clock

    made = MailingList(name=name, description=description, public=not private)
    open_list(made, clock.now())
    show(describe(made), f"Made the list {made.slug}.")


@lists.command(cls=Act)
@LIST
@click.option("--name")
@click.option("--description", help="What one gets, and how often; readers see it.")
@click.option("--public/--private", default=None, help="Whether the public pages offer it.")
def edit(list: MailingList, **given: str | bool | None) -> None:
    """Change a list; what is not given stays, and so does its slug."""
    from syndicate.audience.lists import change

    change(list, {field: value for field, value in given.items() if value is not None})
    show(describe(list), f"The list {list.slug} is saved.")


def describe(list: MailingList) -> dict[str, Any]:
    """A list as data."""
    statuses = [*list.subscriptions.values_list("status", flat=True).order_by("status").distinct()]
    counts = {status: list.subscriptions.filter(status=status).count() for status in statuses}
    return {
        "id": list.pk,
        "slug": list.slug,
        "name": list.name,
        "description": list.description,
        "public": list.public,
        "readers": list.readers().count(),
        "pending": counts.get("pending", 0),
        "unsubscribed": counts.get("unsubscribed", 0),
    }
