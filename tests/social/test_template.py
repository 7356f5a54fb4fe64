"""The words of a post, in a sandbox."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from syndicate.lib.errors import BadInput
from syndicate.social.habits import Habits
from syndicate.social.template import author, hashtags, quote, template, variables, words
from tests import rows

LINK = "https://harbour.example.org/1"
PLAIN = Habits()


def rendered(own: str, habits: Habits = PLAIN, round: int = 0, **values: object) -> str:
    told = {"title": "A pier", "summary": "It opened.", "url": LINK}
    article = rows.article(**told | values)
    render = template("x", own, linked=habits.link)
    return render(variables(article, habits, round), words(article, habits))


@pytest.mark.django_db
def test_the_default_holds_title_summary_and_link() -> None:
    assert rendered("") == f"A pier\n\nIt opened.\n\n{LINK}"


@pytest.mark.django_db
def test_without_a_link_the_publication_is_named() -> None:
    assert rendered("", Habits(link=False)) == "A pier\n\nIt opened.\n\nThe Harbour Review"


@pytest.mark.django_db
def test_a_link_says_where_its_readers_came_from() -> None:
    habits = Habits(utm_source="mastodon", utm_campaign="spring sale")
    utm = "utm_source=mastodon&utm_medium=social&utm_campaign=spring+sale"
    assert rendered("{{ link }}", habits) == f"{LINK}?{utm}"


@pytest.mark.django_db
@pytest.mark.parametrize("own", ["{{ title }}", "{{ reshare }} {{ title }}"])
def test_what_is_shared_again_says_so_once(own: str) -> None:
    habits = Habits(reshare_words="From the archive:")
    assert rendered(own, habits) == "A pier"
    assert rendered(own, habits, round=1) == "From the archive: A pier"


@pytest.mark.django_db
def test_a_template_may_quote_and_name_the_author_as_the_platform_knows_her() -> None:
    habits = Habits(mentions="Ada Example = @ada@social.example")
    body = "<p>She said:</p><blockquote><p>It is <em>long</em>.</p></blockquote>"
    own = "“{{ quote }}” {{ author }} ({{ language }})"
    text = rendered(own, habits, body=body, author="Ada Example, Bob", language="de")
    assert text == "“It is long.” @ada@social.example, Bob (de)"


@pytest.mark.django_db
def test_an_account_may_have_its_own_words() -> None:
    own = "{{ publication }}: {{ title }} {{ hashtags }} {{ link }}"
    text = rendered(own, tags=["Sea power", "2026", "port"])
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


@pytest.mark.django_db
def test_the_page_on_channels_names_all_that_a_template_may_use() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "channels.md"
    section = page.read_text(encoding="utf-8").partition("## Words")[2].partition("### Habits")[0]
    told = set(re.findall(r"`(\w+)`", section))
    article = rows.article()
    assert {*variables(article, PLAIN), *vars(words(article, PLAIN))} <= told


def test_hashtags_are_words_and_no_more_than_wanted() -> None:
    tags = ["a-b c", "x", "x", "1", "", "c", "d", "e", "f"]
    assert hashtags(tags, {}, 5) == ["#ABC", "#x", "#c", "#d", "#e"]
    assert hashtags(tags, {}, 0) == []


def test_a_map_says_how_a_tag_reads_there() -> None:
    known = {"sea power": "#Seamacht", "internal": "", "port": "Hafen #Harbour"}
    tags = ["Sea Power", "internal", "port", "pier"]
    assert hashtags(tags, known, 9) == ["#Seamacht", "#Hafen", "#Harbour", "#pier"]


def test_authors_without_a_handle_keep_their_names() -> None:
    assert author("Ada, Bob", {"bob": "@bob"}) == "Ada, @bob"
    assert author("", {"bob": "@bob"}) == ""


def test_an_article_without_a_quotation_has_none() -> None:
    assert quote("<p>Nobody said a word.</p>") == ""
