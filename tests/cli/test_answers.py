"""What `init` is told, and the options that come of it."""

from pathlib import Path

import pytest

from syndicate.cli.answers import (
    Answers,
    label_and_address,
    options,
    sender,
    web_address,
    zone_here,
)
from syndicate.lib.errors import BadInput


def answers(**given: object) -> Answers:
    known = {"name": "Review", "url": "example.org", "sender": "Review <news@example.org>"}
    return Answers(**(known | given))  # type: ignore[arg-type]


def test_a_sender_is_a_name_and_an_address() -> None:
    assert sender("The Review <news@example.org>") == ("The Review", "news@example.org")
    assert sender("news@example.org") == ("", "news@example.org")


@pytest.mark.parametrize("text", ["", "The Review", "news@", "news@localhost", "a b@example.org"])
def test_what_is_no_address_to_send_from_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="--from"):
        sender(text)


def test_a_bare_host_is_taken_for_https() -> None:
    assert web_address(" example.org ", "It") == "https://example.org"
    assert web_address("http://example.org/a", "It") == "http://example.org/a"


@pytest.mark.parametrize("text", ["", "ftp://example.org", "https://", "https://[a", "a b"])
def test_what_is_no_web_address_is_refused_by_name(text: str) -> None:
    with pytest.raises(BadInput, match="The address of these pages"):
        web_address(text, "The address of these pages")


def test_without_a_mail_server_mail_is_written_to_files() -> None:
    made = options(answers())
    assert made["mail.transport"] == "directory"
    assert "smtp.host" not in made


@pytest.mark.parametrize(("port", "security"), [(587, "starttls"), (465, "tls"), (25, "none")])
def test_the_port_tells_how_the_connection_is_secured(port: int, security: str) -> None:
    assert options(answers(smtp_host="mail", smtp_port=port))["smtp.security"] == security


def test_a_password_is_named_by_its_file_and_never_written_out() -> None:
    made = options(answers(smtp_host="mail", smtp_password_file="/run/secret"))
    assert made["smtp.password"] == {"file": "/run/secret"}


def test_a_link_to_follow_needs_a_label() -> None:
    assert label_and_address("RSS = https://example.org/?a=b") == (
        "RSS",
        "https://example.org/?a=b",
    )
    with pytest.raises(BadInput, match="--follow"):
        label_and_address("https://example.org/feed")


def test_this_machine_s_zone_is_a_suggestion(tmp_path: Path) -> None:
    (tmp_path / "localtime").symlink_to("/usr/share/zoneinfo/Europe/Berlin")
    assert zone_here(tmp_path / "localtime") == "Europe/Berlin"
    assert zone_here(tmp_path / "absent") == "UTC"
