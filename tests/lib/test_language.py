"""The language of Django's own messages."""

from __future__ import annotations

import pytest
from django.conf.locale import LANG_INFO
from django.utils import translation

from syndicate.lib.language import spoken


@pytest.mark.parametrize(
    ("tag", "language"),
    [("en", "en"), ("pt-BR", "pt-br"), ("de-CH", "de"), ("zh-CN", "zh-hans"), ("la", "en")],
)
def test_the_nearest_is_taken(tag: str, language: str) -> None:
    assert spoken(tag) == language


def test_django_has_messages_in_each() -> None:
    assert all(translation.check_for_language(spoken(tag)) for tag in LANG_INFO)
