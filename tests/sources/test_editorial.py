"""What an editor does to articles and sources."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syndicate.lib.errors import BadInput
from syndicate.sources import editorial
from syndicate.sources.models import Article, Source
from tests import rows
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=3)


@pytest.mark.parametrize("state", ["held", "seen", "withdrawn"])
def test_what_waits_is_let_go_from_now_on(state: str) -> None:
    article = rows.article(state=state, state_reason="why", available_at=NOON - timedelta(days=9))
    editorial.release(article, LATER)
    assert (article.state, article.state_reason, article.available_at) == ("new", "", LATER)
    assert list(Article.objects.ready(LATER)) == [article]


def test_what_is_on_its_way_is_not_let_go_again() -> None:
    article = rows.article()
    with pytest.raises(BadInput, match="on its way already"):
        editorial.release(article, LATER)
    assert article.available_at == NOON


def test_what_has_no_link_cannot_be_shared() -> None:
    with pytest.raises(BadInput, match="no link to share"):
        editorial.release(rows.article(state="held", url=""), LATER)


def test_an_article_is_taken_back() -> None:
    article = rows.article()
    editorial.withdraw(article)
    assert (article.state, article.state_reason) == ("withdrawn", "An editor took it back.")
    assert not Article.objects.ready(LATER).exists()


def test_a_paused_source_is_not_looked_at_until_it_is_resumed() -> None:
    source = rows.source()
    editorial.pause(source)
    assert not Source.objects.due(LATER).exists()
    with pytest.raises(BadInput, match="is paused"):
        editorial.look_now(source, LATER)
    editorial.resume(source, LATER)
    assert list(Source.objects.due(LATER)) == [source]


def test_a_look_now_is_a_full_one() -> None:
    source = rows.source(next_check=LATER + timedelta(days=1), full_look_at=NOON)
    editorial.look_now(source, LATER)
    assert (source.next_check, source.full_look_at) == (LATER, None)
