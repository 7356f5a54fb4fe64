"""Import and export of readers, from files as people have them."""

from __future__ import annotations

import csv
import io
import tracemalloc
from datetime import datetime
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.audience.models import MailingList, Subscriber, Subscription
from syndicate.audience.subscribe import suppress, unsubscribe
from syndicate.audience.transfer import Report, export_csv, import_csv
from syndicate.lib.errors import BadInput
from syndicate.lib.formula import guard, is_formula, unguard
from tests import rows

pytestmark = pytest.mark.django_db


def take(text: str | bytes, to: MailingList, now: datetime, dry_run: bool = False) -> Report:
    data = text if isinstance(text, bytes) else text.encode()
    return import_csv(io.BytesIO(data), to, now=now, dry_run=dry_run)


def readers(to: MailingList) -> dict[str, str]:
    return dict(to.readers().values_list("subscriber__address", "subscriber__name"))


def test_people_in_a_file_become_readers(now: datetime) -> None:
    to = rows.mailing_list()
    report = take("email,name\nAnna@Example.org,Anna\nben@example.org,\n", to, now)
    assert (report.added, report.bad) == (2, [])
    assert readers(to) == {"anna@example.org": "Anna", "ben@example.org": ""}
    row = Subscription.objects.get(subscriber__email="Anna@example.org")
    assert (row.via, row.confirmed_at, row.confirm_due) == ("import", now, None)


@pytest.mark.parametrize(
    "text",
    [
        "email,name\nanna@example.org,Anna Ängström\n",
        "\ufeffE-Mail;Name\r\nanna@example.org;Anna Ängström\r\n",
        "Name\tE-Mail-Adresse\nAnna Ängström\tanna@example.org",
        'Last Name,First Name,Email Address\n"Ängström","Anna","anna@example.org"\n',
        "vorname|nachname|mail\rAnna|Ängström|anna@example.org\r",
        "id,who,name,where\n1,anna@example.org,Anna Ängström,Port\n\n,,,\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_table_may_have_many_shapes(text: str, encoding: str, now: datetime) -> None:
    to = rows.mailing_list()
    assert take(text.encode(encoding), to, now).lines == 1
    assert readers(to) == {"anna@example.org": "Anna Ängström"}


def test_western_windows_letters_are_read(now: datetime) -> None:
    to = rows.mailing_list()
    take("email,name\nanna@example.org,Ängström €\n".encode("cp1252"), to, now)
    assert readers(to) == {"anna@example.org": "Ängström €"}


def test_addresses_alone_are_enough(now: datetime) -> None:
    to = rows.mailing_list()
    assert take("anna@example.org\nben@example.org\n", to, now).added == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("a,b\n1,2\n", "“a”, “b”"),
        ("name,city\nAnna,Port\n", "“name”, “city”"),
        ("<html>\n<body>\n", "“<html>”"),
        (b"PK\x03\x04\x14\x00", "spreadsheet"),
        ("\n\n\n", "empty"),
        ("a" * 200_000, "no row of a table"),
        (b"\x89PNG\r\n\x1a\n\xff", "“‰PNG”"),
    ],
)
def test_what_is_no_table_of_readers_says_so(text: str, says: str, now: datetime) -> None:
    with pytest.raises(BadInput, match=says) as caught:
        take(text, rows.mailing_list(), now)
    assert caught.value.hint


def test_a_head_of_an_old_spreadsheet_is_read(now: datetime) -> None:
    to = rows.mailing_list()
    take("prénom;adresse email\nZoë;zoe@example.org\n".encode("cp1252"), to, now)
    assert readers(to) == {"zoe@example.org": "Zoë"}


def test_bad_lines_are_named_and_the_others_taken(now: datetime) -> None:
    to = rows.mailing_list()
    report = take(
        "email,name\nanna@example.org,Anna\nnobody,Nobody\n\n,Empty\nshort\n"
        "postmaster@example.org,Post\nben@example.org,Ben\n",
        to,
        now,
    )
    assert set(readers(to)) == {"anna@example.org", "ben@example.org"}
    assert [(remark.line, remark.value) for remark in report.bad] == [
        (3, "nobody"), (5, ""), (6, "short"), (7, "postmaster@example.org"),
    ]  # fmt: skip
    assert "must have an @-sign" in report.bad[0].why
    assert "missing" in report.bad[1].why


def test_duplicates_are_one_reader(now: datetime) -> None:
    to = rows.mailing_list()
    report = take("anna@example.org\nANNA@example.org\n anna@example.org \n", to, now)
    assert (report.added, report.repeated, len(readers(to))) == (1, 2, 1)


def test_formulas_are_not_kept(now: datetime) -> None:
    to = rows.mailing_list()
    report = take(
        'email,name\nanna@example.org,"=HYPERLINK(""http://evil"")"\n=1+1@example.org,Eve\n',
        to,
        now,
    )
    assert readers(to) == {"anna@example.org": ""}
    assert "formula" in report.notes[0].why
    assert (report.bad[0].line, "formula" in report.bad[0].why) == (3, True)


def test_a_time_zone_is_taken_and_given_back(now: datetime) -> None:
    to, other = rows.mailing_list(), rows.mailing_list()
    report = take("email,Time Zone\na@example.org, Asia/Tokyo\nb@example.org,\n", to, now)
    assert (report.added, report.notes) == (2, [])
    lines = "".join(export_csv(to))
    Subscriber.objects.all().delete()
    take(lines, other, now)
    assert dict(other.readers().values_list("subscriber__email", "subscriber__timezone")) == {
        "a@example.org": "Asia/Tokyo",
        "b@example.org": "",
    }


def test_an_unknown_time_zone_is_told_and_the_reader_taken(now: datetime) -> None:
    to = rows.mailing_list()
    report = take("email,timezone\na@example.org,Moon/Base\nb@example.org,UTC\n", to, now)
    assert report.added == 2
    assert [(note.line, note.value) for note in report.notes] == [(2, "Moon/Base")]
    assert "no time zone" in report.notes[0].why
    assert Subscriber.objects.get(email="a@example.org").timezone == ""


def test_who_left_stays_out(now: datetime) -> None:
    to = rows.mailing_list()
    rows.subscriber("here@example.org", to)
    rows.subscriber("left@example.org", to)
    unsubscribe(Subscription.objects.get(subscriber__address="left@example.org"), now)
    suppress("gone@example.org", "bounced", "", now)
    text = "".join(f"{who}@example.org\n" for who in ("here", "left", "gone", "new"))
    for added, already in ((1, 1), (0, 2)):
        report = take(text, to, now)
        assert (report.added, report.already) == (added, already)
        assert (report.unsubscribed_kept_out, report.suppressed) == (1, 1)
    assert set(readers(to)) == {"here@example.org", "new@example.org"}


def test_a_status_column_is_believed(now: datetime) -> None:
    to = rows.mailing_list()
    text = "email,Status\na@example.org,Subscribed\nb@example.org,unsubscribed\n"
    report = take(text + "c@example.org,cleaned\nd@example.org,\n", to, now)
    assert (report.added, report.unsubscribed_kept_out) == (2, 2)


def test_who_was_asked_to_confirm_is_confirmed(now: datetime) -> None:
    to = rows.mailing_list()
    rows.subscription(
        rows.subscriber("anna@example.org"),
        to,
        status="pending",
        confirmed_at=None,
        confirm_due=now,
    )
    assert take("anna@example.org", to, now).added == 1
    assert set(readers(to)) == {"anna@example.org"}
    assert not Subscription.objects.awaiting_mail(now).exists()


def test_a_dry_run_tells_the_same_and_writes_nothing(now: datetime) -> None:
    to = rows.mailing_list()
    rows.subscriber("here@example.org", to)
    text = "here@example.org\nnew@example.org\nnew@example.org\nnobody\n"
    told = take(text, to, now, dry_run=True)
    assert len(readers(to)) == 1
    assert told == take(text, to, now)


def test_an_open_quotation_mark_loses_nobody_in_silence(now: datetime) -> None:
    to = rows.mailing_list()
    lines = "".join(f"r{n}@example.org,x\n" for n in range(9))
    report = take("email,note\n" + 'anna@example.org,"oops\n' + lines, to, now)
    assert (report.added, report.bad[0].line) == (0, 2)
    assert "quotation mark" in report.bad[0].why
    long = take("email,note\n" + f'b@example.org,"{"x" * 200_000}"\nc@example.org,fine\n', to, now)
    assert (long.added, long.bad[0].line) == (1, 2)


def test_remarks_do_not_fill_the_memory(now: datetime) -> None:
    report = take("email\n" + "nobody\n" * 5_000, rows.mailing_list(), now)
    assert (report.refused, len(report.bad)) == (5_000, 1_000)


def test_a_stream_that_cannot_go_back_is_enough_and_stays_open(now: datetime) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    pipe = Pipe(b"anna@example.org\n")
    assert import_csv(pipe, rows.mailing_list(), now=now).added == 1
    assert not pipe.closed


def test_an_export_tells_who_asked_and_what_became_of_it(now: datetime) -> None:
    to = rows.mailing_list()
    rows.subscriber("anna@example.org", to, name="Anna, “A”")
    rows.subscriber("ben@example.org", to)
    suppress("ben@example.org", "complained", "", now)
    table = [*csv.DictReader(export_csv(to))]
    assert [(r["email"], r["name"], r["status"]) for r in table] == [
        ("anna@example.org", "Anna, “A”", "confirmed"),
        ("ben@example.org", "", "suppressed"),
    ]
    assert table[0]["confirmed"] == now.isoformat()


NAMES = ["=1+1", "'=1+1", "''", "+49", "-", "@anna", "O'Hara", 'a "b" c', "a,b;c|d", "Ünï"]


def test_names_come_back_and_are_never_formulas(now: datetime) -> None:
    to, other = rows.mailing_list(), rows.mailing_list()
    for n, name in enumerate(NAMES):
        rows.subscriber(f"r{n}@example.org", to, name=name)
    lines = [*export_csv(to)]
    assert not any(is_formula(row["name"]) for row in csv.DictReader(lines))
    Subscriber.objects.all().delete()
    take("".join(lines), other, now)
    assert readers(other) == {f"r{n}@example.org": name for n, name in enumerate(NAMES)}


@given(st.text())
def test_a_guarded_cell_is_text_and_can_be_unguarded(text: str) -> None:
    assert not is_formula(guard(text))
    assert unguard(guard(text)) == text


def test_a_long_file_takes_little_time_and_memory(now: datetime) -> None:
    to = rows.mailing_list()
    text = "email\n" + "".join(f"reader{n}@example{n % 50}.org\n" for n in range(20_000))
    started = perf_counter()
    assert take(text, to, now).added == 20_000
    assert perf_counter() - started < 10  # about one second on an idle machine
    tracemalloc.start()
    assert sum(1 for _ in export_csv(to)) == 20_001
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()
