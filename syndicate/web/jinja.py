"""The Jinja2 environment of our own pages (mail and posts have sandboxed ones of their own)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from jinja2 import Environment, StrictUndefined

from syndicate.lib.config import site


def environment(**options: Any) -> Environment:
    """What Django's Jinja2 backend asks for; a name misspelled in a template is an error."""
    env = Environment(**options | {"undefined": StrictUndefined, "autoescape": True})  # noqa: S701
    env.trim_blocks = env.lstrip_blocks = True
    env.globals |= {
        "url": reverse_with,
        "static": static,
        "publication": lambda: site().publication,
    }
    env.filters["when"] = when
    return env


def reverse_with(name: str, *args: Any, **kwargs: Any) -> str:
    """``url("desk:edition", edition.pk)``."""
    return reverse(name, args=args, kwargs=kwargs)


def when(moment: datetime | None, format: str = "j M Y, H:i") -> str:
    """A moment in the publication's time zone; an absent one is a dash."""
    return "–" if moment is None else date_format(timezone.localtime(moment), format)
