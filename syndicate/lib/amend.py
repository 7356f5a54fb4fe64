"""Changing some of a row's fields, as a person gives them."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db.models import Model

from syndicate.lib.errors import BadInput


def amend(row: Model, values: Mapping[str, object]) -> set[str]:
    """Set those of *values* that differ from what *row* has, and name them; saves nothing.

    Texts lose the blanks around them. Raises BadInput naming the first field that cannot be so.
    """
    tidy = {name: v.strip() if isinstance(v, str) else v for name, v in values.items()}
    changed = {name for name, value in tidy.items() if getattr(row, name) != value}
    for name in changed:
        setattr(row, name, tidy[name])
    try:
        row.clean_fields(exclude={field.name for field in row._meta.fields} - changed)
    except ValidationError as error:
        name, reasons = next(iter(error.message_dict.items()))
        what = name.replace("_", " ")
        raise BadInput(f"“{tidy[name]}” cannot be the {what}.", " ".join(reasons)) from error
    return changed
