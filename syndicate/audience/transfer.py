"""Readers from a CSV file, and to one.

    file → sheet.read → check each line → 2,000 at a time: ask who is known → insert the others

An import speaks for people who agreed elsewhere, so they are confirmed at once; whoever left us or
is suppressed stays out. It can be run again: what is there already is counted, not doubled.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import IO, NamedTuple

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from syndicate.audience import sheet
from syndicate.audience.address import of_a_person
from syndicate.audience.models import MailingList, Subscriber, Subscription, Suppression
from syndicate.audience.name import name as tidy
from syndicate.audience.zone import zone
from syndicate.lib.errors import BadInput
from syndicate.lib.formula import guard, is_formula, unguard

AT_ONCE = 2_000
LISTED = 1_000  # remarks kept word for word; further ones are only counted

Status = Subscription.Status
# What other programs call a reader; any other word in a status column keeps a person out.
READING = {"", "active", "confirmed", "enabled", "subscribed"}


class Remark(NamedTuple):
    """Something to look at in the file."""

    line: int
    value: str
    why: str


class Person(NamedTuple):
    """A line that is fit to be a reader."""

    email: str
    key: str
    name: str
    timezone: str = ""


@dataclass
class Report:
    """What an import did, or would do: every line is counted in one place."""

    added: int = 0
    already: int = 0
    repeated: int = 0  # further lines with an address that stands above
    unsubscribed_kept_out: int = 0
    suppressed: int = 0
    refused: int = 0
    bad: list[Remark] = field(default_factory=list)  # of the refused, the first 1,000
    notes: list[Remark] = field(default_factory=list)  # taken, but not wholly as it stood

    @property
    def lines(self) -> int:
        """How many lines there were."""
        out = self.unsubscribed_kept_out + self.suppressed + self.refused
        return self.added + self.already + self.repeated + out

    def refuse(self, line: int, value: str, why: str) -> None:
        """Count a line that is not fit."""
        self.refused += 1
        if len(self.bad) < LISTED:
            self.bad.append(Remark(line, value[:80], why))

    def note(self, line: int, value: str, why: str) -> None:
        """Remember something about a line that was taken."""
        if len(self.notes) < LISTED:
            self.notes.append(Remark(line, value[:80], why))


def import_csv(
    stream: IO[bytes],
    list: MailingList,
    *,
    now: datetime,
    dry_run: bool = False,
    via: str = "import",
) -> Report:
    """Make the people in *stream* readers of *list*; *dry_run* only tells what would become of it.

    Raises BadInput when the file as a whole is of no use; a bad line is reported and left out.
    """
    report = Report()
    people = _people(sheet.read(stream), report)
    while some := [*islice(people, AT_ONCE)]:
        with transaction.atomic():
            new = sort(some, *_known(some, list), report)
            if new and not dry_run:
                _enter(new, list, via, now)
    return report


def export_csv(list: MailingList) -> Iterator[str]:
    """Everybody who ever asked for *list*, line by line, safe to open in a spreadsheet."""
    banned = Suppression.objects.filter(address=OuterRef("subscriber__address"))
    rows = (
        list.subscriptions.annotate(banned=Exists(banned))
        .order_by("subscriber__address")
        .values_list("subscriber__email", "subscriber__name", "subscriber__timezone", "status",
                     "banned", "created_at", "confirmed_at", "unsubscribed_at", "via")
    )  # fmt: skip
    yield _csv(["email", "name", "timezone", "status", "asked", "confirmed", "unsubscribed", "via"])
    for email, name, place, status, suppressed, *moments, via in rows.iterator(chunk_size=AT_ONCE):
        dates = [moment.isoformat(timespec="seconds") if moment else "" for moment in moments]
        told = "suppressed" if suppressed else status
        yield _csv([guard(email), guard(name), guard(place), told, *dates, guard(via)])


def sort(
    people: Sequence[Person],
    statuses: Mapping[str, str],
    suppressed: Container[str],
    report: Report,
) -> list[Person]:
    """Count everybody in *report*; returns those to be added. *statuses*: key → on this list."""
    new = []
    for person in people:
        status = statuses.get(person.key)
        if person.key in suppressed:
            report.suppressed += 1
        elif status == Status.UNSUBSCRIBED:
            report.unsubscribed_kept_out += 1
        elif status == Status.CONFIRMED:
            report.already += 1
        else:
            report.added += 1
            new.append(person)
    return new


def _people(lines: Iterable[sheet.Line], report: Report) -> Iterator[Person]:
    """The lines that are fit, each address once; the others go to *report*."""
    seen: set[str] = set()
    for line in lines:
        try:
            person = _person(line, report)
        except BadInput as error:
            report.refuse(line.number, line.email, str(error))
            continue
        if person.key in seen:
            report.repeated += 1
        elif line.status.lower() not in READING:
            report.unsubscribed_kept_out += 1
        else:
            yield person
        seen.add(person.key)


def _person(line: sheet.Line, report: Report) -> Person:
    if line.problem:
        raise BadInput(line.problem)
    if line.email.startswith("="):
        raise BadInput("A formula stands where the address should be.")
    address = of_a_person(unguard(line.email))
    return Person(*address, _name(line, report), _zone(line, report))


def _name(line: sheet.Line, report: Report) -> str:
    if is_formula(line.name):
        report.note(line.number, line.name, "The name looks like a formula and was left out.")
        return ""
    return tidy(unguard(line.name))


def _zone(line: sheet.Line, report: Report) -> str:
    try:
        return zone(unguard(line.zone))
    except BadInput as error:
        report.note(line.number, line.zone, f"{error.message} It was left out.")
        return ""


def _known(people: Sequence[Person], list: MailingList) -> tuple[dict[str, str], set[str]]:
    """What the database says about *people*: their status on *list*, and who is suppressed."""
    keys = [person.key for person in people]
    asked = Subscription.objects.filter(list=list, subscriber__address__in=keys)
    banned = Suppression.objects.filter(address__in=keys)
    return (
        dict(asked.values_list("subscriber__address", "status")),
        set(banned.values_list("address", flat=True)),
    )


def _enter(people: Sequence[Person], list: MailingList, via: str, now: datetime) -> None:
    """Write *people* as confirmed readers, without an object for each (200,000 take seconds)."""
    keys = [person.key for person in people]
    at = connection.ops.adapt_datetimefield_value(now)
    pending = Subscription.objects.filter(
        list=list, status=Status.PENDING, subscriber__address__in=keys
    )
    pending.update(status=Status.CONFIRMED, confirmed_at=now, confirm_due=None, via=via)
    with connection.cursor() as cursor:
        cursor.execute(
            _PEOPLE.format(", ".join(["(%s, %s, %s, %s, %s)"] * len(people))),
            [value for person in people for value in (*person, at)],
        )
        cursor.execute(
            _SUBSCRIPTIONS.format(", ".join(["%s"] * len(keys))),
            [list.pk, Status.CONFIRMED.value, at, at, via, *keys],
        )


# Only the number of %s is put into these texts, no value.
_PEOPLE = f"""
    INSERT INTO {Subscriber._meta.db_table} (email, address, name, timezone, created_at)
    VALUES {{}} ON CONFLICT DO NOTHING
"""  # noqa: S608
_SUBSCRIPTIONS = f"""
    INSERT INTO {Subscription._meta.db_table}
        (subscriber_id, list_id, status, created_at, confirmed_at, via, came_by,
         consent, network_hash, confirm_tries, confirm_error)
    SELECT id, %s, %s, %s, %s, %s, '', '', '', 0, ''
    FROM {Subscriber._meta.db_table} WHERE address IN ({{}}) ON CONFLICT DO NOTHING
"""  # noqa: S608


def _csv(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
