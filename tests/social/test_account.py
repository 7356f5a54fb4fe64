"""Connecting accounts, and keeping them in order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import ClassVar

import pytest

from syndicate.lib import clock
from syndicate.lib.errors import BadInput, NotSent
from syndicate.lib.status import Status
from syndicate.social import editorial
from syndicate.social.channels import CHANNELS
from syndicate.social.channels.message import Identity
from syndicate.social.models import Account, Post
from tests import rows
from tests.fakes.webhook import SECRET, Receiver
from tests.fakes.x import CREDENTIALS, FakeX
from tests.social.puppet import Puppet
from tests.social.stage import webhook, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def x() -> Iterator[FakeX]:
    with FakeX() as x:
        yield x


def test_what_was_published_before_is_not_posted(now: datetime) -> None:
    rows.article(available_at=now - timedelta(hours=1))
    account = editorial.connect("x", "@review", CREDENTIALS, now=now)
    mine = written(account, now)
    assert list(Post.objects.all()) == [mine]
    assert mine.status == Status.HELD


def test_without_a_name_the_platform_is_asked(now: datetime, x: FakeX) -> None:
    account = editorial.connect("x", "", CREDENTIALS, {"api": x.url}, now=now)
    account.refresh_from_db()
    assert account.name == "@review"
    assert account.options == {"api": x.url, "username": "review"}


@pytest.mark.parametrize(
    ("channel", "credentials", "options", "complaint"),
    [
        ("fax", {}, {}, "no channel “fax”"),
        ("x", {"consumer_key": "a"}, {}, "X needs “API key secret”"),
        ("x", CREDENTIALS | {"pin": "1"}, {}, "X has no “pin”"),
        ("x", CREDENTIALS, {"limit": "many"}, "“Limit” must be a whole number"),
        ("mastodon", {"server": "a", "token": "b"}, {"visibility": "secret"}, "cannot be “secret”"),
        ("x", CREDENTIALS, {"colour": "red"}, "X has no option “colour”"),
        ("webhook", {"url": "https://a.example", "secret": "???"}, {}, "secret is not one"),
    ],
)
def test_what_cannot_be_used_is_not_connected(
    now: datetime,
    channel: str,
    credentials: dict[str, str],
    options: dict[str, str],
    complaint: str,
) -> None:
    with pytest.raises(BadInput, match=complaint):
        editorial.connect(channel, "a name", credentials, options, now=now)
    assert not Account.objects.exists()


def test_a_template_that_fails_is_not_taken(now: datetime) -> None:
    with pytest.raises(BadInput, match="wrong in line 1"):
        editorial.connect("x", "@review", CREDENTIALS, now=now, template="{{ title")


def test_the_same_account_twice_is_refused(now: datetime) -> None:
    editorial.connect("x", "@review", CREDENTIALS, now=now)
    with pytest.raises(BadInput, match="There is an account “@review” on X already"):
        editorial.connect("x", "@review", CREDENTIALS, now=now)


def test_a_webhook_without_a_secret_is_given_one(now: datetime) -> None:
    account = editorial.connect("webhook", "Hook", {"url": "https://a.example"}, now=now)
    assert account.credentials["secret"].startswith("whsec_")


def test_renewed_credentials_never_overwrite_with_nothing() -> None:
    with Receiver() as receiver:
        account = webhook(receiver.url)
        editorial.reconnect(account, {"url": "", "secret": " "})
    account.refresh_from_db()
    assert account.credentials == {"url": receiver.url, "secret": SECRET}


def test_connecting_promises_no_later_try(now: datetime) -> None:
    with Receiver() as receiver:
        url = receiver.url
    with pytest.raises(NotSent) as failed:
        editorial.connect("webhook", "", {"url": url, "secret": SECRET}, now=now)
    assert failed.value.hint == "Nothing was kept: try it again."
    assert not Account.objects.exists()


def test_reconnecting_lets_what_waited_go(now: datetime) -> None:
    with Receiver() as receiver:
        account = webhook(receiver.url, health=Account.Health.RECONNECT, error="refused")
        post = written(account, now)
        assert not Post.objects.due(now).exists()
        editorial.reconnect(account, {"secret": SECRET})
    assert list(Post.objects.due(now)) == [post]
    assert account.error == ""


def test_credentials_that_do_not_work_replace_none(x: FakeX) -> None:
    account = rows.account("x", credentials=CREDENTIALS, options={"api": x.url})
    with pytest.raises(NotSent, match="refuses our credentials"):
        editorial.reconnect(account, {"access_token": "1849-mistyped"})
    account.refresh_from_db()
    assert account.credentials == CREDENTIALS


def test_what_is_left_empty_is_the_default(now: datetime) -> None:
    given = {"limit": "", "username": None}
    account = editorial.connect("x", "@review", CREDENTIALS, given, now=now)
    assert account.options == {"limit": 280, "username": ""}


class Limited(Puppet):
    """Says when its permission ends, and what its owner should know."""

    ends: ClassVar[datetime | None] = None
    known: ClassVar[str] = ""

    def check(self) -> Identity:
        return Identity("@puppet", expires=self.ends, remark=self.known)


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> type[Limited]:
    where = ("Limited", f"{__name__}.Limited")
    monkeypatch.setitem(CHANNELS, "limited", where)
    monkeypatch.setattr(Limited, "ends", None)
    monkeypatch.setattr(Limited, "known", "")
    return Limited


def test_when_a_permission_ends_and_what_to_know_is_kept(
    now: datetime, limited: type[Limited]
) -> None:
    limited.ends, limited.known = now + timedelta(days=60), "Mark it as automated there."
    account = editorial.connect("limited", "", {}, now=now)
    account.refresh_from_db()
    assert (account.expires_at, account.remark) == (limited.ends, limited.known)
    limited.ends, limited.known = now + timedelta(days=90), ""
    editorial.check(account)
    account.refresh_from_db()
    assert (account.expires_at, account.remark) == (limited.ends, "")


def test_a_platform_that_says_no_end_leaves_the_one_we_know(
    now: datetime, limited: type[Limited]
) -> None:
    later = clock.now() + timedelta(days=5)
    account = rows.account("limited", expires_at=later)
    editorial.check(account)
    account.refresh_from_db()
    assert account.expires_at == later


def test_an_end_that_has_passed_while_all_is_well_is_forgotten(limited: type[Limited]) -> None:
    account = rows.account("limited", expires_at=clock.now() - timedelta(days=1))
    editorial.check(account)
    account.refresh_from_db()
    assert account.expires_at is None


def test_fresh_credentials_have_an_end_of_their_own(limited: type[Limited]) -> None:
    account = rows.account("limited", expires_at=clock.now() + timedelta(days=1))
    editorial.reconnect(account, {})
    account.refresh_from_db()
    assert account.expires_at is None


def test_pause_and_resume(now: datetime) -> None:
    post = written(webhook(), now)
    editorial.pause(post.account)
    assert not Post.objects.due(now).exists()
    editorial.resume(post.account)
    assert list(Post.objects.due(now)) == [post]


def test_refused_credentials_are_not_resumed() -> None:
    account = webhook(health=Account.Health.RECONNECT, error="X refuses our credentials.")
    with pytest.raises(BadInput, match="cannot go on: X refuses our credentials"):
        editorial.resume(account)


def test_configure_keeps_what_it_is_not_told() -> None:
    account = webhook(options={"limit": 100}, template="{{ link }}")
    editorial.configure(account, {"limit": "200"})
    account.refresh_from_db()
    assert (account.options["limit"], account.template) == (200, "{{ link }}")
