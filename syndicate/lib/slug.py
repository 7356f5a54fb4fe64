"""A name → a word for addresses that nobody else has."""

from __future__ import annotations

from itertools import count

from django.db.models import Model
from django.utils.text import slugify


def free_slug(model: type[Model], name: str, longest: int = 50) -> str:
    """*name* as ``like-this``, numbered when it is taken."""
    base = slugify(name)[:longest] or "list"
    taken = model._default_manager.filter(slug__startswith=base).values_list("slug", flat=True)
    used = set(taken)
    numbered = (f"{base}-{n}" for n in count(2))
    return base if base not in used else next(slug for slug in numbered if slug not in used)
