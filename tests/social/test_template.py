"""The words of a post, in a sandbox."""

from __future__ import annotations

import pytest

from syndicate.lib.errors import BadInput
from syndicate.social.template import hashtags, template
from tests import rows


def rendered(own: str, **values: object) -> str:
    return template("x", own)(rows.article(**values), "A pier", "It opened.")


@pytest.mark.django_db
def test_the_default_holds_title_summary_and_link() -> None:
    text = rendered("", url="https://harbour.example.org/1")
    assert text == "A pier\n\nIt opened.\n\nhttps://harbour.example.org/1"


@pytest.mark.django_db
def test_an_account_may_have_its_own_words() -> None:
    own = "{{ publication }}: {{ title }} {{ hashtags }} {{ link }}"
    text = rendered(own, tags=["Sea power", "2026", "port"], url="https://harbour.example.org/1")
    assert text == "The Harbour Review: A pier #SeaPower #port https://harbour.example.org/1"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "own",
    [
        "{{ titel }}",
        "{{ title.__class__.__mro__ }}",
        "{{ title",
        "{{ 1 / 0 }}",
        "{% for n in range(10**9) %}x{% endfor %}",
    ],
)
def test_a_template_that_fails_names_itself(own: str) -> None:
    with pytest.raises(BadInput, match="template of a x post"):
        rendered(own)


def test_hashtags_are_words_and_no_more_than_five() -> None:
    assert hashtags(["a-b c", "x", "x", "1", "", "c", "d", "e", "f"]) == [
        "#ABC",
        "#x",
        "#c",
        "#d",
        "#e",
    ]
