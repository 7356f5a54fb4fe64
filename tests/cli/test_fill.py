"""A site's own file is the shipped one with its values in it."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate import paths
from syndicate.cli.fill import fill, toml

SHIPPED = (paths.shipped("config") / "syndicate.toml").read_text(encoding="utf-8")
# What a TOML file can hold: any text but lone surrogates.
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def test_without_values_it_is_the_shipped_file() -> None:
    assert fill(SHIPPED, {}) == SHIPPED


def test_values_of_each_kind_are_read_back() -> None:
    values = {
        "publication.name": 'The "Harbour"\tReview',
        "smtp.port": 2525,
        "smtp.password": {"file": "data/smtp.password"},
        "log.json": True,
        "sources.allow_private": ["127.0.0.1", "hafen.example"],
    }
    read = tomllib.loads(fill(SHIPPED, values))
    assert {name: read[name.split(".")[0]][name.split(".")[1]] for name in values} == values


def test_links_to_follow_stand_in_their_table() -> None:
    links = {"Mastodon": "https://social.example/@a", "Our feed": "https://example.org/feed"}
    assert (
        tomllib.loads(fill(SHIPPED, {"publication.follow": links}))["publication"]["follow"]
        == links
    )


def test_comments_stay_beside_their_options() -> None:
    line = next(
        one for one in fill(SHIPPED, {"smtp.port": 25}).splitlines() if one.startswith("port = 25")
    )
    assert line.index("#") == 31
    assert "465 for TLS" in line


def test_everything_not_given_keeps_its_default() -> None:
    read, shipped = tomllib.loads(fill(SHIPPED, {"smtp.port": 25})), tomllib.loads(SHIPPED)
    shipped["smtp"]["port"] = 25
    assert read == shipped


def test_a_misspelled_option_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"smtp\.prot"):
        fill(SHIPPED, {"smtp.prot": 25})


@given(TEXT)
def test_any_text_survives(text: str) -> None:
    assert tomllib.loads(f"x = {toml(text)}") == {"x": text}


@given(st.dictionaries(TEXT, TEXT))
def test_any_table_survives(table: dict[str, str]) -> None:
    assert tomllib.loads(f"x = {toml(table)}") == {"x": table}
