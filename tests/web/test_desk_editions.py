"""An edition on the desk: seen as it will be, changed, tested, let go, accounted for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from syndicate.engine.models import Heartbeat
from syndicate.lib import clock
from syndicate.lib.errors import NotSent, Scope
from syndicate.lib.status import Status
from syndicate.mail.models import Batch, Edition
from syndicate.mail.pause import pause
from syndicate.mail.placeholders import NAME
from syndicate.mail.render import render
from syndicate.web.desk.arrangement import moved
from syndicate.web.desk.ledger import share_out
from syndicate.web.desk.proof import in_colours
from tests import rows
from tests.web.furniture import edition, editor

pytestmark = pytest.mark.django_db
WORDS = {"subject": "A pier", "preheader": "and more", "intro": "Dear reader", "seen": ""}


@pytest.fixture
def desk(client: Client) -> Client:
    """The desk, an editor before it."""
    client.force_login(editor())
    return client


def go(desk: Client, made: Edition, page: str = "", *more: str, **data: Any) -> HttpResponse:
    """Post to one of an edition's addresses; the edition follows."""
    answer: HttpResponse = desk.post(reverse(f"desk:edition{page}", args=[made.pk, *more]), data)  # type: ignore[assignment]
    made.refresh_from_db()
    return answer


def said(answer: HttpResponse) -> str:
    """What the next page will say."""
    return " ".join(str(note) for note in get_messages(answer.wsgi_request))  # type: ignore[attr-defined]


def test_a_subject_with_a_name_is_shown_with_one(desk: Client) -> None:
    one = edition(subject="A pier", personal_subject=f"{NAME}, a pier")
    page = desk.get(reverse("desk:edition", args=[one.pk])).content.decode()
    assert "Anna Example, a pier" in page and NAME not in page


def test_the_preview_is_what_will_be_sent(desk: Client) -> None:
    made = edition(rows.article(title="A new pier"), newsletter=_read_by(1))
    shown = desk.get(reverse("desk:edition_preview", args=[made.pk, "html"])).getvalue().decode()
    kept = render(made).html
    assert "A new pier" in shown
    assert len(shown) == pytest.approx(len(kept), rel=0.1)
    assert "placeholder.invalid" not in shown
    assert '<base target="_blank">' in shown


def test_the_text_part_is_shown_too(desk: Client) -> None:
    made = edition(rows.article(title="A new pier"))
    shown = desk.get(reverse("desk:edition_preview", args=[made.pk, "txt"]))
    assert shown["Content-Type"].startswith("text/plain")
    assert "A new pier" in shown.getvalue().decode()


def test_of_what_was_sent_the_preview_shows_what_was_sent(desk: Client) -> None:
    made = edition(status=Status.SENT, started_at=rows.NOON, html="<p>As it was</p>", text="T")
    shown = desk.get(reverse("desk:edition_preview", args=[made.pk, "html"])).getvalue()
    assert shown == b"<p>As it was</p>"


def test_light_and_dark_can_both_be_seen() -> None:
    html = "<style>@media (prefers-color-scheme: dark) { p { color: white } }</style>"
    assert "@media (min-width: 0)" in in_colours(html, "dark")
    assert "@media (max-width: 0)" in in_colours(html, "light")
    assert in_colours(html, "") == html


def test_an_edition_that_cannot_be_rendered_says_why(desk: Client) -> None:
    made = edition(newsletter=rows.newsletter(template="absent"))
    page = desk.get(reverse("desk:edition", args=[made.pk]))
    assert page.status_code == 200
    assert "absent" in page.getvalue().decode()
    assert "cannot be rendered" in page.getvalue().decode()


def test_wording_and_order_are_kept(desk: Client) -> None:
    a, b = rows.article(), rows.article()
    made = edition(a, b)
    go(desk, made, "_save", **WORDS, order=[a.pk, b.pk], include=[b.pk], move=f"{b.pk}:up")
    assert (made.subject, made.preheader, made.intro) == ("A pier", "and more", "Dear reader")
    entries = [(entry.article_id, entry.included) for entry in made.entries.all()]
    assert entries == [(b.pk, True), (a.pk, False)]


def test_moving_stops_at_the_ends() -> None:
    assert moved([1, 2, 3], 3, -1) == [1, 3, 2]
    assert moved([1, 2, 3], 1, -1) == [1, 2, 3]
    assert moved([1, 2, 3], 3, 1) == [1, 2, 3]


def test_what_was_typed_is_not_lost_by_a_mistake(desk: Client) -> None:
    made = edition()
    answer = go(desk, made, "_save", **WORDS | {"subject": ""})
    assert answer.status_code == 422
    assert "Dear reader" in answer.content.decode()
    assert made.intro == ""


def test_two_editors_do_not_overwrite_each_other(desk: Client) -> None:
    made = edition(edited_at=rows.NOON)
    answer = go(desk, made, "_save", **WORDS)
    assert answer.status_code == 409
    assert "Somebody else changed it" in answer.content.decode()
    assert made.subject != "A pier"


def test_nobody_approves_what_they_have_not_seen(desk: Client) -> None:
    made = edition(edited_at=rows.NOON)
    assert "changed since you saw it" in said(go(desk, made, "_approve"))
    assert made.status == Status.HELD


def test_approving_lets_it_go_once(desk: Client) -> None:
    made = edition(newsletter=_read_by(2))
    assert "out now" in said(go(desk, made, "_approve"))
    assert made.status == Status.QUEUED
    assert made.approved_by is not None
    approved = made.approved_at
    assert "Only an edition that is held" in said(go(desk, made, "_approve"))
    assert made.approved_at == approved


def test_the_page_says_to_how_many_it_goes(desk: Client) -> None:
    made = edition(newsletter=_read_by(3))
    shown = desk.get(reverse("desk:edition", args=[made.pk])).getvalue().decode()
    assert "Send to 3 readers" in shown


def test_it_can_go_at_a_local_time(desk: Client) -> None:
    made = edition(newsletter=_read_by(1))
    go(desk, made, "_approve", send_at="2099-07-01T08:00")
    assert made.send_at is not None
    assert made.send_at.isoformat() == "2099-07-01T06:00:00+00:00"


def test_later_needs_a_moment(desk: Client) -> None:
    made = edition(newsletter=_read_by(1))
    assert "Say when" in said(go(desk, made, "_approve", later="yes", send_at=""))
    assert made.status == Status.HELD


def test_nonsense_is_no_moment(desk: Client) -> None:
    made = edition()
    assert "no moment" in said(go(desk, made, "_approve", send_at="soon"))
    assert made.status == Status.HELD


def test_what_was_approved_can_be_taken_back(desk: Client) -> None:
    made = edition(status=Status.QUEUED, send_at=clock.now() + timedelta(hours=1))
    assert "Taken back" in said(go(desk, made, "_act", "hold"))
    assert made.status == Status.HELD


def test_a_test_goes_to_one_address_and_counts_nowhere(desk: Client) -> None:
    get_user_model().objects.update(email="")
    made = edition(newsletter=_read_by(2))
    answer = go(desk, made, "_test", address="me@example.org")
    assert "me@example.org" in said(answer)
    assert (made.status, made.deliveries.count()) == (Status.HELD, 0)
    again = desk.get(reverse("desk:edition", args=[made.pk])).getvalue().decode()
    assert 'value="me@example.org"' in again
    assert get_user_model().objects.get().email == "me@example.org"


def test_an_address_that_is_none_is_refused(desk: Client) -> None:
    assert "nobody" in said(go(desk, edition(), "_test", address="nobody"))


def test_the_ledger_is_told_and_failures_can_be_retried(desk: Client) -> None:
    made = _sent({Status.SENT: 3, Status.FAILED: 2})
    shown = desk.get(reverse("desk:edition", args=[made.pk])).getvalue().decode()
    assert "550" in shown
    assert "5.1.1 unknown" in shown
    go(desk, made, "_act", "retry", status=["failed"])
    assert made.deliveries.filter(status=Status.QUEUED).count() == 2


@pytest.mark.parametrize(("word", "then"), [("resend", Status.QUEUED), ("leave", Status.SENT)])
def test_an_editor_decides_about_the_unknown(desk: Client, word: str, then: str) -> None:
    made = _sent({Status.UNKNOWN: 1})
    go(desk, made, "_act", word)
    assert made.deliveries.get().status == then


def test_one_that_is_being_sent_waits_goes_on_and_is_called_off(desk: Client) -> None:
    made = _sent({Status.SENT: 1, Status.QUEUED: 2})
    Edition.objects.update(status=Status.SENDING, finished_at=None)
    shown = reverse("desk:edition", args=[made.pk])
    assert "Nothing is running" in desk.get(shown).content.decode()
    now = clock.now()
    Heartbeat.objects.create(worker="host:1:a", started_at=now, seen_at=now)
    assert "Mails are leaving" in desk.get(shown).content.decode()
    assert "waits where it is" in said(go(desk, made, "_act", "pause"))
    page = desk.get(shown).content.decode()
    assert "nothing more leaves" in page and "Mails are leaving" not in page
    go(desk, made, "_act", "resume")
    assert made.paused_at is None
    go(desk, made, "_act", "cancel")
    assert made.deliveries.filter(status=Status.CANCELLED).count() == 2


def test_the_page_does_not_say_that_mails_leave_when_none_can(desk: Client) -> None:
    made = _sent({Status.QUEUED: 2})
    Edition.objects.update(status=Status.SENDING, finished_at=None)
    pause(NotSent("535 refused", permanent=False, scope=Scope.LANE, hint="Mend it."), clock.now())
    shown = desk.get(reverse("desk:edition", args=[made.pk])).content.decode()
    assert "Mails are leaving" not in shown
    assert "535 refused" in shown and "Mend it." in shown


def test_the_numbers_can_be_asked_for_alone(desk: Client) -> None:
    made = _sent({Status.SENT: 3, Status.QUEUED: 2})
    Edition.objects.update(status=Status.SENDING)
    shown = desk.get(reverse("desk:edition_going", args=[made.pk])).content.decode()
    assert (
        'data-state="sending"' in shown and 'data-done="3"' in shown and 'data-waiting="2"' in shown
    )
    assert "<html" not in shown
    Edition.objects.update(status=Status.SENT)
    shown = desk.get(reverse("desk:edition_going", args=[made.pk])).content.decode()
    assert 'data-state="sent"' in shown and "data-live" not in shown


def test_books_that_do_not_add_up_are_not_glossed_over(desk: Client) -> None:
    made = _sent({Status.SENT: 3})
    Edition.objects.update(audience=4)
    shown = desk.get(reverse("desk:edition", args=[made.pk])).content.decode()
    assert "do not add up" in shown


def test_the_bar_has_a_part_for_each_status() -> None:
    shares = share_out({"failed": 1, "sent": 3, "strange": 2})
    assert [(s.status, s.start, s.count) for s in shares] == [
        ("sent", 0, 3), ("failed", 3, 1), ("strange", 4, 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda configure: None, "go to nobody"),
        (lambda configure: configure(publication={"postal_address": ""}), "postal address"),
    ],
)
def test_concerns_are_told_before_it_goes(
    desk: Client, configure: Callable[..., Any], change: Callable[..., Any], said: str
) -> None:
    change(configure)
    made = edition()
    assert said in desk.get(reverse("desk:edition", args=[made.pk])).getvalue().decode()


def _read_by(many: int) -> Any:
    newsletter = rows.newsletter()
    for _ in range(many):
        rows.subscriber(to=newsletter.list)
    return newsletter


def _sent(counts: dict[Status, int]) -> Edition:
    total = sum(counts.values())
    made = edition(status=Status.SENT, started_at=rows.NOON, finished_at=rows.NOON, audience=total)
    statuses = [status for status, count in counts.items() for _ in range(count)]
    for seq, status in enumerate(statuses, 1):
        reply = {"code": 550, "reply": "5.1.1 unknown"} if status == Status.FAILED else {}
        made.deliveries.create(seq=seq, status=status, subscriber=rows.subscriber(), **reply)
    Batch.objects.create(
        edition=made, first_seq=1, last_seq=total, status=Status.SENT, due_at=rows.NOON
    )
    return made
