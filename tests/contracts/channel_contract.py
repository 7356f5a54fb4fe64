"""What every channel promises, told once; each platform inherits it with a server of its own.

Whatever breaks on the way: never two posts, never a lost one, and what an editor reads makes sense.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest

from syndicate.lib.errors import NotSent
from syndicate.lib.status import Status
from syndicate.social import editorial
from syndicate.social.channels import kind
from syndicate.social.channels.base import ALL
from syndicate.social.key import key
from syndicate.social.models import Account, Post
from syndicate.social.publish import publish
from syndicate.social.write import write
from tests import rows
from tests.fakes.faults import Line

LATER = timedelta(hours=2)
PAGE = b"<html><h1>502 Bad Gateway</h1></html>"


@pytest.mark.django_db
class ChannelContract:
    """Inherit it, say which channel, and how its server is reached and read."""

    channel: ClassVar[str]
    decisive: ClassVar[tuple[str, str]]  # the request that makes a post public
    secret: ClassVar[tuple[str, str]]  # a credential, and a wrong value of it
    refused: ClassVar[tuple[int, bytes]]  # how a post that will never do is answered
    long_title: ClassVar[str] = "Ein sehr langer Titel – 潮と町 👩‍👩‍👧 " * 20

    def credentials(self, server: Any, url: str) -> dict[str, str]:
        """For *server*, reached through *url*."""
        raise NotImplementedError

    def options(self, url: str) -> dict[str, Any]:
        """Likewise."""
        return {}

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

    # The promises.

    def test_a_post_ends_in_a_permalink(self, server: Any, post: Post) -> None:
        self.turn(post)
        assert (post.status, post.unsure, post.error) == (Status.SENT, False, "")
        assert post.permalink.startswith("http") and post.remote_id
        assert self.times_there(server, post) == 1

    def test_a_post_is_sent_once_however_often_it_is_tried(self, server: Any, post: Post) -> None:
        for hour in range(3):
            self.turn(post, timedelta(hours=hour))
        assert self.times_there(server, post) == 1

    def test_what_never_arrived_is_sent_later(self, server: Any, line: Line, post: Post) -> None:
        line.drop_before()
        assert self.turn(post).status == Status.DEFERRED
        assert self.times_there(server, post) == 0
        assert self.turn(post, LATER).status == Status.SENT
        assert self.times_there(server, post) == 1

    def test_a_lost_answer_makes_no_second_post(self, server: Any, line: Line, post: Post) -> None:
        line.drop_after()
        assert self.turn(post).unsure
        assert self.turn(post, LATER).status == Status.SENT
        assert post.permalink
        assert self.times_there(server, post) == 1

    def test_a_lost_answer_soon_asked_again(self, server: Any, line: Line, post: Post) -> None:
        line.drop_after()
        assert self.turn(post).due_at < self.now + timedelta(minutes=2)
        assert self.turn(post, timedelta(minutes=2)).status == Status.SENT
        assert self.times_there(server, post) == 1

    def test_an_error_page_instead_of_the_answer(self, server: Any, line: Line, post: Post) -> None:
        line.answer_after(502, {"Content-Type": "text/html"}, PAGE)
        assert self.turn(post).status == Status.DEFERRED
        assert "502" in post.error
        assert self.turn(post, LATER).status == Status.SENT
        assert self.times_there(server, post) == 1

    def test_an_error_page_and_nothing_done(self, server: Any, line: Line, post: Post) -> None:
        line.answer(502, {"Content-Type": "text/html"}, PAGE)
        self.turn(post)
        assert self.turn(post, LATER).status == Status.SENT
        assert self.times_there(server, post) == 1

    def test_too_often_pauses_the_account_and_costs_no_try(
        self, server: Any, line: Line, post: Post
    ) -> None:
        line.answer(429, {"Retry-After": "600"}, b"{}")
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
        name, wrong = self.secret
        account = post.account
        account.credentials = account.credentials | {name: wrong}
        account.session = ""
        account.save()
        self.turn(post)
        assert (post.status, post.attempts) == (Status.QUEUED, 0)
        assert post.account.health == Account.Health.RECONNECT
        assert post.account.error and post.account.hint
        assert wrong not in post.account.error + post.error
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
        assert self.turn(post, LATER).status == Status.SENT
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

    def test_a_refused_check_stops_the_account(self, account: Account) -> None:
        name, wrong = self.secret
        account.credentials = account.credentials | {name: wrong}
        with pytest.raises(NotSent) as refused:
            editorial.check(account)
        assert refused.value.auth
        assert Account.objects.get().health == Account.Health.RECONNECT

    def test_it_declares_what_a_form_needs(self) -> None:
        leaf = kind(self.channel)
        assert leaf.label and leaf.capabilities <= ALL
