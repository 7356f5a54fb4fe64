"""Mastodon, connected by allowing us: the server's address is all one has to know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from syndicate.lib.errors import BadInput, NotSent
from syndicate.social import authorise
from syndicate.social.models import Account
from syndicate.social.publish import publish
from tests.fakes import mastodon
from tests.fakes.authority import Authority
from tests.fakes.faults import Line
from tests.social.stage import written
from tests.social.test_authorise import BACK, query

pytestmark = pytest.mark.django_db


@pytest.fixture
def there() -> Iterator[Authority]:
    with Authority() as there:
        yield there


@pytest.mark.parametrize("has_pkce", [True, False])
def test_mastodon_knows_us_from_the_servers_address_alone(
    there: Authority, now: datetime, has_pkce: bool
) -> None:
    there.has_pkce, there.lasts = has_pkce, None
    waiting = authorise.begin("mastodon", {"server": f"{there.url}/"}, BACK, now)
    asked = query(waiting.url)
    assert ("code_challenge" in asked) == has_pkce
    assert asked["scope"] == "read:accounts read:statuses write:statuses write:media"
    (app,) = there.registered
    assert (app["redirect_uris"], app["scopes"]) == (BACK, asked["scope"])
    came = authorise.end(waiting.sealed, query(there.consent(waiting.url)), now)
    assert came.granted.credentials["server"] == there.url
    assert came.granted.credentials["token"] in there.access
    assert came.granted.session == {}


def test_mastodon_from_beginning_to_a_post(now: datetime) -> None:
    with mastodon.Mastodon() as server:
        waiting = authorise.begin("mastodon", {"server": server.url}, BACK, now)
        asked = query(waiting.url)
        # This server's page lets one choose as whom: its codes name the account.
        answer = {"code": f"mockcode_{server.username}", "state": asked["state"]}
        made = authorise.connect(
            authorise.end(waiting.sealed, answer, now), now, Account.Approval.AUTO
        )
        assert made.name == f"@review@{server.url.removeprefix('http://')}"
        publish(written(made, now).pk, now)
        assert len(server.statuses()) == 1


@pytest.mark.parametrize(
    ("status", "body", "complaint"),
    [
        (404, b"<h1>Not found</h1>", "Is it the address of a Mastodon server"),
        (200, b"<h1>Hello</h1>", "Is it the address of a Mastodon server"),
        (301, b"", "Is it the address of a Mastodon server"),
        (422, b'{"error": "Validation failed"}', "Validation failed"),
        (200, b"{}", "registered no app"),
        (503, b"", "503"),
    ],
)
def test_what_is_no_mastodon_server_is_told(
    there: Authority, now: datetime, status: int, body: bytes, complaint: str
) -> None:
    with Line(there.url) as line:
        line.on("POST", "/api/v1/apps")
        line.answer(status, {"Location": "https://social.example"}, body)
        with pytest.raises((BadInput, NotSent)) as failed:
            authorise.begin("mastodon", {"server": line.url}, BACK, now)
        assert complaint in str(failed.value)
