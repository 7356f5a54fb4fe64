"""What an editor may do, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from syndicate.lib.config import site
from syndicate.lib.errors import BadInput
from syndicate.lib.status import Status
from syndicate.mail import editorial
from syndicate.mail.models import Batch, Delivery, Edition, Newsletter
from syndicate.mail.placeholders import NAME
from syndicate.mail.start import start
from tests import rows
from tests.mail.composed import edition, queued

pytestmark = pytest.mark.django_db


def sending(now: datetime, *statuses: Status) -> Edition:
    """One whose deliveries stand at *statuses*."""
    one = queued()
    for _ in statuses:
        rows.subscriber(to=one.newsletter.list)
    start(one.pk, now)
    for seq, status in enumerate(statuses, 1):
        one.deliveries.filter(seq=seq).update(status=status, attempts=3, code=550, reply="no")
    one.batches.update(status=Status.SENT)
    Edition.objects.filter(pk=one.pk).update(status=Status.SENT, finished_at=now)
    one.refresh_from_db()
    return one


def test_an_editor_s_own_subject_is_the_same_for_all(now: datetime) -> None:
    words: dict[str, Any] = {"preheader": "", "intro": "", "now": now}
    one = edition(subject="A pier", personal_subject=f"{NAME}, a pier")
    editorial.edit(one, subject="A pier", **words)
    assert one.personal_subject == f"{NAME}, a pier"
    editorial.edit(one, subject="The pier", **words)
    assert one.personal_subject == ""


def test_a_subject_with_the_reader_s_name_follows_the_first_article(now: datetime) -> None:
    ours = "{% if articles[0].title == 'b' %}{{ reader.name or 'You' }}: {% endif %}pier"
    newsletter = rows.newsletter(subject=ours, approval=Newsletter.Approval.HOLD)
    one = edition(rows.article(title="a"), rows.article(title="b"), newsletter=newsletter)
    last, first = one.entries.values_list("article_id", flat=True)
    editorial.arrange(one, [first, last], [])
    assert (one.subject, one.personal_subject) == ("You: pier", f"{NAME}: pier")
    editorial.arrange(one, [last, first], [])
    assert (one.subject, one.personal_subject) == ("pier", "")
    editorial.edit(one, subject="My own", preheader="", intro="", now=now)
    editorial.arrange(one, [first, last], [])
    assert (one.subject, one.personal_subject) == ("My own", "")


def test_approve_then_hold(now: datetime, configure: Callable[..., Any]) -> None:
    configure(mail={"send_delay_minutes": 5})
    one = edition(error="It failed before.")
    editorial.approve(one, None, now)
    one.refresh_from_db()
    assert (one.status, one.send_at, one.error) == (Status.QUEUED, now + timedelta(minutes=5), "")
    editorial.hold(one)
    one.refresh_from_db()
    assert (one.status, one.send_at, one.approved_at) == (Status.HELD, None, None)


def test_approve_for_later_but_never_for_the_past(now: datetime) -> None:
    later, past = edition(), edition()
    editorial.approve(later, None, now, send_at=now + timedelta(days=1))
    editorial.approve(past, None, now, send_at=now - timedelta(days=1))
    assert (later.send_at, past.send_at) == (now + timedelta(days=1), now)


def test_what_cannot_be_sent_is_not_approved(now: datetime) -> None:
    one = edition()
    Newsletter.objects.update(template="nowhere")
    one.newsletter.refresh_from_db()
    with pytest.raises(BadInput, match="no template nowhere"):
        editorial.approve(one, None, now)
    one.entries.update(included=False)
    with pytest.raises(BadInput, match="nothing in this edition"):
        editorial.approve(one, None, now)
    assert Edition.objects.get().status == Status.HELD


def test_acts_look_at_the_row_not_at_the_page(now: datetime) -> None:
    one = edition()
    Edition.objects.update(status=Status.SENT)
    for act in (
        lambda: editorial.approve(one, None, now),
        lambda: editorial.hold(one),
        lambda: editorial.cancel(one),
        lambda: editorial.arrange(one, [], []),
        lambda: editorial.edit(one, subject="x", preheader="", intro="", now=now),
    ):
        with pytest.raises(BadInput):
            act()
    assert Edition.objects.get().status == Status.SENT


def test_edit(now: datetime) -> None:
    one = edition()
    editorial.edit(one, subject=" New\nwords ", preheader="p", intro="a\r\n\r\nb\n", now=now)
    one.refresh_from_db()
    assert (one.subject, one.intro, one.edited_at) == ("New words", "a\n\nb", now)
    for subject in ("  ", "x" * 301):
        with pytest.raises(BadInput):
            editorial.edit(one, subject=subject, preheader="", intro="", now=now)


def test_arrange() -> None:
    a, b, c = (rows.article(title=title) for title in "abc")
    one = edition(a, b, c)
    editorial.arrange(one, [c.pk, a.pk], [b.pk])
    assert [entry.article.title for entry in one.chosen()] == ["c", "a"]
    assert one.entries.count() == 3
    with pytest.raises(BadInput, match="No article 99"):
        editorial.arrange(one, [99], [])


def test_a_headline_nobody_touched_follows_the_order(now: datetime) -> None:
    a, b, c = (rows.article(title=title) for title in "abc")
    one = edition(a, b, c, subject="a, and 2 more", preheader="b · c")
    editorial.arrange(one, [c.pk, a.pk], [b.pk])
    one.refresh_from_db()
    assert (one.subject, one.preheader) == ("c, and 1 more", "a")
    editorial.edit(one, subject="My own", preheader="a", intro="", now=now)
    editorial.arrange(one, [a.pk, c.pk], [])
    one.refresh_from_db()
    assert (one.subject, one.preheader) == ("My own", "c · b")
    editorial.arrange(one, [], [a.pk, b.pk, c.pk])
    assert one.preheader == "c · b"


def test_cancelling_stops_what_has_not_gone(now: datetime) -> None:
    one = sending(now, Status.SENT, Status.QUEUED, Status.DEFERRED)
    Edition.objects.update(status=Status.SENDING)
    editorial.cancel(one)
    assert editorial.ledger(one) == {"sent": 1, "cancelled": 2}


def test_cancelling_again_finishes_what_was_cut_off(now: datetime) -> None:
    one = sending(now, Status.QUEUED)
    Edition.objects.update(status=Status.CANCELLED)
    editorial.cancel(one)
    assert editorial.ledger(one) == {"cancelled": 1}


def test_an_edition_on_its_way_pauses_and_goes_on(now: datetime) -> None:
    one = sending(now, Status.QUEUED)
    with pytest.raises(BadInput, match="is sent"):
        editorial.pause(one, now)
    Edition.objects.update(status=Status.SENDING)
    one.batches.update(status=Status.QUEUED, due_at=now)
    editorial.pause(one, now)
    assert not Batch.objects.due(now).exists()
    with pytest.raises(BadInput, match="is paused"):
        editorial.pause(one, now)
    editorial.resume(one, now)
    assert Batch.objects.due(now).exists()
    with pytest.raises(BadInput, match="is sending"):
        editorial.resume(one, now)


def test_a_paused_edition_is_cancelled_and_a_retried_one_is_not_paused(now: datetime) -> None:
    one = sending(now, Status.FAILED)
    Edition.objects.update(paused_at=now)  # paused just before its last mail was answered
    editorial.retry(one, ["failed"], now)
    assert Edition.objects.get().paused_at is None
    editorial.pause(one, now)
    editorial.cancel(one)
    assert Edition.objects.get().paused_at is None and one.status == Status.CANCELLED


def test_retry_puts_failures_back_in_line(now: datetime) -> None:
    one = sending(now, Status.SENT, Status.FAILED, Status.UNKNOWN)
    assert editorial.retry(one, ["failed"], now) == 1
    assert editorial.ledger(one) == {"sent": 1, "queued": 1, "unknown": 1}
    again = one.deliveries.get(seq=2)
    assert (again.attempts, again.code, again.reply) == (0, None, "")
    assert one.batches.get().status == Status.QUEUED
    one.refresh_from_db()
    assert (one.status, one.finished_at) == (Status.SENDING, None)


@pytest.mark.parametrize("statuses", [["sent"], ["unknown"], ["nonsense"], []])
def test_what_may_have_arrived_is_not_retried(now: datetime, statuses: list[str]) -> None:
    one = sending(now, Status.SENT, Status.UNKNOWN)
    with pytest.raises(BadInput):
        editorial.retry(one, statuses, now)
    assert not Delivery.objects.filter(status=Status.QUEUED).exists()


@pytest.mark.parametrize(("resend", "status"), [(True, "queued"), (False, "sent")])
def test_an_editor_decides_what_is_unknown(now: datetime, resend: bool, status: str) -> None:
    one = sending(now, Status.UNKNOWN)
    assert editorial.resolve_unknown(one, resend, now) == 1
    assert editorial.ledger(one) == {status: 1}
    with pytest.raises(BadInput, match="none left"):
        editorial.resolve_unknown(one, resend, now)


def test_compose_now(now: datetime) -> None:
    newsletter = rows.newsletter(rhythm="weekly", next_slot_at=now + timedelta(days=3))
    with pytest.raises(BadInput, match="Nothing new"):
        editorial.compose_now(newsletter, now)
    rows.article(), rows.article()
    assert len(editorial.compose_now(newsletter, now)) == 1
    rows.article()
    assert len(editorial.compose_now(rows.newsletter(), now)) == 3


def test_a_test_mail_is_marked_harmless_and_not_counted(
    now: datetime, tmp_path: Path, configure: Callable[..., Any]
) -> None:
    configure(directory={"path": str(tmp_path)})
    one = edition()
    editorial.send_test(one, "ed@example.org", now)
    [file] = tmp_path.rglob("*.eml")
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    html = mail.get_body(("html",)).get_content()  # type: ignore[attr-defined]
    assert mail["Subject"] == f"[Test] {one.subject}" and mail["To"] == "ed@example.org"
    assert "This is a test" in html and "placeholder.invalid" not in html
    assert f'<a href="{site().site.base_url}/"' in html and "/u/" not in html
    assert mail["List-Unsubscribe"] is None
    assert not Delivery.objects.exists() and Edition.objects.get().status == Status.HELD


def test_a_test_to_no_address(now: datetime) -> None:
    with pytest.raises(BadInput, match="nobody at all"):
        editorial.send_test(edition(), "nobody at all", now)
