"""The words of a post: an account's own template, else ``templates/social/<channel>.txt``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

import jinja2
import regex
from jinja2.sandbox import ImmutableSandboxedEnvironment

from syndicate import paths
from syndicate.lib.config import site
from syndicate.lib.errors import BadInput
from syndicate.lib.text import one_line, tidy
from syndicate.sources.models import Article

DEFAULT = "default.txt"
_TAGS = 5
_WORD = regex.compile(r"\w+")
_HINT = "It may use title, summary, link, author, source, publication, tags and hashtags."
# What an expression in a template can raise besides jinja2's own errors.
_SLIPS = (jinja2.TemplateError, TypeError, ValueError, ArithmeticError)


def template(channel: str, own: str = "") -> Callable[[Article, str, str], str]:
    """``render(article, title, summary)`` for an account's *own* text. Raises BadInput."""
    compiled = _compile(channel, own)

    def render(article: Article, title: str, summary: str) -> str:
        values = variables(article) | {"title": title, "summary": summary}
        try:
            return tidy(compiled.render(values))
        except _SLIPS as error:
            raise BadInput(f"The template of a {channel} post fails: {error}.", _HINT) from error

    return render


def variables(article: Article) -> dict[str, object]:
    """What a template may use."""
    return {
        "title": one_line(article.title),
        "summary": one_line(article.summary),
        "link": article.url,
        "author": one_line(article.author),
        "source": article.source.name,
        "publication": site().publication.name,
        "tags": list(article.tags),
        "hashtags": " ".join(hashtags(article.tags)),
    }


def hashtags(tags: Iterable[str]) -> list[str]:
    """``["Sea power", "2026"]`` → ``["#SeaPower"]``: a number alone is no hashtag."""
    joined = ["".join(_capital(tag)) for tag in tags]
    return [f"#{tag}" for tag in dict.fromkeys(joined) if tag and not tag.isdecimal()][:_TAGS]


def _capital(tag: str) -> list[str]:
    words = _WORD.findall(tag)
    return words if len(words) == 1 else [word[:1].upper() + word[1:] for word in words]


def _compile(channel: str, own: str) -> jinja2.Template:
    try:
        if own:
            return _environment().from_string(own)
        return _environment().select_template([f"{channel}.txt", DEFAULT])
    except jinja2.TemplateSyntaxError as error:
        raise BadInput(
            f"The template of a {channel} post is wrong in line {error.lineno}: {error.message}.",
            _HINT,
        ) from error


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    folders = [paths.home() / "templates" / "social", paths.shipped("templates") / "social"]
    # Plain text: nothing is to be escaped.
    return ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader(folders), undefined=jinja2.StrictUndefined
    )
