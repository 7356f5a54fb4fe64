"""What every channel promises, told once; each platform inherits it with a server of its own.

Whatever breaks on the way: never two posts, never a lost one, and what an editor reads makes sense.

What a lost answer meant is found out by us where the platform can be asked, or drops a repetition
(READBACK, IDEMPOTENT). Where neither is so, the post ends as unknown and stays that until an editor
says whether it is there: the same tests, by :meth:`ChannelContract.settle`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest

from syndicate.lib.errors import NotSent
from syndicate.lib.status import Status
from syndicate.social import editorial
from syndicate.social.channels import kind
from syndicate.social.channels.base import (
    ALL,
    DELETE,
    EDIT,
    IDEMPOTENT,
    METRICS,
    PERMALINK,
    READBACK,
)
from syndicate.social.key import key
from syndicate.social.models import Account, Post
from syndicate.social.publish import publish
from syndicate.social.write import write
from tests import rows
from tests.fakes.faults import Line

LATER = timedelta(hours=2)
SOON = timedelta(minutes=2)
# Where a post must be named to do it.
BY_ID = frozenset({PERMALINK, EDIT, DELETE, METRICS, READBACK})
PAGE = b"<html><h1>502 Bad Gateway</h1></html>"


@pytest.mark.django_db
class ChannelContract:
    """Inherit it, say which channel, and how its server is reached and read."""

    channel: ClassVar[str]
    decisive: ClassVar[tuple[str, str]]  # the request that makes a post public
    secret: ClassVar[tuple[str, str]]  # a credential, and a wrong value of it
    refused: ClassVar[tuple[int, bytes]]  # how a post that will never do is answered
    # How "wait ten minutes" is said there, with a 429: headers, body.
    too_often: ClassVar[tuple[dict[str, str], bytes]] = ({"Retry-After": "600"}, b"{}")
    long_title: ClassVar[str] = "Ein sehr langer Titel – 潮と町 👩‍👩‍👧 " * 20

    def credentials(self, server: Any, url: str) -> dict[str, str]:
        """For *server*, reached through *url*."""
        raise NotImplementedError

    def options(self, url: str) -> dict[str, Any]:
        """Likewise."""
        return {}

    def taken_back(self, url: str) -> dict[str, str]:
        """The credentials with which it refuses us: *secret* alone, unless it is part of one."""
        name, wrong = self.secret
        return {name: wrong}

    def published(self, server: Any) -> list[str]:
        """What stands there, as text that holds the link."""
        raise NotImplementedError

    # The stage: a line to the server, an account, a post about a fresh article.

    @pytest.fixture
    def line(self, server: Any) -> Iterator[Line]:
        with Line(server.url) as line:
            line.on(*self.decisive)
            yield line

    @pytest.fixture
    def account(self, server: Any, line: Line) -> Account:
        self.now = datetime.now(UTC)
        return editorial.connect(
            self.channel, "The Review", self.credentials(server, line.url), self.options(line.url),
            now=self.now - timedelta(hours=1), approval=Account.Approval.AUTO,
        )  # fmt: skip

    @pytest.fixture
    def post(self, account: Account) -> Post:
        return self.written(account)

    def written(self, account: Account, **article: Any) -> Post:
        found = rows.article(available_at=self.now, first_seen=self.now, **article)
        # Some of these servers live as long as the class: each article's address must be its own.
        found.url += f"-{self.now.timestamp()}"
        found.save()
        write(account.pk, self.now)
        return Post.objects.get(account=account, article=found)

    def turn(self, post: Post, wait: timedelta = timedelta(0)) -> Post:
        publish(post.pk, self.now + wait)
        post.refresh_from_db()
        post.account.refresh_from_db()
        return post

    def times_there(self, server: Any, post: Post) -> int:
        return sum(post.article.url in text for text in self.published(server))

    def can(self, *capabilities: str) -> bool:
        """Whether the leaf declares one of these."""
        return not kind(self.channel).capabilities.isdisjoint(capabilities)

    def settle(self, post: Post, there: bool, wait: timedelta = LATER) -> Post:
        """*post*, whose answer was lost, after its next turn: found out by us, or by an editor who
        looks whether it is *there*."""
        self.turn(post, wait)
        if self.can(READBACK, IDEMPOTENT):
            return post
        assert (post.status, post.unsure) == (Status.UNKNOWN, True)
        assert post.error and post.hint
        # Nothing of it moves by itself, however long it waits.
        assert self.turn(post, wait + timedelta(days=2)).status == Status.UNKNOWN
        editorial.resolve_unknown(post, posted=there, now=self.now + wait)
        return post if there else self.turn(post, wait)

    # The promises.

    def test_a_post_ends_in_a_permalink(self, server: Any, post: Post) -> None:
        self.turn(post)
        assert (post.status, post.unsure, post.error) == (Status.SENT, False, "")
        assert post.permalink.startswith("http") if self.can(PERMALINK) else not post.permalink
        assert post.remote_id or not self.can(*BY_ID)
        assert self.times_there(server, post) == 1

    def test_a_post_is_sent_once_however_often_it_is_tried(self, server: Any, post: Post) -> None:
        for hour in range(3):
            self.turn(post, timedelta(hours=hour))
        assert self.times_there(server, post) == 1

    def test_what_never_arrived_is_sent_later(self, server: Any, line: Line, post: Post) -> None:
        line.drop_before()
        assert self.turn(post).status == Status.DEFERRED
        assert self.times_there(server, post) == 0
        assert self.settle(post, there=False).status == Status.SENT
        assert self.times_there(server, post) == 1

    def test_a_lost_answer_makes_no_second_post(self, server: Any, line: Line, post: Post) -> None:
        line.drop_after()
        assert self.turn(post).unsure
        assert self.settle(post, there=True).status == Status.SENT
        assert post.permalink or not (self.can(PERMALINK) and self.can(READBACK, IDEMPOTENT))
        assert self.times_there(server, post) == 1

    def test_a_lost_answer_soon_asked_again(self, server: Any, line: Line, post: Post) -> None:
        line.drop_after()
        assert self.turn(post).due_at < self.now + SOON
        assert self.settle(post, there=True, wait=SOON).status == Status.SENT
        assert self.times_there(server, post) == 1

    def test_half_an_answer_makes_no_second_post(self, server: Any, line: Line, post: Post) -> None:
        line.cut_answer()
        # A platform that says in a header which post it is has said all that matters.
        if self.turn(post).unsure:
            self.settle(post, there=True)
        assert post.status == Status.SENT
        assert self.times_there(server, post) == 1

    def test_an_answer_that_comes_too_late_makes_no_second_post(
        self, server: Any, line: Line, post: Post, configure: Callable[..., Any]
    ) -> None:
        configure(social={"timeout_seconds": 1})
        line.delay(1.5)
        assert self.turn(post).unsure
        configure(social={"timeout_seconds": 30})
        assert self.settle(post, there=True).status == Status.SENT
        assert self.times_there(server, post) == 1

    def test_an_error_page_instead_of_the_answer(self, server: Any, line: Line, post: Post) -> None:
        line.answer_after(502, {"Content-Type": "text/html"}, PAGE)
        assert self.turn(post).status == Status.DEFERRED
        assert "502" in post.error
        assert self.settle(post, there=True).status == Status.SENT
        assert self.times_there(server, post) == 1

    def test_an_error_page_and_nothing_done(self, server: Any, line: Line, post: Post) -> None:
        line.answer(502, {"Content-Type": "text/html"}, PAGE)
        self.turn(post)
        assert self.settle(post, there=False).status == Status.SENT
        assert self.times_there(server, post) == 1

    def test_too_often_pauses_the_account_and_costs_no_try(
        self, server: Any, line: Line, post: Post
    ) -> None:
        line.answer(429, *self.too_often)
        self.turn(post)
        assert (post.status, post.attempts) == (Status.QUEUED, 0)
        assert post.account.health == Account.Health.PAUSED
        assert post.account.paused_until == self.now + timedelta(minutes=10)
        self.turn(post, timedelta(minutes=5))
        assert self.times_there(server, post) == 0
        self.turn(post, timedelta(minutes=11))
        assert post.account.health == Account.Health.OK
        assert self.times_there(server, post) == 1

    def test_an_expired_token_stops_the_account_and_loses_nothing(
        self, server: Any, line: Line, post: Post
    ) -> None:
        account = post.account
        account.credentials = account.credentials | self.taken_back(line.url)
        account.session = ""
        account.save()
        self.turn(post)
        assert (post.status, post.attempts) == (Status.QUEUED, 0)
        assert post.account.health == Account.Health.RECONNECT
        assert post.account.error and post.account.hint
        assert self.secret[1] not in post.account.error + post.error
        assert not Post.objects.due(self.now + LATER).exists()
        editorial.reconnect(post.account, self.credentials(server, line.url))
        assert self.turn(post, LATER).status == Status.SENT
        assert self.times_there(server, post) == 1

    def test_a_post_that_will_never_do_fails_and_says_why(
        self, server: Any, line: Line, post: Post
    ) -> None:
        status, body = self.refused
        line.answer(status, {"Content-Type": "application/json"}, body)
        self.turn(post)
        assert (post.status, post.unsure) == (Status.FAILED, False)
        assert "said" in post.error
        self.turn(post, LATER)
        assert self.times_there(server, post) == 0

    def test_a_worker_that_died_before_the_request(self, server: Any, post: Post) -> None:
        self.dead(post, unsure=False)
        assert self.turn(post, LATER).status == Status.SENT
        assert self.times_there(server, post) == 1

    def test_a_worker_that_died_after_the_request(
        self, server: Any, line: Line, post: Post
    ) -> None:
        line.drop_after()
        self.turn(post)
        self.dead(post, unsure=True)
        assert self.settle(post, there=True).status == Status.SENT
        assert self.times_there(server, post) == 1

    def dead(self, post: Post, unsure: bool) -> None:
        """As a worker leaves it that was killed."""
        Post.objects.filter(pk=post.pk).update(
            status=Status.SENDING, owner="gone", unsure=unsure, lease_until=self.now,
            key=post.key or key(post.pk, self.now), attempts=1,
        )  # fmt: skip

    def test_the_longest_title_fits_with_the_link_whole(
        self, server: Any, account: Account
    ) -> None:
        post = self.written(account, title=self.long_title, summary="Wort " * 900)
        self.turn(post)
        assert post.status == Status.SENT, post.error
        assert self.times_there(server, post) == 1

    def test_check_names_the_account(self, account: Account) -> None:
        assert editorial.check(account)
        assert account.health == Account.Health.OK

    def test_a_refused_check_stops_the_account(self, line: Line, account: Account) -> None:
        account.credentials = account.credentials | self.taken_back(line.url)
        with pytest.raises(NotSent) as refused:
            editorial.check(account)
        assert refused.value.auth
        assert Account.objects.get().health == Account.Health.RECONNECT

    def test_it_declares_what_a_form_needs(self) -> None:
        leaf = kind(self.channel)
        assert leaf.label and leaf.capabilities <= ALL
