"""A newsletter's slot becomes one edition, once, of what is new."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from syndicate.lib.status import Status
from syndicate.mail.compose import compose, preview_next, upcoming
from syndicate.mail.editorial import edit
from syndicate.mail.models import Edition, Newsletter, Slot
from syndicate.mail.newsletter import pause, resume
from syndicate.mail.placeholders import NAME
from syndicate.sources.models import Article
from tests import rows

pytestmark = pytest.mark.django_db


def weekly(now: datetime, **values: Any) -> Newsletter:
    """A weekly one whose slot has just come: Monday, 13:00 in Berlin, is noon UTC."""
    given: dict[str, Any] = {"rhythm": "weekly", "at": time(13), "weekday": 0, "next_slot_at": now}
    return rows.newsletter(**given | values)


def titles(edition: Edition) -> list[str]:
    return [entry.article.title for entry in edition.chosen()]


def test_every_article_is_an_edition_of_its_own(now: datetime) -> None:
    newsletter = rows.newsletter()
    rows.article(title="A pier")
    rows.article(title="A lamp")
    compose(newsletter.pk, now)
    assert [titles(e) for e in newsletter.editions.order_by("pk")] == [["A pier"], ["A lamp"]]
    assert not Newsletter.objects.due(now).exists()


def test_a_digest_takes_all_that_is_new_newest_first(now: datetime) -> None:
    newsletter = weekly(now)
    rows.article(title="Old", published_at=now - timedelta(hours=2))
    rows.article(title="New", published_at=now - timedelta(hours=1))
    compose(newsletter.pk, now)
    edition = newsletter.editions.get()
    assert titles(edition) == ["New", "Old"]
    assert (edition.subject, edition.preheader) == ("New, and 1 more", "Old")
    assert edition.slot == "2026-11-23T13:00"


@pytest.mark.parametrize(("hours", "status"), [(5, Status.QUEUED), (7, Status.HELD)])
def test_an_article_that_waited_for_long_is_held(now: datetime, hours: int, status: str) -> None:
    newsletter = rows.newsletter()
    rows.article()
    compose(newsletter.pk, now + timedelta(hours=hours))
    edition = newsletter.editions.get()
    assert edition.status == status
    assert bool(edition.error) == (status == Status.HELD)


def test_composing_twice_makes_one(now: datetime) -> None:
    newsletter = weekly(now)
    rows.article()
    compose(newsletter.pk, now)
    newsletter.save()  # as a second daemon still sees it: due
    rows.article()
    compose(newsletter.pk, now)
    assert newsletter.editions.count() == 1
    newsletter.refresh_from_db()
    assert newsletter.next_slot_at == now + timedelta(days=7)


def test_nothing_new_skips_the_slot(now: datetime) -> None:
    newsletter = weekly(now)
    compose(newsletter.pk, now)
    assert newsletter.slots.get().outcome == Slot.Outcome.NOTHING_NEW
    assert not Newsletter.objects.due(now).exists()


@pytest.mark.parametrize(("hours", "outcome"), [(5, "composed"), (7, "missed")])
def test_a_slot_is_made_up_for_only_within_hours(now: datetime, hours: int, outcome: str) -> None:
    newsletter = weekly(now)
    rows.article()
    compose(newsletter.pk, now + timedelta(hours=hours))
    assert newsletter.slots.get().outcome == outcome
    newsletter.refresh_from_db()
    assert bool(newsletter.error) == (outcome == "missed")


def test_after_days_of_silence_only_the_latest_slot_counts(now: datetime) -> None:
    newsletter = weekly(now, rhythm="daily", next_slot_at=now - timedelta(days=3))
    rows.article()
    compose(newsletter.pk, now + timedelta(hours=1))
    assert list(newsletter.slots.values_list("key", "outcome")) == [
        ("2026-11-23T13:00", "composed")
    ]


def test_an_article_goes_into_one_edition_of_a_newsletter_but_into_each_newsletter(
    now: datetime,
) -> None:
    first, second = weekly(now), weekly(now)
    rows.article(title="A pier")
    compose(first.pk, now)
    compose(second.pk, now)
    assert titles(second.editions.get()) == ["A pier"]
    compose(first.pk, now + timedelta(days=7))
    assert first.editions.count() == 1


def test_only_its_own_sources(now: datetime) -> None:
    ours, other = rows.source(), rows.source()
    newsletter = weekly(now)
    newsletter.sources.add(ours)
    rows.article(source=ours, title="Ours")
    rows.article(source=other, title="Other")
    compose(newsletter.pk, now)
    assert titles(newsletter.editions.get()) == ["Ours"]


def test_not_before_it_began_not_held_not_in_the_future(now: datetime) -> None:
    newsletter = rows.newsletter()
    rows.article(available_at=now - timedelta(days=1))
    rows.article(state="held")
    rows.article(available_at=now + timedelta(days=1))
    assert not Newsletter.objects.due(now).exists()
    assert preview_next(newsletter, now) is None


def test_what_is_too_much_waits_for_the_next(now: datetime) -> None:
    newsletter = weekly(now, max_articles=2)
    for n in range(3):
        rows.article(title=f"{n}", published_at=now + timedelta(minutes=n))
    compose(newsletter.pk, now)
    assert titles(newsletter.editions.get()) == ["1", "0"]
    assert [a.title for a in newsletter.waiting(now)] == ["2"]


def test_held_or_by_itself(now: datetime, configure: Callable[..., Any]) -> None:
    configure(mail={"send_delay_minutes": 10})
    rows.article()
    for approval in ("hold", "auto"):
        compose(rows.newsletter(approval=approval).pk, now)
    held, queued = Edition.objects.order_by("pk")
    assert (held.status, held.send_at) == (Status.HELD, None)
    assert (queued.status, queued.send_at) == (Status.QUEUED, now + timedelta(minutes=10))


def test_a_broken_subject_holds_the_edition_and_says_why(now: datetime) -> None:
    newsletter = rows.newsletter(subject="{{ artcles[0].title }}")
    rows.article(title="A pier")
    compose(newsletter.pk, now)
    edition = newsletter.editions.get()
    assert (edition.subject, edition.status) == ("A pier", Status.HELD)
    newsletter.refresh_from_db()
    assert "'artcles' is undefined" in edition.error == newsletter.error


def test_its_own_subject(now: datetime) -> None:
    newsletter = rows.newsletter(
        name="Weekly", subject="{{ newsletter }}, {{ date }}:\n{{ articles[0].title }}"
    )
    rows.article(title="Piers & <lamps>")
    compose(newsletter.pk, now)
    assert newsletter.editions.get().subject == "Weekly, 23 November 2026: Piers & <lamps>"


@pytest.mark.parametrize(
    ("subject", "neutral", "personal"),
    [
        ("{{ newsletter }}", "Weekly", ""),
        (
            "{% if reader.name %}{{ reader.name }}, {% endif %}{{ articles[0].title }}",
            "A pier",
            f"{NAME}, A pier",
        ),
        ("News for {{ reader.name or 'you' }}", "News for you", f"News for {NAME}"),
        ("{{ reader.name }}", "A pier", NAME),
        ("{{ reader.name }}" + "x" * 290, "x" * 290, ""),  # no room for the name
    ],
)
def test_a_subject_with_the_reader_s_name_reads_well_without(
    now: datetime, subject: str, neutral: str, personal: str
) -> None:
    newsletter = rows.newsletter(name="Weekly", subject=subject)
    rows.article(title="A pier")
    compose(newsletter.pk, now)
    edition = newsletter.editions.get()
    assert (edition.subject, edition.personal_subject) == (neutral, personal)


@pytest.mark.parametrize("slip", ["{{ reader.name|upper }}", "{{ reader.email }}"])
def test_a_name_that_cannot_be_put_in_later_holds_the_edition(now: datetime, slip: str) -> None:
    newsletter = rows.newsletter(subject=slip)
    rows.article(title="A pier")
    compose(newsletter.pk, now)
    edition = newsletter.editions.get()
    assert (edition.subject, edition.status, edition.personal_subject) == ("A pier", "held", "")
    assert edition.error


def test_an_article_brings_no_name_into_the_subject(now: datetime) -> None:
    newsletter = rows.newsletter(subject="{{ articles[0].title }}, {{ articles[0].tags[0] }}")
    rows.article(title=f"Dear {NAME}", tags=[NAME])
    compose(newsletter.pk, now)
    edition = newsletter.editions.get()
    assert NAME not in edition.subject and edition.personal_subject == ""


def test_what_is_planned_is_what_is_made_and_writes_nothing(now: datetime) -> None:
    newsletter = weekly(now)
    rows.subscriber(to=newsletter.list)
    rows.article(title="A pier")
    planned = preview_next(newsletter, now)
    assert planned is not None
    assert (planned.subject, planned.readers) == ("A pier", 1)
    assert not Slot.objects.exists()


def test_asking_is_cheap(now: datetime, django_assert_num_queries: Any) -> None:
    for _ in range(3):
        rows.newsletter()
    with django_assert_num_queries(1):
        assert not list(Newsletter.objects.due(now))


def test_upcoming(now: datetime) -> None:
    assert upcoming(weekly(now), now) == now + timedelta(days=7)
    assert upcoming(rows.newsletter(), now) == now


def test_a_resumed_digest_missed_nothing(now: datetime) -> None:
    newsletter = weekly(now)
    pause(newsletter)
    resume(newsletter, now + timedelta(days=10))
    compose(newsletter.pk, now + timedelta(days=10))
    assert newsletter.next_slot_at == now + timedelta(days=14)
    assert not newsletter.slots.exists()


def test_a_title_mended_later_mends_the_subject(now: datetime) -> None:
    newsletter = rows.newsletter(approval=Newsletter.Approval.HOLD)
    article = rows.article(title="A peir")
    compose(newsletter.pk, now)
    later = now + timedelta(minutes=5)
    Article.objects.filter(pk=article.pk).update(title="A pier", changed_at=later)
    assert list(Newsletter.objects.due(later)) == [newsletter]
    compose(newsletter.pk, later)
    assert newsletter.editions.get().subject == "A pier"
    assert not Newsletter.objects.due(later).exists()


def test_but_not_an_editors_own_words(now: datetime) -> None:
    newsletter = rows.newsletter(approval=Newsletter.Approval.HOLD)
    article = rows.article(title="A peir")
    compose(newsletter.pk, now)
    edit(newsletter.editions.get(), subject="My words", preheader="", intro="", now=now)
    later = now + timedelta(minutes=5)
    Article.objects.filter(pk=article.pk).update(title="A pier", changed_at=later)
    compose(newsletter.pk, later)
    assert newsletter.editions.get().subject == "My words"
