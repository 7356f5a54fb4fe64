"""`account authorise` in a process of its own: an address is printed, an answer pasted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command
from tests.fakes.authority import CLIENT, Authority
from tests.fakes.x import FakeX
from tests.installation import Installation

ADDRESS = re.compile(r"http\S+/authorize\S+")


@pytest.fixture
def there() -> Iterator[Authority]:
    with FakeX() as x, Authority() as there:
        there.behind = x.answer
        yield there


@pytest.fixture
def site(tmp_path: Path) -> Installation:
    site = Installation(
        tmp_path,
        {
            "SOURCES__ALLOW_PRIVATE": '["127.0.0.1"]',
            "SITE__BASE_URL": "https://desk.example.org",
        },
    )
    site.syndicate("manage", "migrate", "--verbosity", "0")
    return site


@pytest.fixture
def app(there: Authority, tmp_path: Path) -> list[str]:
    """The flags that name an app at X."""
    (tmp_path / "secret").write_text(f"{CLIENT[1]}\n")
    return [
        "--option", f"client_id={CLIENT[0]}", "--option", f"api={there.url}",
        "--credential-file", f"client_secret={tmp_path}/secret",
    ]  # fmt: skip


def authorise(site: Installation, how: Callable[[str], str], *flags: str) -> tuple[int, Any, str]:
    """At a terminal: the address is read when it is printed, and answered as *how* says."""
    process = site.typed("account", "authorise", *flags, "--json")
    assert process.stdin and process.stdout and process.stderr
    said = ""
    while not (found := ADDRESS.search(said)) or "Paste" not in said:
        line = process.stderr.readline()
        if not line:
            break
        said += line
    out, rest = process.communicate(how(found.group()) + "\n" if found else "", timeout=60)
    return process.returncode, json.loads(out), said + rest


def test_an_account_is_connected_and_connected_again(
    site: Installation, there: Authority, app: list[str]
) -> None:
    code, made, said = authorise(site, there.consent, "x", *app, "--auto")
    assert (code, made["name"], made["approval"]) == (0, "@review", "auto")
    assert CLIENT[1] not in said + str(made)
    # What the app is known by need not be said again, and a code by itself is enough.
    code, again, _ = authorise(
        site, lambda url: there.consent(url).partition("code=")[2].partition("&")[0],
        "x", "--account", "@review",
    )  # fmt: skip
    assert (code, again["handle"], again["id"]) == (0, "@review", made["id"])
    assert [one["name"] for one in site.json("account", "list")] == ["@review"]


def test_one_is_sent_to_the_desk_s_own_address(
    site: Installation, there: Authority, app: list[str]
) -> None:
    there.callbacks = set()
    seen: list[str] = []

    def how(url: str) -> str:
        seen.append(there.consent(url, yes=False))
        return seen[0]

    code, told, _ = authorise(site, how, "x", *app)
    assert seen[0].startswith("https://desk.example.org/desk/accounts/back?")
    assert code == 1 and "X was told not to let us in" in told["error"]["message"]
    assert site.json("account", "list") == []


def test_mastodon_shows_the_code(site: Installation, there: Authority) -> None:
    there.behind = lambda method, path, body, who: (200 if who else 401, {"acct": "review"})

    def how(url: str) -> str:
        assert "redirect_uri=urn%3Aietf%3Awg%3Aoauth%3A2.0%3Aoob" in url
        return there.consent(url).partition("code=")[2].partition("&")[0]

    code, made, _ = authorise(site, how, "mastodon", "--option", f"server={there.url}")
    assert (code, made["channel"], made["name"][:8]) == (0, "mastodon", "@review@")


@pytest.mark.django_db
def test_what_cannot_be_authorised_is_said(syndicate: Command, asked: Any) -> None:
    assert "nothing to authorise" in syndicate("account", "authorise", "webhook", code=1).stderr
    refused = asked("account", "authorise", "x", "--option", "client_secret=s", code=1)
    assert "is a secret" in refused["error"]["message"]
    told = {one["channel"]: one["app"] for one in asked("account", "channels")}
    assert told["mastodon"] == ["server"] and told["webhook"] == []


@pytest.mark.django_db
def test_an_account_of_another_channel_is_refused(asked: Any) -> None:
    from tests.rows import account

    one = account("webhook", name="hook")
    refused = asked("account", "authorise", "x", "--account", one.name, code=1)
    assert refused["error"]["message"] == "hook is no account on X."
