"""X once more, with tokens that are renewed: what every channel promises holds with them too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syndicate.lib import secrets
from syndicate.lib.errors import NotSent
from syndicate.lib.status import Status
from syndicate.social import authorise, editorial
from syndicate.social.models import Account, Post
from tests.contracts.channel_contract import LATER, PAGE, ChannelContract
from tests.fakes.authority import CLIENT, Authority
from tests.fakes.faults import Line
from tests.fakes.x import FakeX

BACK = "https://desk.example.org/desk/accounts/back"
TOKEN = "/2/oauth2/token"


class There(Authority):
    """X, with the door before it."""

    def __init__(self, x: FakeX) -> None:
        super().__init__()
        self.x, self.behind = x, x.answer


class TestXByOAuth2(ChannelContract):
    channel = "x"
    decisive = ("POST", "/2/tweets")
    secret = ("client_secret", "a-secret-that-was-changed")
    refused = (400, b'{"title": "Invalid Request", "detail": "so said the server"}')

    @pytest.fixture
    def server(self) -> Iterator[There]:
        with FakeX() as x, There(x) as there:
            x.refuses_duplicates = False
            yield there

    @pytest.fixture
    def account(self, server: There, line: Line) -> Account:
        self.now = datetime.now(UTC)
        came = self.came(server, line)
        return authorise.connect(came, self.now - timedelta(hours=1), Account.Approval.AUTO)

    def came(self, server: There, line: Line, account: Account | None = None) -> authorise.Came:
        app = {"client_id": CLIENT[0], "client_secret": CLIENT[1], "api": line.url}
        waiting = authorise.begin("x", app, BACK, self.now, account)
        answer = authorise.pasted(server.consent(waiting.url), waiting)
        return authorise.end(waiting.sealed, answer, self.now)

    def published(self, server: Any) -> list[str]:
        return server.x.published()  # type: ignore[no-any-return]

    def taken_back(self, server: There) -> None:
        server.forget_access()
        server.refresh.clear()

    def test_an_expired_token_stops_the_account_and_loses_nothing(
        self, server: There, line: Line, post: Post
    ) -> None:
        self.taken_back(server)
        self.turn(post)
        assert (post.status, post.attempts) == (Status.QUEUED, 0)
        assert post.account.health == Account.Health.RECONNECT
        assert post.account.error and post.account.hint
        assert not Post.objects.due(self.now + LATER).exists()
        authorise.reconnect(post.account, self.came(server, line, post.account))
        assert self.turn(post, LATER).status == Status.SENT
        assert self.times_there(server, post) == 1

    def test_a_refused_check_stops_the_account(self, server: There, account: Account) -> None:
        self.taken_back(server)
        with pytest.raises(NotSent) as refused:
            editorial.check(account)
        assert refused.value.auth
        assert Account.objects.get().health == Account.Health.RECONNECT

    # What renewing adds.

    def test_a_token_that_ran_out_is_renewed_and_the_post_goes_at_once(
        self, server: There, post: Post
    ) -> None:
        server.forget_access()
        self.turn(post)
        assert (post.status, post.attempts, len(server.refreshed)) == (Status.SENT, 1, 1)
        assert self.times_there(server, post) == 1

    @pytest.mark.parametrize("happens", ["lost before", "lost after", "an error page", "busy"])
    def test_trouble_with_the_renewal_neither_loses_nor_doubles(
        self, server: There, line: Line, post: Post, happens: str
    ) -> None:
        server.rotates = False  # else a lost answer needs a person: see test_token
        server.forget_access()
        line.on("POST", TOKEN)
        acts = {
            "lost before": line.drop_before,
            "lost after": line.drop_after,
            "an error page": lambda: line.answer(502, {"Content-Type": "text/html"}, PAGE),
            "busy": lambda: line.answer(429, {"Retry-After": "60"}, b"{}"),
        }
        acts[happens]()
        self.turn(post)
        assert (post.status, post.attempts, post.unsure) == (Status.QUEUED, 0, False)
        assert post.account.health == Account.Health.PAUSED
        assert self.times_there(server, post) == 0
        self.turn(post, LATER)
        assert (post.status, post.account.health) == (Status.SENT, Account.Health.OK)
        assert self.times_there(server, post) == 1

    def test_a_lost_answer_is_looked_up_with_a_fresh_token(
        self, server: There, line: Line, post: Post
    ) -> None:
        line.drop_after()
        assert self.turn(post).unsure
        server.forget_access()
        assert self.turn(post, LATER).status == Status.SENT
        assert self.times_there(server, post) == 1

    def test_a_renewal_that_fails_while_looking_leaves_open_what_was_open(
        self, server: There, line: Line, post: Post
    ) -> None:
        line.drop_after()
        self.turn(post)
        server.forget_access()
        line.on("POST", TOKEN)
        line.answer(502, {}, PAGE)
        assert self.turn(post, LATER).unsure
        assert self.turn(post, LATER * 2).status == Status.SENT
        assert self.times_there(server, post) == 1

    def test_no_token_is_told(self, server: There, line: Line, post: Post) -> None:
        tokens = secrets.unseal(post.account.session)
        self.taken_back(server)
        self.turn(post)
        told = post.error + post.hint + post.account.error + post.account.hint
        assert not any(tokens[name] in told for name in ("access", "refresh"))
