"""Email addresses: one spelling each."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from syndicate.audience.address import Address, canonical, of_a_person, parse
from syndicate.lib.errors import BadInput


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Anna@Example.ORG", "anna@example.org"),
        ("  anna@example.org\n", "anna@example.org"),
        ("anna+news@example.org", "anna+news@example.org"),
        ("a.n.na@gmail.com", "a.n.na@gmail.com"),
        ("anna@exämple.org", "anna@xn--exmple-cua.org"),
        ("anna@xn--exmple-cua.org", "anna@xn--exmple-cua.org"),
    ],
)
def test_a_person_has_one_key(written: str, key: str) -> None:
    assert canonical(written) == key


def test_mail_goes_to_the_first_part_as_written() -> None:
    assert parse("Anna.B@Exämple.org") == Address(
        "Anna.B@xn--exmple-cua.org", "anna.b@xn--exmple-cua.org"
    )


@given(st.from_regex(r"[A-Za-z0-9+_=-]{1,20}@[A-Za-z]{1,9}\.(org|com)", fullmatch=True))
def test_a_key_is_its_own_key(written: str) -> None:
    assert canonical(canonical(written)) == canonical(written)


@given(st.from_regex(r"\A[A-Za-z0-9_+.-]{1,70}@[A-Za-z0-9.-]{1,100}\Z"))
def test_the_quick_way_agrees_with_the_library(written: str) -> None:
    try:
        whole = validate_email(written, check_deliverability=False, strict=True)
    except EmailNotValidError:
        with pytest.raises(BadInput):
            parse(written)
    else:
        assert parse(written).email == f"{whole.local_part}@{whole.ascii_domain}"


@pytest.mark.parametrize(
    "written",
    ["", "anna", "@", "anna@", "anna@example", "anna@localhost", "a b@example.org",
     "a..b@example.org", "Anna <anna@example.org>", '"anna"@example.org', "anna@[127.0.0.1]",
     "us\u0435r@example.org", "an\u200bna@example.org", "a" * 65 + "@example.org",
     "anna@example.org\r\nBcc: all@example.org", "=cmd|' /C calc'!A0"],
)  # fmt: skip
def test_what_is_no_address_is_bad_input_with_a_hint(written: str) -> None:
    with pytest.raises(BadInput) as caught:
        canonical(written)
    assert "anna@example.org" in caught.value.hint


def test_the_message_names_the_address_but_not_all_of_a_long_one() -> None:
    with pytest.raises(BadInput, match="“nobody” is not an email address"):
        canonical("nobody")
    with pytest.raises(BadInput) as caught:
        canonical("x" * 100_000)
    assert len(caught.value.message) < 120


@pytest.mark.parametrize("box", ["postmaster", "Abuse", "noreply", "MAILER-DAEMON"])
def test_a_duty_is_not_a_reader(box: str) -> None:
    with pytest.raises(BadInput, match="not a person"):
        of_a_person(f"{box}@example.org")
    assert canonical(f"{box}@example.org") == f"{box.lower()}@example.org"


def test_a_team_may_read() -> None:
    assert of_a_person("info@example.org").key == "info@example.org"
