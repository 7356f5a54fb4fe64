"""The Jinja2 environment of mail: a site's templates, and subjects that editors write.

Templates see plain values (mail.contents), never rows, and cannot reach into Python: what an
editor may write must not become what an operator may do.
"""

from __future__ import annotations

import textwrap
from functools import cache

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment

from syndicate import paths
from syndicate.lib.errors import BadInput

# A slip in a template may raise any of these, besides Jinja's own.
_SLIPS = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError)


def fill(template: str, values: dict[str, object]) -> str:
    """``templates/mail/<template>`` with *values*; a site's own file shadows ours.

    Raises BadInput, naming the template and, where known, the line.
    """
    try:
        return environment().get_template(template).render(values)
    except TemplateNotFound as error:
        raise BadInput(
            f"There is no template {error.name}.",
            "Put it in the site's templates/mail folder, or choose another design.",
        ) from error
    except _SLIPS as error:
        raise _mistake(f"templates/mail/{template}", error) from error


def fill_line(source: str, values: dict[str, object]) -> str:
    """A template that is itself one line of text (a subject), on one line again."""
    try:
        return " ".join(environment().from_string(source).render(values).split())
    except _SLIPS as error:
        raise _mistake(f"“{source}”", error) from error


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """Undefined names are errors: a mail must not go out with a hole in it."""
    env = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader([paths.home() / "templates/mail", paths.shipped("templates/mail")]),
        undefined=StrictUndefined,
        autoescape=lambda name: name is not None and name.endswith(".html"),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters["fold"] = fold
    return env


def fold(text: str, width: int = 72) -> str:
    """Wrap each line of plain text; addresses stay whole."""
    wrap = textwrap.TextWrapper(width, break_long_words=False, break_on_hyphens=False)
    return "\n".join(wrap.fill(line) for line in text.splitlines())


def _mistake(where: str, error: Exception) -> BadInput:
    line = getattr(error, "lineno", None)
    place = f"{where}, line {line}" if line else where
    return BadInput(
        f"The template {place} fails: {str(error).rstrip('.')}.", "Mend it, then try again."
    )
