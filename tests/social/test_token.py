"""Tokens that run out: renewed once however many ask, never lost to a network, never by nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from django.db import connection

from syndicate.lib import clock, http, secrets
from syndicate.lib.errors import NotSent, Scope
from syndicate.social.channels.oauth2 import Server
from syndicate.social.channels.session import RENEWING, AccountSession
from syndicate.social.channels.token import Token
from syndicate.social.models import Account
from tests import rows
from tests.fakes.authority import CLIENT, Authority
from tests.fakes.faults import Line
from tests.fakes.x import FakeX
from tests.installation import Installation
from tests.social.stage import Memory

TOKEN = "/2/oauth2/token"
HTML = {"Content-Type": "text/html"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def there() -> Iterator[Authority]:
    with Authority() as there:
        yield there


@pytest.fixture
def line(there: Authority) -> Iterator[Line]:
    with Line(there.url) as line:
        line.on("POST", TOKEN)
        yield line


def server(url: str, **values: Any) -> Server:
    return Server("X", f"{url}/authorize", url + TOKEN, *CLIENT, **values)


def token(url: str, kept: Any) -> Token:
    return Token(server(url, dead=("token was invalid",)), kept)


def memory(tokens: dict[str, str]) -> Memory:
    made = Memory()
    made.kept = tokens
    return made


def asking(url: str) -> Callable[[str], requests.Response]:
    """A request to the platform with a token."""
    return lambda bearer: http.call("GET", url, headers={"Authorization": f"Bearer {bearer}"})


def works(url: str, kept: Any) -> bool:
    return token(url, kept).authorised(asking(url)).ok


def refused(url: str, kept: Any) -> NotSent:
    with pytest.raises(NotSent) as caught:
        token(url, kept).authorised(asking(url))
    return caught.value


def soon() -> str:
    """An end that is near: it is time to renew, and a request could still be made."""
    return (datetime.now(UTC) + timedelta(seconds=60)).isoformat()


def test_a_token_that_is_good_is_used(there: Authority) -> None:
    assert works(there.url, memory(there.grant()))
    assert there.refreshed == []


def test_a_token_is_renewed_before_it_ends(there: Authority) -> None:
    kept = memory(there.grant() | {"expires": soon()})
    before = dict(kept.kept)
    assert works(there.url, kept)
    assert there.refreshed == [before["refresh"]]
    assert kept.kept["access"] != before["access"] and kept.kept["refresh"] != before["refresh"]
    ends = datetime.fromisoformat(kept.kept["expires"])
    assert timedelta(seconds=7100) < ends - datetime.now(UTC) <= timedelta(seconds=7200)


def test_a_token_that_ended_unforeseen_is_renewed_once(there: Authority) -> None:
    kept = memory(there.grant())
    there.forget_access()
    assert works(there.url, kept)
    assert len(there.refreshed) == 1


def test_a_token_that_ends_while_the_request_is_under_way(there: Authority) -> None:
    kept = memory(there.grant() | {"expires": (datetime.now(UTC) + timedelta(hours=1)).isoformat()})
    sent: list[str] = []

    def send(bearer: str) -> requests.Response:
        sent.append(bearer)
        if len(sent) == 1:
            there.forget_access()
        return asking(there.url)(bearer)

    assert token(there.url, kept).authorised(send).ok
    assert len(sent) == 2 and len(there.refreshed) == 1


def test_what_is_refused_after_a_renewal_is_not_renewed_again(there: Authority) -> None:
    answer = requests.Response()
    answer.status_code = 401
    assert token(there.url, memory(there.grant())).authorised(lambda bearer: answer) is answer
    assert len(there.refreshed) == 1


def test_an_answer_without_a_refresh_token_leaves_the_one_we_have(there: Authority) -> None:
    there.tells_refresh = False
    kept = memory(there.grant())
    before = kept.kept["refresh"]
    for _ in range(2):
        there.forget_access()
        assert works(there.url, kept)
        assert kept.kept["refresh"] == before


@pytest.mark.parametrize("given", ["3600", 3600.0, None, -5, "soon", 10**30, [1], True])
def test_how_long_a_token_lasts_may_be_said_in_any_way(there: Authority, given: Any) -> None:
    there.lasts = given
    kept = memory(there.grant())
    there.forget_access()
    assert works(there.url, kept)
    assert works(there.url, kept)
    assert len(there.refreshed) == 1


BROKEN = {
    "the line is cut before it arrives": lambda line: line.drop_before(),
    "a page instead of an answer": lambda line: line.answer(200, HTML, b"<h1>Sign in</h1>"),
    "an error page": lambda line: line.answer(502, HTML, b"<h1>Bad Gateway</h1>"),
    "another kind of 400": lambda line: line.answer(400, JSON, b'{"error": "slow_down"}'),
    "a 403 of a guard before it": lambda line: line.answer(403, HTML, b"<h1>Blocked</h1>"),
    "sent elsewhere": lambda line: line.answer(302, {"Location": "/login"}),
    "half an answer": lambda line: line.answer(200, JSON, b'{"access_token": "a'),
    "an answer without a token": lambda line: line.answer(200, JSON, b'{"ok": true}'),
    "a list": lambda line: line.answer(200, JSON, b"[]"),
    "too often": lambda line: line.answer(429, {"Retry-After": "60"}, b"{}"),
}


@pytest.mark.parametrize("happens", BROKEN)
def test_trouble_at_the_token_endpoint_is_no_reason_to_reconnect(
    there: Authority, line: Line, happens: str
) -> None:
    kept = memory(there.grant())
    before = dict(kept.kept)
    there.forget_access()
    BROKEN[happens](line)
    error = refused(line.url, kept)
    assert (error.auth, error.unknown, error.permanent) == (False, False, False)
    # The account rests and goes on by itself; the post keeps its tries.
    assert error.scope is Scope.LANE and error.retry_after
    assert kept.kept == before
    assert not any(secret in str(error) for secret in before.values() if secret)
    assert works(line.url, kept)


def test_a_token_that_is_good_for_a_minute_yet_is_used_through_trouble(
    there: Authority, line: Line
) -> None:
    line.answer(502, HTML, b"")
    assert works(line.url, memory(there.grant() | {"expires": soon()}))
    assert there.refreshed == []


DEAD = {
    "invalid_grant": b'{"error": "invalid_grant", "error_description": "revoked"}',
    "invalid_client": b'{"error": "invalid_client"}',
    "unauthorized_client": b'{"error": "unauthorized_client"}',
    "in the platform's own words": b'{"error": "invalid_request", "error_description": '
    b'"Value passed for the token was invalid."}',
}


@pytest.mark.parametrize("said", DEAD)
def test_a_permission_that_was_taken_back_asks_for_a_person(
    there: Authority, line: Line, said: str
) -> None:
    kept = memory(there.grant())
    before = dict(kept.kept)
    there.forget_access()
    line.answer(400, JSON, DEAD[said])
    error = refused(line.url, kept)
    assert (error.auth, error.unknown, error.permanent) == (True, False, True)
    assert kept.kept == before


@pytest.mark.parametrize("kept", [{}, {"access": "a", "refresh": "", "expires": ""}])
def test_where_nothing_renews_it_a_person_must(there: Authority, kept: dict[str, str]) -> None:
    error = refused(there.url, memory(kept))
    assert (error.auth, error.unknown) == (True, False)
    assert there.forms == []


@pytest.mark.parametrize("basic", [True, False])
def test_we_say_who_we_are_as_the_platform_wants_it(there: Authority, basic: bool) -> None:
    kept = memory(there.grant())
    there.forget_access()
    assert Token(server(there.url, basic=basic), kept).authorised(asking(there.url)).ok
    ((_, form, authorization),) = there.forms
    assert bool(authorization) == basic and ("client_secret" in form) != basic


# In the account's own row.


def account(tokens: dict[str, str], **values: Any) -> Account:
    return rows.account("x", session=secrets.seal(tokens), **values)


def opened(made: Account) -> dict[str, str]:
    return AccountSession(Account.objects.get(pk=made.pk)).read()


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_use_one_refresh(there: Authority) -> None:
    made = account(there.grant())
    there.forget_access()
    there.slow = 0.2
    ready = threading.Barrier(6)

    def worker(_: int) -> bool:
        try:
            session = AccountSession(Account.objects.get(pk=made.pk))
            ready.wait(10)
            return works(there.url, session)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(worker, range(6)))
    assert len(there.refreshed) == 1
    assert opened(made)["refresh"] in there.refresh
    assert Account.objects.get().renewing_until is None


@pytest.mark.django_db
def test_trouble_lets_the_next_worker_try_at_once(there: Authority, line: Line) -> None:
    made = account(there.grant())
    there.forget_access()
    line.answer(502, HTML, b"")
    refused(line.url, AccountSession(made))
    assert works(line.url, AccountSession(Account.objects.get()))


@pytest.mark.django_db
def test_a_worker_that_was_frozen_past_its_lease_keeps_nothing_over_its_successor(
    there: Authority,
) -> None:
    there.rotates = False
    made = account(there.grant())
    there.forget_access()
    later: list[dict[str, str]] = []

    def frozen() -> None:
        there.answering = lambda: None
        successor = AccountSession(Account.objects.get())
        with clock.frozen(datetime.now(UTC) + RENEWING * 2):
            later.append(token(there.url, successor).renew(instead_of=opened(made)["access"]))

    session = AccountSession(made)

    class Freezes(Token):
        def _fresh(self, kept: Any) -> dict[str, str]:
            fresh = super()._fresh(kept)
            frozen()
            return fresh

    told = Freezes(server(there.url), session).renew(instead_of=opened(made)["access"])
    assert len(there.refreshed) == 2
    assert told == later[0] == opened(made)


@pytest.mark.django_db
def test_a_worker_that_was_frozen_and_has_no_successor_keeps_what_it_got(there: Authority) -> None:
    made = account(there.grant())
    there.forget_access()

    class Freezes(Token):
        def _fresh(self, kept: Any) -> dict[str, str]:
            fresh = super()._fresh(kept)
            Account.objects.update(renewing_until=None)  # one came, and got nothing
            return fresh

    told = Freezes(server(there.url), AccountSession(made)).renew(instead_of=opened(made)["access"])
    assert told == opened(made) and told["refresh"] in there.refresh


# Two processes, and one that dies.

ROWS = """
from syndicate.lib import secrets
from tests import rows
rows.account("x", name="@review", credentials={client}, options={{"api": "{url}"}},
             session=secrets.seal({tokens}))
"""
CHECK = """
from syndicate.social import editorial
from syndicate.social.models import Account
print("we are", editorial.check(Account.objects.get()))
"""
# What the crash leaves, a minute later.
LATER = """
from syndicate.lib import clock
from syndicate.social.models import Account
Account.objects.exclude(renewing_until=None).update(renewing_until=clock.now())
"""


@pytest.fixture
def site(tmp_path: Path, there: Authority) -> Iterator[Installation]:
    with FakeX() as x:
        there.behind = x.answer
        site = Installation(tmp_path, {"SOURCES__ALLOW_PRIVATE": '["127.0.0.1"]'})
        site.syndicate("manage", "migrate", "--verbosity", "0")
        client = dict(zip(("client_id", "client_secret"), there.client, strict=True))
        shell(site, ROWS.format(client=client, url=there.url, tokens=there.grant()))
        there.forget_access()
        yield site


def shell(site: Installation, code: str) -> str:
    return site.syndicate("manage", "shell", "--verbosity", "0", "--command", code)


def test_two_processes_at_once_use_one_refresh(site: Installation, there: Authority) -> None:
    there.slow = 4  # seconds: the second one has started meanwhile
    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(lambda _: shell(site, CHECK), range(2)))
    assert [words.strip().endswith("we are @review") for words in said] == [True, True]
    assert len(there.refreshed) == 1


@pytest.mark.parametrize("rotates", [True, False])
def test_a_worker_killed_between_the_renewal_and_its_writing(
    site: Installation, there: Authority, rotates: bool
) -> None:
    """Where a refresh token is good for one use alone, a person must connect the account again."""
    there.rotates = rotates

    def kill() -> None:
        process.kill()
        process.wait()

    there.answering = kill
    process = site.start("account", "check", "@review")
    process.wait(60)
    there.answering = lambda: None
    assert len(there.refreshed) == 1
    shell(site, LATER)
    site.syndicate("account", "check", "@review", status=13 if rotates else 0)
    (told,) = site.json("account", "list")
    assert told["state"] == ("reconnect" if rotates else "ok")
