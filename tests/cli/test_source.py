"""The commands about sources: found, added, arranged, shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicate.cli.source_add import KINDS
from syndicate.lib import clock
from syndicate.sources.hand import by_hand
from syndicate.sources.models import Source
from syndicate.sources.readers import READERS
from tests import rows
from tests.cli.conftest import Command
from tests.fakes.website import Website

pytestmark = pytest.mark.django_db
Asked = Callable[..., Any]


@pytest.fixture
def website() -> Iterator[Website]:
    """A publication with two articles."""
    with Website() as site:
        site.publish("A first pier")
        site.publish("A second pier")
        yield site


def test_the_command_line_knows_every_kind() -> None:
    assert {*KINDS.choices} == {*READERS}


def test_all_that_is_found_is_shown_with_its_reason(website: Website, asked: Asked) -> None:
    best = asked("source", "find", website.url)[0]
    assert (best["kind"], best["entries"]) == ("feed", 2)
    assert "its feed, 2 articles" in best["why"]
    assert {each["title"] for each in best["newest"]} == {"A first pier", "A second pier"}


def test_of_one_kind_only_that_is_found(website: Website, syndicate: Command) -> None:
    said = syndicate("source", "find", website.url, "--kind", "ghost", code=1).stderr
    assert "No Ghost Content API was found" in said


def test_what_is_added_is_explained(website: Website, syndicate: Command) -> None:
    rehearsed = syndicate("source", "add", website.url, "--dry-run")
    assert "A second pier" in rehearsed.stdout and "None of these is sent" in rehearsed.stdout
    assert "Nothing was kept" in rehearsed.stderr and not Source.objects.exists()
    said = syndicate("source", "add", website.url, "--newest", 1).stdout
    assert "The newest 1 of these go out" in said
    assert f"as source {Source.objects.get().pk}" in said


def test_a_kind_is_chosen(website: Website, asked: Asked) -> None:
    made = asked("source", "add", website.url, "--kind", "page")
    assert (made["kind"], Source.objects.get().kind) == ("page", "page")


def test_every_setting_is_set_and_cleared(asked: Asked) -> None:
    one = rows.source()
    given = {
        "--name": "The Harbour", "--interval": "2h", "--since": "2026-11-01", "--max-age": "3",
        "--max-new": "5", "--settle": "10", "--only-tag": "piers", "--not-word": "advertisement",
    }  # fmt: skip
    told = asked("source", "edit", one.pk, *(part for pair in given.items() for part in pair))
    assert (told["name"], told["interval"]) == ("The Harbour", 7200)
    assert told["since"].startswith("2026-11-01")
    assert (told["max_age_days"], told["max_new"], told["settle_minutes"]) == (3, 5, 10)
    assert told["filters"] == {"tags": ["piers"], "not_words": ["advertisement"]}
    kept = asked("source", "edit", one.pk, "--only-tag", "ropes", "--only-tag", "knots")["filters"]
    assert kept == {"tags": ["ropes", "knots"], "not_words": ["advertisement"]}
    cleared = asked("source", "edit", one.pk, *(p for f in [*given][1:] for p in (f, "")))
    assert (cleared["name"], cleared["interval"], cleared["filters"]) == ("The Harbour", None, {})
    assert cleared["max_age_days"] is cleared["since"] is None


@pytest.mark.parametrize(
    ("flag", "value", "said"),
    [
        ("--interval", "soon", "30m"),
        ("--interval", "20d", "once a week"),
        ("--since", "yesterday", "--since 'yesterday'"),
        ("--max-new", "many", "--max-new 'many'"),
        ("--max-age", "99999", "max age days"),
        ("--name", " ", "needs a name"),
        ("--header", "X Key=file", "no name of a header"),
        ("--token-file", "/nowhere", "cannot be read"),
    ],
)
def test_what_cannot_be_set_is_told(flag: str, value: str, said: str, syndicate: Command) -> None:
    assert said in syndicate("source", "edit", rows.source().pk, flag, value, code=1).stderr


def test_a_password_is_tried_before_it_is_kept(
    website: Website, tmp_path: Path, syndicate: Command
) -> None:
    one, file = rows.source(url=website.feed_url), tmp_path / "password"
    file.write_text("a secret\n")
    edit = ("source", "edit", one.pk, "--username", "ada", "--password-file", file)
    website.answer_with(401)
    assert "401" in syndicate(*edit, code=1).stderr
    one.refresh_from_db()
    assert one.credentials == {}
    website.recover()
    assert "a secret" not in syndicate(*edit).output
    one.refresh_from_db()
    assert one.credentials == {"username": "ada", "password": "a secret"}
    assert "Authorization".lower() in website.requests[-1].headers


def test_a_header_comes_from_stdin_and_rivals_give_way(
    website: Website, tmp_path: Path, syndicate: Command, asked: Asked
) -> None:
    one, file = rows.source(url=website.feed_url), tmp_path / "token"
    file.write_text("t")
    syndicate("source", "edit", one.pk, "--header", "X-Key", stdin="k\n")
    assert website.requests[-1].headers["x-key"] == "k"
    told = asked("source", "edit", one.pk, "--token-file", file, "--username", "")
    assert told["credentials"] == ["header X-Key", "token"]
    assert asked("source", "edit", one.pk, "--no-credentials")["credentials"] == []


def test_a_closed_source_is_added_with_its_password(
    website: Website, tmp_path: Path, syndicate: Command
) -> None:
    file = tmp_path / "password"
    file.write_text("a secret")
    login = ("--username", "ada", "--password-file", file)
    syndicate("source", "add", website.feed_url, *login)
    made = Source.objects.get()
    assert (made.url, made.kind) == (website.feed_url, "feed")
    assert made.credentials == {"username": "ada", "password": "a secret"}


def test_a_source_is_shown_with_how_it_is_watched(asked: Asked, syndicate: Command) -> None:
    one = rows.source(
        rhythm=timedelta(minutes=20), hours=[0.1] * 24, at_least=timedelta(hours=1),
        filters={"not_tags": ["sponsored"]}, checked_at=clock.now() - timedelta(minutes=4),
        next_check=clock.now() + timedelta(minutes=7), error="It hangs.", hint="Look there.",
    )  # fmt: skip
    one.credentials = {"username": "ada", "password": "a secret"}
    one.save()
    rows.article(source=one, missing_at=rows.NOON)
    said = syndicate("source", "show", one.pk).stdout
    for words in (
        "looked at 4 minutes ago, next in 7 minutes",
        "about every 20 minutes, as often as it publishes",
        "1 hour between two looks",
        "not with the tag “sponsored”",
        "username, password",
        "1 article is shown no more",
        "It hangs.",
        one.ping_token,
    ):
        assert words in said, words
    assert "a secret" not in said
    assert asked("source", "show", one.pk)["articles"][0]["remark"].startswith("Its source shows")


def test_a_ping_address_is_renewed(asked: Asked) -> None:
    one = rows.source()
    before = asked("source", "ping-address", one.pk)["ping_address"]
    assert before == asked("source", "ping-address", one.pk)["ping_address"]
    after = asked("source", "ping-address", one.pk, "--renew")["ping_address"]
    assert before != after and after.endswith(Source.objects.get().ping_token)


def test_what_was_added_by_hand_is_no_site(asked: Asked, syndicate: Command) -> None:
    hand = by_hand(rows.NOON)
    assert asked("source", "show", hand.pk)["ping_address"] == ""
    assert "by hand" in syndicate("source", "list").stdout
