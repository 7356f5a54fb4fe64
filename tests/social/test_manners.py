"""Nearly the same text on two accounts, where the platform forbids it."""

from __future__ import annotations

from datetime import datetime

import pytest

from syndicate.lib.errors import BadInput
from syndicate.lib.status import Status
from syndicate.social import editorial
from syndicate.social.manners import too_alike
from syndicate.social.models import Account, Post
from syndicate.social.publish import publish
from syndicate.social.write import write
from tests import rows
from tests.social.puppet import Able

LINK = "https://harbour.example.org/articles/pier"


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("A new pier opens on Monday", "A new pier opens on Monday", True),
        ("A new pier opens on Monday", "A NEW pier opens on monday!", True),
        ("A new pier opens on Monday", f"A new pier opens on Monday: {LINK}", True),
        ("A new pier opens on Monday", "A new pier opens on a Monday", True),
        ("A new pier opens on Monday", "What the harbour paid for its bridge", False),
        ("", "A new pier", False),
        ("新しい桟橋", "新しい桟橋", True),
    ],
)
def test_links_and_case_make_no_difference(one: str, other: str, alike: bool) -> None:
    assert too_alike(one, other) is alike


@pytest.fixture
def strict(able: type[Able], monkeypatch: pytest.MonkeyPatch) -> type[Able]:
    """A platform with X's rule."""
    monkeypatch.setattr(able, "own_words", True)
    return able


def two(now: datetime) -> tuple[Post, Post]:
    """What two accounts write about one article."""
    rows.article(title="A new pier opens on Monday")
    found = []
    for _ in range(2):
        write(rows.account("able").pk, now)
        found.append(Post.objects.latest("pk"))
    return found[0], found[1]


def test_the_second_account_is_held_with_the_reason(
    db: None, strict: type[Able], now: datetime
) -> None:
    first, second = two(now)
    assert (first.status, second.status) == (Status.QUEUED, Status.HELD)
    assert "forbids" in second.error and str(first.account) in second.error
    with pytest.raises(BadInput, match="forbids"):
        editorial.approve(second, None, now)


def test_words_of_its_own_may_go(db: None, strict: type[Able], now: datetime) -> None:
    _, second = two(now)
    editorial.edit(second, f"We walked out to see it. {second.article.url}", now)
    editorial.approve(second, None, now)
    publish(second.pk, now)
    second.refresh_from_db()
    assert second.status == Status.SENT


def test_it_is_looked_at_once_more_before_it_goes(
    db: None, strict: type[Able], now: datetime
) -> None:
    """Two daemons may have written both at one moment."""
    first, second = two(now)
    publish(first.pk, now)
    Post.objects.filter(pk=second.pk).update(status=Status.QUEUED, due_at=now)
    publish(second.pk, now)
    second.refresh_from_db()
    assert (second.status, len(strict.there)) == (Status.FAILED, 1)
    assert "forbids" in second.error


def test_elsewhere_nobody_minds(db: None, able: type[Able], now: datetime) -> None:
    assert [post.status for post in two(now)] == [Status.QUEUED] * 2
    assert Account.objects.count() == 2
