"""`newsletter`: sources + list + rhythm."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

import click

from syndicate.cli.command import Act, Command, Row
from syndicate.cli.show import columns, show
from syndicate.cli.source import ALL_SOURCES, SOURCES, chosen
from syndicate.lib.errors import BadInput

if TYPE_CHECKING:
    from syndicate.audience.models import MailingList
    from syndicate.mail.models import Newsletter
    from syndicate.sources.models import Source

NEWSLETTER = click.argument("newsletter", type=Row("mail.Newsletter", by="slug"))
RHYTHM = click.Choice(["article", "hourly", "daily", "weekly"])
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@click.group()
def newsletter() -> None:
    """Newsletters: which sources, to which list, how often."""


@newsletter.command("list", cls=Command)
def list_() -> None:
    """Print all newsletters and when each is due."""
    from syndicate.mail.models import Newsletter

    told = [describe(n) for n in Newsletter.objects.select_related("list")]
    keys = ("slug", "name", "rhythm", "approval", "list", "next")
    head = ("Slug", "Name", "Rhythm", "Approval", "List", "Next")
    rows = [tuple(n[key] for key in keys) for n in told]
    show(told, columns(head, rows, "None yet: syndicate newsletter add"))


@newsletter.command("show", cls=Command)
@NEWSLETTER
def show_(newsletter: Newsletter) -> None:
    """Print one newsletter, and what its next edition would be."""
    from syndicate.lib import clock
    from syndicate.mail.compose import preview_next

    told, planned = describe(newsletter), preview_next(newsletter, clock.now())
    if planned is not None:
        titles = [article.title for article in planned.articles]
        told["planned"] = {
            "subject": planned.subject,
            "articles": titles,
            "readers": planned.readers,
        }
    show(told, [f"{key + ':':<13} {value}" for key, value in told.items() if value])


@newsletter.command(cls=Act)
@click.argument("name")
@click.option("--list", "to", type=Row("audience.MailingList", by="slug"), required=True)
@click.option(
    "--source",
    "sources",
    type=Row("sources.Source", by="url"),
    multiple=True,
    help="Repeatable; without it all sources.",
)
@click.option("--rhythm", type=RHYTHM, default="article", show_default=True)
@click.option("--at", default="08:00", show_default=True, help="Local time of a digest.")
@click.option("--weekday", type=click.Choice(DAYS), default="monday", show_default=True)
@click.option("--timezone", default="", help="Else the publication's.")
@click.option("--window-from", default="", help="Hours for mail, by each reader's clock: 08:00")
@click.option("--window-until", default="", help="20:00. Neither: at any time.")
@click.option("--auto", is_flag=True, help="Editions go by themselves instead of being held.")
def add(name: str, to: MailingList, sources: tuple[Source, ...], **how: Any) -> None:
    """Set a newsletter up. What is published from now on belongs to it."""
    from syndicate.lib import clock
    from syndicate.mail.models import Newsletter
    from syndicate.mail.newsletter import set_up

    made = Newsletter(
        name=name,
        list=to,
        rhythm=how["rhythm"],
        at=_time(how["at"]),
        weekday=DAYS.index(how["weekday"]),
        timezone=_zone(how["timezone"]),
        window_from=_hour(how["window_from"]),
        window_until=_hour(how["window_until"]),
        approval=Newsletter.Approval.AUTO if how["auto"] else Newsletter.Approval.HOLD,
    )
    set_up(made, sources, clock.now())
    show(describe(made), f"{made.name} is set up as {made.slug}.")


@newsletter.command(cls=Act)
@NEWSLETTER
@click.option("--name")
@click.option("--list", type=Row("audience.MailingList", by="slug"), help="Who gets it.")
@SOURCES
@ALL_SOURCES
@click.option("--rhythm", type=RHYTHM)
@click.option("--at", help="Local time of a digest.")
@click.option("--weekday", type=click.Choice(DAYS))
@click.option("--timezone", help="Empty: the publication's.")
@click.option("--window-from", help="Mail arrives from then on, by each reader's clock.")
@click.option("--window-until", help="And until then. Both empty: at any time.")
@click.option("--auto/--hold", "approval", default=None, help="Editions go by themselves, or wait.")
@click.option("--template", help="A file in templates/mail, without its ending.")
@click.option("--subject", help="A line of Jinja; empty: the first article's title.")
@click.option("--intro", help="What each edition's intro begins as.")
@click.option("--from-name", help="Empty: as in the configuration.")
@click.option("--from-address", help="Empty: as in the configuration.")
@click.option("--reply-to", help="Empty: the publication's contact.")
@click.option("--max-articles", type=click.IntRange(min=1), help="The rest waits for the next.")
def edit(
    newsletter: Newsletter, sources: tuple[Source, ...], all_sources: bool, **given: Any
) -> None:
    """Change a newsletter; what is not given stays, and so does its slug.

    Another rhythm counts from now on: its next edition is at the next of its times.
    """
    from syndicate.lib import clock
    from syndicate.mail.newsletter import change

    change(newsletter, _values(given), chosen(sources, all_sources), clock.now())
    show(describe(newsletter), f"{newsletter.name} is saved.")


@newsletter.command(cls=Act)
@NEWSLETTER
def compose(newsletter: Newsletter) -> None:
    """Make an edition of what waits, whenever it is due."""
    from syndicate.lib import clock
    from syndicate.mail import editorial

    known = set(newsletter.editions.values_list("pk", flat=True))
    editorial.compose_now(newsletter, clock.now())
    made = list(newsletter.editions.exclude(pk__in=known))
    told = [{"id": e.pk, "subject": e.subject, "status": e.status} for e in made]
    show(told, [f"Composed “{e.subject}” as edition {e.pk} ({e.status})." for e in made])


@newsletter.command(cls=Act)
@NEWSLETTER
def pause(newsletter: Newsletter) -> None:
    """Compose no more of it."""
    from syndicate.mail.newsletter import pause

    pause(newsletter)
    show(describe(newsletter), f"{newsletter.name} is paused.")


@newsletter.command(cls=Act)
@NEWSLETTER
def resume(newsletter: Newsletter) -> None:
    """Compose it again."""
    from syndicate.lib import clock
    from syndicate.mail.newsletter import resume

    resume(newsletter, clock.now())
    show(describe(newsletter), f"{newsletter.name} is at work again.")


def describe(newsletter: Newsletter) -> dict[str, Any]:
    """A newsletter as data."""
    return {
        "id": newsletter.pk,
        "slug": newsletter.slug,
        "name": newsletter.name,
        "rhythm": newsletter.rhythm,
        "approval": newsletter.approval,
        "list": newsletter.list.slug,
        "sources": [source.url for source in newsletter.sources.all()],
        "at": f"{newsletter.at:%H:%M}",
        "weekday": DAYS[newsletter.weekday],
        "timezone": newsletter.timezone,
        "window_from": _clock(newsletter.window_from),
        "window_until": _clock(newsletter.window_until),
        "template": newsletter.template,
        "subject": newsletter.subject,
        "intro": newsletter.intro,
        "from_name": newsletter.from_name,
        "from_address": newsletter.from_address,
        "reply_to": newsletter.reply_to,
        "max_articles": newsletter.max_articles,
        "active": newsletter.active,
        "next": None if newsletter.rhythm == "article" else newsletter.next_slot_at,
        "error": newsletter.error,
        "hint": newsletter.hint,
    }


def _values(given: dict[str, Any]) -> dict[str, Any]:
    """What was given, as a newsletter's fields have it. Raises BadInput."""
    read: dict[str, Callable[[Any], Any]] = {
        "at": _time,
        "weekday": DAYS.index,
        "timezone": _zone,
        "window_from": _hour,
        "window_until": _hour,
        "approval": lambda auto: "auto" if auto else "hold",
    }
    said = {name: value for name, value in given.items() if value is not None}
    return {name: read[name](value) if name in read else value for name, value in said.items()}


def _time(text: str) -> time:
    try:
        return datetime.strptime(text, "%H:%M").time()
    except ValueError as error:
        raise BadInput(f"{text!r} is not a time of day.", "Write it as 08:00.") from error


def _hour(text: str) -> time | None:
    return _time(text) if text else None


def _clock(at: time | None) -> str:
    return f"{at:%H:%M}" if at is not None else ""


def _zone(name: str) -> str:
    from syndicate.audience.zone import zone

    return zone(name)
