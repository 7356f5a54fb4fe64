"""Where readers of a link came from, told to the site they come to."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.social.utm import tagged

UTM = "utm_source=x&utm_medium=social"


@pytest.mark.parametrize(
    ("url", "made"),
    [
        ("https://a.example/1", f"https://a.example/1?{UTM}"),
        ("https://a.example/1?id=7&b=%20#part", f"https://a.example/1?id=7&b=%20&{UTM}#part"),
        ("https://a.example/1#part", f"https://a.example/1?{UTM}#part"),
        ("https://a.example/1?utm_source=feed", "https://a.example/1?utm_source=feed"),
        ("https://a.example/1?utm_source=", "https://a.example/1?utm_source="),
        (
            "https://a.example/?utm_medium=feed",
            "https://a.example/?utm_medium=feed&utm_source=x",
        ),
        ("", ""),
    ],
)
def test_a_link_is_marked_once(url: str, made: str) -> None:
    assert tagged(url, "x", "social") == made
    assert tagged(made, "y", "social") == made


def test_without_a_source_nothing_is_added() -> None:
    assert tagged("https://a.example/1", "", "social", "spring") == "https://a.example/1"


@given(st.text(min_size=1, max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_whatever_is_said_arrives(source: str, medium: str, campaign: str) -> None:
    made = tagged("https://a.example/1?q=ä#top", source, medium, campaign)
    given = dict(parse_qsl(urlsplit(made).query))
    wanted = {"utm_source": source, "utm_medium": medium, "utm_campaign": campaign}
    assert given == {"q": "ä"} | {name: value for name, value in wanted.items() if value}
    assert urlsplit(made).fragment == "top"
