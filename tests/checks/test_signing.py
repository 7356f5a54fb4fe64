"""What doctor says about DKIM; the keys themselves are tests/mail/test_dkim.py's."""

from collections.abc import Callable
from typing import Any

import pytest

from syndicate.checks.finding import Level
from syndicate.checks.signing import signing
from tests.mail.test_dkim import ONE, TWO, pem, rsa_key

Configure = Callable[..., Any]


def test_a_site_whose_relay_signs_hears_nothing(configure: Configure) -> None:
    assert list(signing(configure())) == []


def test_the_records_to_publish_are_told_and_are_no_mistakes(configure: Configure) -> None:
    config = configure(dkim={**ONE, **TWO, "private_key": pem(rsa_key())})
    first, second = signing(config)
    assert (first.id, first.level) == ("M022", Level.NOTE)
    assert first.message.endswith("mail._domainkey.harbour.example.org")
    assert first.hint.startswith("v=DKIM1; k=rsa; p=MIIBIjAN")
    assert second.hint.startswith("v=DKIM1; k=ed25519; p=") and len(second.hint) == 66


@pytest.mark.parametrize(
    ("domain", "found"),
    [
        ("harbour.example.org", ["M022"]),
        ("example.org", ["M022"]),
        ("bour.example.org", ["M021", "M022"]),
        ("news.harbour.example.org", ["M021", "M022"]),
    ],
)
def test_the_signature_must_be_the_sender_s(
    configure: Configure, domain: str, found: list[str]
) -> None:
    config = configure(dkim={**ONE, "domain": domain, "private_key": pem(rsa_key())})
    assert [finding.id for finding in signing(config)] == found


def test_a_bad_key_is_told(configure: Configure) -> None:
    assert [finding.id for finding in signing(configure(dkim=ONE))] == ["M020"]
