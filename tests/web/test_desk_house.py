"""Articles, newsletters, sources and accounts on the desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from syndicate.lib import clock
from syndicate.lib.status import Status
from syndicate.mail.models import Newsletter
from syndicate.social.channels import CHANNELS
from syndicate.social.models import Account
from syndicate.sources.models import Article, Source
from tests import rows
from tests.fakes.webhook import Receiver
from tests.fakes.website import Website
from tests.web.furniture import edition, editor

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Client:
    """The desk, an editor before it."""
    client.force_login(editor())
    return client


@pytest.fixture
def website() -> Iterator[Website]:
    """A publication with two articles."""
    with Website() as site:
        site.publish("A first pier")
        site.publish("A second pier")
        yield site


def to(name: str, *args: Any) -> str:
    """An address of the desk."""
    return reverse(f"desk:{name}", args=args)


def said(answer: Any) -> str:
    """What the next page will say."""
    return " ".join(str(note) for note in get_messages(answer.wsgi_request))


def text(answer: Any) -> str:
    """What a page says."""
    assert isinstance(answer, HttpResponse)
    return answer.content.decode()


def settings(**values: Any) -> dict[str, Any]:
    """A newsletter's form."""
    list = values.pop("list", None) or rows.mailing_list()
    given = {
        "name": "The Weekly", "list": list.pk, "rhythm": "weekly", "weekday": 4, "at": "08:00",
        "timezone": "", "approval": "hold", "max_articles": 20, "template": "default",
    }  # fmt: skip
    return given | values


def test_a_held_article_is_let_go(desk: Client) -> None:
    article = rows.article(state=Article.State.HELD)
    desk.post(to("article_act", article.pk, "release"))
    article.refresh_from_db()
    assert article.state == Article.State.NEW


def test_an_article_is_withdrawn(desk: Client) -> None:
    article = rows.article()
    desk.post(to("article_act", article.pk, "withdraw"))
    article.refresh_from_db()
    assert article.state == Article.State.WITHDRAWN


def test_a_newsletter_is_set_up(desk: Client) -> None:
    desk.post(to("newsletter_new"), settings())
    made = Newsletter.objects.get()
    assert (made.slug, made.active) == ("the-weekly", True)
    local = made.next_slot_at.astimezone(made.zone)
    assert (local.weekday(), local.hour) == (4, 8)
    assert made.next_slot_at > clock.now()
    assert clock.now() - made.since < timedelta(minutes=1)


def test_the_hours_in_which_mail_arrives_have_two_ends(desk: Client) -> None:
    answer = desk.post(to("newsletter_new"), settings(window_from="08:00"))
    assert answer.status_code == 422 and "only one end" in text(answer)
    desk.post(to("newsletter_new"), settings(window_from="08:00", window_until="20:00"))
    assert "arrives 08:00–20:00" in text(desk.get(to("newsletter", Newsletter.objects.get().pk)))


def test_two_newsletters_of_one_name_have_two_addresses(desk: Client) -> None:
    for _ in range(2):
        desk.post(to("newsletter_new"), settings())
    assert {n.slug for n in Newsletter.objects.all()} == {"the-weekly", "the-weekly-2"}


def test_a_zone_that_does_not_exist_is_refused(desk: Client) -> None:
    answer = desk.post(to("newsletter_new"), settings(timezone="Mars/Olympus"))
    assert answer.status_code == 422
    assert "no such time zone" in text(answer)
    assert not Newsletter.objects.exists()


def test_another_rhythm_moves_the_next_slot_and_another_name_does_not(desk: Client) -> None:
    one = rows.newsletter(rhythm="weekly", weekday=4, at="08:00")
    due = one.next_slot_at
    desk.post(to("newsletter", one.pk), settings(name="Renamed", list=one.list))
    one.refresh_from_db()
    assert (one.name, one.next_slot_at) == ("Renamed", due)
    desk.post(to("newsletter", one.pk), settings(weekday=5, list=one.list))
    one.refresh_from_db()
    assert one.next_slot_at > clock.now()


def test_no_field_can_be_set_that_the_form_does_not_show(desk: Client) -> None:
    one = rows.newsletter(slug="mine")
    desk.post(
        to("newsletter", one.pk),
        settings(list=one.list, slug="yours", active="", since="2001-01-01", error="x"),
    )
    one.refresh_from_db()
    assert (one.slug, one.active, one.error, one.since.year) == ("mine", True, "", 2026)


def test_an_edition_can_be_composed_at_once(desk: Client) -> None:
    one = rows.newsletter(rhythm="weekly", since=clock.now() - timedelta(days=400))
    rows.article(title="A pier")
    assert "A pier" in text(desk.get(to("newsletter", one.pk)))
    assert "Composed “A pier”" in said(desk.post(to("newsletter_act", one.pk, "compose")))
    assert "Nothing new" in said(desk.post(to("newsletter_act", one.pk, "compose")))
    assert one.editions.count() == 1


def test_a_newsletter_is_paused_and_resumed(desk: Client) -> None:
    one = rows.newsletter()
    for word, active in (("pause", False), ("resume", True)):
        desk.post(to("newsletter_act", one.pk, word))
        one.refresh_from_db()
        assert one.active == active


def test_a_source_is_found_shown_and_watched(desk: Client, website: Website) -> None:
    # A browser would refuse “example.org” in a field of type url.
    assert 'type="url"' not in text(desk.get(to("source_new")))
    shown = text(desk.post(to("source_new"), {"url": website.url}))
    assert "A second pier" in shown
    assert not Source.objects.exists() and not Article.objects.exists()
    desk.post(to("source_add"), {"url": website.feed_url, "name": "Harbour", "newest": 1})
    made = Source.objects.get()
    assert (made.name, made.url, made.take_newest) == ("Harbour", website.feed_url, 1)


def test_what_is_due_since_a_moment_is_due_now(desk: Client) -> None:
    rows.source(next_check=clock.now() - timedelta(seconds=1))
    assert ">now</time>" in text(desk.get(to("sources")))


def test_an_article_that_went_is_not_called_new(desk: Client) -> None:
    kept, gone = rows.article(), rows.article()
    assert "pill new" in text(desk.get(to("article", kept.pk)))
    edition(gone, status=Status.SENT)
    assert "pill new" not in text(desk.get(to("article", gone.pk)))


def test_the_same_source_is_not_watched_twice(desk: Client, website: Website) -> None:
    for _ in range(2):
        answer = desk.post(to("source_add"), {"url": website.feed_url, "name": "", "newest": 0})
    assert "watched already" in said(answer)
    assert Source.objects.count() == 1


def test_an_address_without_a_feed_says_what_to_do(desk: Client, website: Website) -> None:
    website.answer_with(500)
    answer = desk.post(to("source_new"), {"url": website.feed_url})
    assert answer.status_code == 422
    assert website.feed_url in text(answer)
    assert desk.post(to("source_new"), {"url": "http://169.254.169.254/"}).status_code == 422


def test_a_source_is_looked_at_paused_and_resumed(desk: Client) -> None:
    source = rows.source(next_check=clock.now() + timedelta(hours=1))
    desk.post(to("source_act", source.pk, "look"))
    source.refresh_from_db()
    assert source.next_check <= clock.now()
    for word, active in (("pause", False), ("resume", True)):
        desk.post(to("source_act", source.pk, word))
        source.refresh_from_db()
        assert source.active == active


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_has_a_form_of_its_own(desk: Client, channel: str) -> None:
    shown = text(desk.get(to("account_new", channel)))
    assert CHANNELS[channel][0] in shown
    assert desk.post(to("account_new", channel), {"approval": "hold"}).status_code == 422


def test_there_is_no_form_for_a_channel_there_is_not(desk: Client) -> None:
    assert desk.get(to("account_new", "telegraph")).status_code == 404


def test_an_account_is_tried_then_kept_and_its_secret_told_once(desk: Client) -> None:
    with Receiver() as receiver:
        form = {"url": receiver.url, "secret": receiver.secret, "limit": 900, "approval": "auto"}
        answer = desk.post(to("account_new", "webhook"), form)
        made = Account.objects.get()
        assert made.credentials["secret"] == receiver.secret
        assert (made.options["limit"], made.approval) == (900, "auto")
        assert receiver.secret not in said(answer)
        assert receiver.secret not in text(desk.get(to("account", made.pk)))
        assert "It works" in said(desk.post(to("account_act", made.pk, "check")))


def test_credentials_that_are_refused_are_not_kept(desk: Client) -> None:
    with Receiver() as receiver:
        answer = desk.post(
            to("account_new", "webhook"),
            {"url": receiver.url, "secret": "whsec_AAAA", "limit": 900, "approval": "hold"},
        )
    assert answer.status_code == 422
    assert not Account.objects.exists()


def test_an_account_is_connected_again(desk: Client) -> None:
    with Receiver() as receiver:
        old = {"url": receiver.url, "secret": "whsec_AAAA"}
        made = rows.account(credentials=old, health=Account.Health.RECONNECT, error="401")
        desk.post(to("account_reconnect", made.pk), {"url": "", "secret": receiver.secret})
    made.refresh_from_db()
    assert (made.health, made.error) == (Account.Health.OK, "")
    assert made.credentials == {"url": receiver.url, "secret": receiver.secret}


def test_an_account_s_settings_are_kept(desk: Client) -> None:
    source = rows.source()
    made = rows.account(credentials={"url": "http://127.0.0.1:1", "secret": "whsec_AAAA"})
    form = {"approval": "hold", "sources": [source.pk], "template": "{{ title }}", "limit": 80}
    answer = desk.post(to("account", made.pk), form)
    made.refresh_from_db()
    assert answer.status_code == 302
    assert (made.approval, made.template, made.options) == ("hold", "{{ title }}", {"limit": 80})
    assert [*made.sources.all()] == [source]


def test_a_template_that_fails_is_refused_whole(desk: Client) -> None:
    made = rows.account(credentials={"url": "http://127.0.0.1:1", "secret": "whsec_AAAA"})
    form = {"approval": "hold", "template": "{{ title", "limit": 80}
    assert desk.post(to("account", made.pk), form).status_code == 422
    made.refresh_from_db()
    assert (made.approval, made.template) == ("auto", "")


def test_home_shows_what_waits_what_is_wrong_and_what_comes(desk: Client) -> None:
    from tests.web.furniture import edition, post

    edition(subject="The week in harbours")
    post(article=rows.article(title="A pier"), status=Status.HELD)
    rows.source(name="Port", health=Source.Health.FAILING, error="It is a web page.", hint="Mend.")
    shown = text(desk.get(to("home")))
    for words in ("The week in harbours", "A pier", "It is a web page.", "Mend.", "is looked at"):
        assert words in shown


def test_home_of_an_empty_site_says_how_to_begin(desk: Client) -> None:
    assert to("source_new") in text(desk.get(to("home")))
