"""`init`, from outside: an empty folder becomes a site."""

import sqlite3
import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.website import Website
from tests.installation import Installation

PRIVATE = {"SOURCES__ALLOW_PRIVATE": '["127.0.0.1"]'}
FLAGS = (
    *("--name", "The Harbour Review", "--from", "The Review <news@harbour.example.org>"),
    *("--follow", "Mastodon=https://social.example/@harbour", "--timezone", "Europe/Berlin"),
    *("--smtp-host", "mail.example.org", "--postal-address", "1 Quay Street"),
)


@pytest.fixture
def site(tmp_path: Path) -> Installation:
    return Installation(tmp_path, PRIVATE)


def written(site: Installation) -> dict[str, Any]:
    return tomllib.loads((site.home / "config" / "syndicate.toml").read_text())


def test_one_command_makes_a_site(site: Installation) -> None:
    with Website() as website:
        made = site.json("init", "--no-input", "--url", website.url, *FLAGS)
    assert made["source"] == website.feed_url
    assert (made["editor"], made["troubles"]) == ("editor", [])
    assert "/desk/enter/" in made["login"]
    assert written(site)["publication"]["follow"]["Mastodon"] == "https://social.example/@harbour"
    assert site.json("newsletter", "list")[0]["approval"] == "hold"


def test_a_second_run_keeps_what_is_there(site: Installation) -> None:
    with Website() as website:
        site.syndicate("init", "--no-input", "--url", website.url, *FLAGS)
        before = written(site)
        again = site.json("init", "--no-input")
    assert written(site) == before
    assert (again["newsletter"], again["migrations"]) == ("the-harbour-review", 0)
    assert len(site.json("source", "list")) == len(site.json("newsletter", "list")) == 1


def test_a_feed_that_does_not_answer_is_told_and_the_rest_is_made(site: Installation) -> None:
    told = site.syndicate(
        "init", "--no-input", "--url", "http://127.0.0.1:9/", *FLAGS, "--json", status=3
    )
    assert "syndicate source add" in told
    assert site.json("source", "list") == []
    assert len(site.json("newsletter", "list")) == 1


def test_questions_are_asked_for_what_no_flag_gave(site: Installation) -> None:
    answers = (
        *(
            "The Harbour Review",
            "http://127.0.0.1:9/",
            "",
            "news@harbour.example.org",
            "",
            "UTC",
            "",
        ),
        *("Mastodon", "Mastodon=https://social.example/@a", ""),  # the first is no link
        *("mail.example.org", "2525", "review", "pass word"),
    )
    site.syndicate("init", stdin="\n".join(answers) + "\n", status=3)
    made, password = written(site), site.home / "data" / "smtp.password"
    assert made["publication"]["follow"] == {"Mastodon": "https://social.example/@a"}
    assert (made["smtp"]["port"], made["smtp"]["username"]) == (2525, "review")
    assert made["smtp"]["password"] == {"file": "data/smtp.password"}
    assert password.read_text() == "pass word\n"
    assert stat.S_IMODE(password.stat().st_mode) == 0o600


def test_an_answer_that_cannot_be_is_asked_for_again(site: Installation) -> None:
    answers = (
        *("Review", "no address", "http://127.0.0.1:9/", "", "me", "news@harbour.example.org"),
        *("", "Mars/Base", "Europe/Berlin", "", "X=nowhere at all", "", ""),
    )
    site.syndicate("init", stdin="\n".join(answers) + "\n", status=3)
    made = written(site)
    assert made["publication"]["timezone"] == "Europe/Berlin"
    assert made["mail"]["from_address"] == "news@harbour.example.org"
    assert made["publication"]["follow"] == {}


def test_without_anybody_to_ask_what_is_missing_is_named(site: Installation) -> None:
    with pytest.raises(Exception, match="--url, --from"):
        site.syndicate("init", "--no-input", "--name", "Review")
    assert not (site.home / "config").exists()


def test_a_site_that_exists_is_not_overwritten(site: Installation) -> None:
    site.syndicate("init", "--no-input", "--url", "http://127.0.0.1:9/", *FLAGS, status=3)
    before = written(site)
    site.syndicate("init", "--no-input", "--name", "Other", status=1)
    assert written(site) == before


def test_the_first_editor_may_have_a_password_at_once(site: Installation) -> None:
    flags = ("--url", "http://127.0.0.1:9/", *FLAGS, "--editor", "ada", "--password-file", "-")
    site.syndicate("init", "--no-input", *flags, stdin="a long enough one\n", status=3)
    told = site.json("editor", "list")
    assert [(one["login"], one["password"]) for one in told] == [("ada", True)]


def test_the_database_is_for_our_own_eyes(site: Installation) -> None:
    site.syndicate("init", "--no-input", "--url", "http://127.0.0.1:9/", *FLAGS, status=3)
    file = site.home / "data" / "syndicate.sqlite3"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with sqlite3.connect(file) as rows:
        assert rows.execute("PRAGMA journal_mode").fetchone() == ("wal",)
