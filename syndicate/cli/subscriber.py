"""`subscriber`: who reads what."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import IO, TYPE_CHECKING, Any, cast

import click

from syndicate.cli.command import Act, Command, Row
from syndicate.cli.exits import Exit
from syndicate.cli.progress import Counted, progress
from syndicate.cli.show import columns, say, show
from syndicate.lib.errors import BadInput

if TYPE_CHECKING:
    from syndicate.audience.models import MailingList, Subscriber
    from syndicate.audience.transfer import Report

LIST = click.option(
    "--list",
    "slug",
    type=Row("audience.MailingList", by="slug"),
    help="Which list; not needed when there is only one.",
)
# So many bad lines are printed; --json has them all.
SHOWN = 20


@click.group()
def subscriber() -> None:
    """Readers: import, export, add, let go."""


@subscriber.command("import", cls=Command)
@click.argument("file", type=click.File("rb"))
@LIST
@click.option("--dry-run", is_flag=True, help="Say what would become of each line; add nobody.")
def import_(file: IO[bytes], slug: MailingList | None, dry_run: bool) -> None:
    """Add the readers in FILE (CSV; - is stdin) to a list, confirmed.

    For people who agreed elsewhere: who has left the list or is suppressed stays out. It may be
    run again: what is there already is only counted.
    """
    from syndicate.audience.transfer import import_csv
    from syndicate.lib import clock

    with progress("importing", _size(file)) as advance:
        stream = cast(IO[bytes], Counted(file, advance))
        report = import_csv(stream, the_list(slug), now=clock.now(), dry_run=dry_run, via="cli")
    show(asdict(report) | {"lines": report.lines, "dry_run": dry_run}, _report(report))
    if dry_run:
        say("Nothing was changed: this was a dry run.")
    if report.refused:
        raise click.exceptions.Exit(Exit.PARTLY)


@subscriber.command("export", cls=Command)
@click.argument("file", type=click.File("w", encoding="utf-8"), default="-")
@LIST
def export(file: IO[str], slug: MailingList | None) -> None:
    """Write everybody who ever asked for a list to FILE as CSV (default: stdout)."""
    from syndicate.audience.transfer import export_csv

    list = the_list(slug)
    with progress("exporting", list.subscriptions.count()) as advance:
        for line in export_csv(list):
            file.write(line)
            advance(1)


@subscriber.command("show", cls=Command)
@click.argument("email")
def show_(email: str) -> None:
    """Print what is known about a reader: lists, consent, mails."""
    told = describe(find(email))
    rows = [(s["list"], s["status"], s["asked"], s["via"]) for s in told["subscriptions"]]
    words = [f"{told['email']}  {told['name']}".rstrip()]
    if told["suppressed"]:
        words.append(f"Gets no mail: {told['suppressed']}")
    head = ("List", "Status", "Asked", "Via")
    show(told, words + columns(head, rows, "On no list."))


@subscriber.command(cls=Act)
@click.argument("email")
@LIST
@click.option("--name", default="")
@click.option("--consent", default="", help="How you know that they agreed.")
def add(email: str, slug: MailingList | None, name: str, consent: str) -> None:
    """Add a reader for whose consent you answer: confirmed at once, without a mail."""
    from syndicate.audience.subscribe import enrol
    from syndicate.lib import clock

    list = the_list(slug)
    enrol(list, email, name=name, via="cli", consent=consent, now=clock.now())
    told = describe(find(email))
    show(told, f"{told['email']} reads {list.name}.")


@subscriber.command(cls=Act)
@click.argument("email")
@click.option("--list", type=Row("audience.MailingList", by="slug"), help="Only this one.")
def unsubscribe(email: str, list: MailingList | None) -> None:
    """Take a reader off a list, or off all of them for good."""
    from syndicate.audience import subscribe
    from syndicate.lib import clock

    person = find(email)
    mine = person.subscriptions.all()
    chosen = (mine.filter(list=list) if list else mine).first()
    if chosen is None:
        raise BadInput(f"{email} is on no such list.", f"syndicate subscriber show {email}")
    subscribe.unsubscribe(chosen, clock.now(), everything=list is None)
    where = list.name if list else "everything"
    show(describe(person), f"{person.email} is unsubscribed from {where}.")


@subscriber.command(cls=Act)
@click.argument("email")
@click.option("--why", default="", help="For the record.")
def suppress(email: str, why: str) -> None:
    """Write to an address no more, whoever asks for it."""
    from syndicate.audience import subscribe
    from syndicate.audience.models import Suppression
    from syndicate.lib import clock

    subscribe.suppress(email, Suppression.Reason.MANUAL, why, clock.now())
    show({"email": email, "suppressed": True}, f"{email} gets no mail any more.")


@subscriber.command(cls=Act)
@click.argument("email")
def lift(email: str) -> None:
    """Allow mail to a suppressed address again."""
    from syndicate.audience import subscribe

    lifted = subscribe.lift(email)
    words = "may get mail again" if lifted else "was not suppressed"
    show({"email": email, "lifted": lifted}, f"{email} {words}.")


def the_list(chosen: MailingList | None) -> MailingList:
    """*chosen*, else the only list there is. Raises BadInput."""
    from syndicate.audience.models import MailingList

    lists = [chosen] if chosen else [*MailingList.objects.all()[:2]]
    if len(lists) != 1:
        hint = "Name one: --list SLUG" if lists else "Make one: syndicate list add NAME"
        raise BadInput("There are several lists." if lists else "There is no list.", hint)
    return lists[0]


def find(email: str) -> Subscriber:
    """The reader with this address. Raises BadInput."""
    from syndicate.audience.address import canonical
    from syndicate.audience.models import Subscriber

    person = Subscriber.objects.filter(address=canonical(email)).first()
    if person is None:
        raise BadInput(f"Nobody here has the address {email}.")
    return person


def describe(person: Subscriber) -> dict[str, Any]:
    """A reader as data."""
    from syndicate.audience.models import Suppression

    ban = Suppression.objects.filter(address=person.address).first()
    return {
        "email": person.email,
        "name": person.name,
        "suppressed": ban.reason if ban else "",
        "deliveries": person.deliveries.count(),
        "subscriptions": [
            {
                "list": s.list.slug,
                "status": s.status,
                "asked": s.created_at,
                "confirmed": s.confirmed_at,
                "via": s.via,
                "consent": s.consent,
            }
            for s in person.subscriptions.select_related("list").order_by("list__slug")
        ],
    }


def _size(file: IO[bytes]) -> int | None:
    try:
        return os.fstat(file.fileno()).st_size or None
    except OSError:  # a stream that is no file
        return None


def _report(report: Report) -> list[str]:
    counts = (
        (report.added, "new"),
        (report.already, "already there"),
        (report.repeated, "repeated in the file"),
        (report.unsubscribed_kept_out, "unsubscribed earlier: kept out"),
        (report.suppressed, "suppressed: kept out"),
        (report.refused, "cannot be used"),
    )
    lines = [f"{count:>9,}  {what}" for count, what in counts if count or what == "new"]
    remarks = [*report.bad, *report.notes]
    lines += [f"  line {r.line}: {r.value or '(empty)'}: {r.why}" for r in remarks[:SHOWN]]
    if len(remarks) > SHOWN:
        lines.append(f"  … and {len(remarks) - SHOWN} more; all of them with --json")
    return lines
