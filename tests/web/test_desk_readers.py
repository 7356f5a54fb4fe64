"""Subscribers and lists on the desk: found, added, imported, taken out, never written to again."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from syndicate import paths
from syndicate.audience.models import MailingList, Subscriber, Subscription, Suppression
from syndicate.lib import clock
from syndicate.lib.errors import BadInput
from syndicate.web.desk import upload
from tests import rows
from tests.web.furniture import editor

pytestmark = pytest.mark.django_db
CSV = (
    "email,name\nanna@example.org,Anna\nleft@example.org,\nno address,\nanna@example.org,\n"
    "ben@example.org,=1+1\n"
)


@pytest.fixture
def desk(client: Client) -> Client:
    """The desk, an editor before it."""
    client.force_login(editor())
    return client


def to(name: str, *args: Any) -> str:
    """An address of the desk."""
    return reverse(f"desk:{name}", args=args)


def said(answer: Any) -> str:
    """What the next page will say."""
    return " ".join(str(note) for note in get_messages(answer.wsgi_request))


def send(desk: Client, list: MailingList, content: str | bytes) -> Any:
    """Upload a file."""
    raw = content.encode() if isinstance(content, str) else content
    file = io.BytesIO(raw)
    file.name = "readers.csv"
    return desk.post(to("list_import", list.pk), {"file": file})


def left(list: MailingList) -> None:
    """Somebody who has unsubscribed."""
    rows.subscription(rows.subscriber("left@example.org"), list, status="unsubscribed")


def test_somebody_known_to_agree_reads_at_once(desk: Client) -> None:
    list = rows.mailing_list()
    form = {"email": "Anna@example.org", "name": "Anna", "list": list.pk, "consent": "at the fair"}
    desk.post(to("subscriber_new"), form)
    one = Subscription.objects.get()
    assert (one.status, one.via, one.consent) == ("confirmed", "desk", "at the fair")


def test_anybody_else_is_asked_by_mail(desk: Client) -> None:
    form = {"email": "anna@example.org", "list": rows.mailing_list().pk}
    assert "asked by mail" in said(desk.post(to("subscriber_new"), form))
    one = Subscription.objects.get()
    assert one.status == "pending"
    assert one.confirm_due is not None


def test_what_is_no_address_is_refused_and_kept_to_mend(desk: Client) -> None:
    answer = desk.post(to("subscriber_new"), {"email": "anna@", "list": rows.mailing_list().pk})
    assert answer.status_code == 422
    assert "anna@" in answer.content.decode()
    assert not Subscriber.objects.exists()


def test_who_left_is_not_added_again(desk: Client) -> None:
    list = rows.mailing_list()
    left(list)
    form = {"email": "left@example.org", "list": list.pk, "consent": "they phoned"}
    assert "has unsubscribed" in desk.post(to("subscriber_new"), form).content.decode()
    assert Subscription.objects.get().status == "unsubscribed"


def test_unsubscribing_one_list(desk: Client) -> None:
    person = rows.subscriber(to=rows.mailing_list())
    one = person.subscriptions.get()
    desk.post(to("subscriber_act", person.pk, "unsubscribe"), {"subscription": one.pk})
    assert person.subscriptions.get().status == "unsubscribed"


def test_nobody_is_unsubscribed_by_another_s_page(desk: Client) -> None:
    person, other = rows.subscriber(), rows.subscriber(to=rows.mailing_list())
    one = other.subscriptions.get()
    answer = desk.post(to("subscriber_act", person.pk, "unsubscribe"), {"subscription": one.pk})
    assert answer.status_code == 404
    assert other.subscriptions.get().status == "confirmed"


def test_a_reader_lives_by_their_own_clock(desk: Client) -> None:
    reader = rows.subscriber()
    here = reverse("desk:subscriber_act", args=[reader.pk, "move"])
    assert "no time zone" in desk.post(here, {"timezone": "Mars"}, follow=True).content.decode()
    desk.post(here, {"timezone": "Asia/Tokyo"})
    reader.refresh_from_db()
    assert reader.timezone == "Asia/Tokyo"


def test_suppressing_and_lifting(desk: Client) -> None:
    person = rows.subscriber()
    desk.post(to("subscriber_act", person.pk, "suppress"))
    assert Suppression.objects.get().detail == "by ada"
    assert "Suppressed: manual" in desk.get(to("subscriber", person.pk)).content.decode()  # type: ignore[attr-defined]
    desk.post(to("subscriber_act", person.pk, "lift"))
    assert not Suppression.objects.exists()


def test_a_list_is_made_and_changed(desk: Client) -> None:
    desk.post(to("list_new"), {"name": "Weekly", "description": "Fridays", "public": "on"})
    one = MailingList.objects.get()
    assert (one.slug, one.public) == ("weekly", True)
    desk.post(to("list", one.pk), {"name": "Weekly", "description": "Fridays"})
    one.refresh_from_db()
    assert not one.public


def test_an_import_is_shown_before_it_is_done(desk: Client) -> None:
    list = rows.mailing_list()
    left(list)
    shown = send(desk, list, CSV).content.decode()
    assert "Add 2 readers" in shown
    assert "no address" in shown
    assert Subscriber.objects.count() == 1
    done = desk.post(to("list_import_now", list.pk)).content.decode()  # type: ignore[attr-defined]
    assert "Imported" in done
    assert {s.email for s in Subscriber.objects.all()} == {
        "anna@example.org", "ben@example.org", "left@example.org",
    }  # fmt: skip
    assert list.readers().count() == 2


def test_a_file_is_kept_for_its_own_list_and_one_deed(desk: Client) -> None:
    one, other = rows.mailing_list(), rows.mailing_list()
    send(desk, one, CSV)
    assert "not here any more" in said(desk.post(to("list_import_now", other.pk)))
    desk.post(to("list_import_now", one.pk))
    assert "not here any more" in said(desk.post(to("list_import_now", one.pk)))
    assert [*(paths.data() / "uploads").iterdir()] == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("name,town\nAnna,Port\n", "No column"),
        ("", "The file is empty"),
        (b"PK\x03\x04", "a spreadsheet, not CSV"),
        (b"\x89PNG\r\n", "“‰PNG”"),
    ],
)
def test_a_file_of_no_use_says_why(desk: Client, content: str | bytes, why: str) -> None:
    answer = send(desk, rows.mailing_list(), content)
    assert why in desk.get(answer.url).content.decode()
    assert not Subscriber.objects.exists()


def test_an_export_is_a_file(desk: Client) -> None:
    list = rows.mailing_list(slug="weekly")
    rows.subscriber("anna@example.org", list, name="=cmd()")
    answer = desk.get(to("list_export", list.pk))
    assert "weekly-" in answer["Content-Disposition"]
    content = answer.getvalue().decode()
    assert "anna@example.org" in content
    assert ",=cmd()" not in content


def test_old_uploads_are_cleared_away(now: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    name = upload.keep(SimpleUploadedFile("a.csv", b"email\n"), clock.now())
    with upload.opened(name) as stream:
        assert stream.read() == b"email\n"
    later = clock.now() + upload.KEPT + timedelta(minutes=1)
    other = upload.keep(SimpleUploadedFile("b.csv", b""), later)
    upload.forget(other)
    with pytest.raises(BadInput, match="not here any more"):
        upload.opened(name)
