"""In which language Django speaks; our own pages say theirs themselves."""

from __future__ import annotations

from pathlib import Path

from django.conf import locale
from django.utils.translation import to_locale

LOCALES = Path(locale.__file__).parent


def spoken(tag: str) -> str:
    """The nearest to *tag* (``pt-BR``) in which Django has messages, else English.

    It refuses to start in any other.
    """
    tag = tag.lower()
    known = locale.LANG_INFO.get(tag, {})
    nearest = [tag, *known.get("fallback", []), tag.partition("-")[0]]
    return next(filter(_has_messages, nearest), "en")


def _has_messages(tag: str) -> bool:
    return (LOCALES / to_locale(tag) / "LC_MESSAGES").is_dir()
