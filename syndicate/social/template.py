"""The words of a post: an account's own template, else ``templates/social/<channel>.txt``.

A post without a link is made by ``<channel>-without-link.txt``, else ``without-link.txt``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path

import jinja2
import regex
from jinja2 import meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from syndicate import paths
from syndicate.lib.config import site
from syndicate.lib.errors import BadInput
from syndicate.lib.html import to_text
from syndicate.lib.text import one_line, tidy
from syndicate.social.fit import Words
from syndicate.social.habits import Habits
from syndicate.social.mapping import mapping
from syndicate.social.utm import tagged
from syndicate.sources.models import Article

DEFAULT = "default.txt"
WITHOUT_LINK = "without-link.txt"
_WORD = regex.compile(r"\w+")
_QUOTE = re.compile(r"<blockquote[^>]*>(.*?)</blockquote>", re.DOTALL)
_HINT = (
    "It may use title, summary, quote, link, author, source, publication, language, tags, "
    "hashtags and reshare."
)
# What an expression in a template can raise besides jinja2's own errors.
_SLIPS = (jinja2.TemplateError, TypeError, ValueError, ArithmeticError)


def template(
    channel: str, own: str = "", *, linked: bool = True
) -> Callable[[Mapping[str, object], Words], str]:
    """``render(variables, words)`` for an account's *own* text. Raises BadInput."""
    compiled, names = _compile(channel, own, linked)

    def render(known: Mapping[str, object], words: Words) -> str:
        title = words.title
        if known["reshare"] and "reshare" not in names:
            title = f"{known['reshare']} {title}"
        values = {"title": title, "summary": words.summary, "quote": words.quote}
        try:
            return tidy(compiled.render({**known, **values}, hashtags=" ".join(words.hashtags)))
        except _SLIPS as error:
            raise BadInput(f"The template of a {channel} post fails: {error}.", _HINT) from error

    return render


def variables(article: Article, habits: Habits, round: int = 0) -> dict[str, object]:
    """What a template may use, besides :class:`Words`; *round* is not 0 when shared again."""
    publication = site().publication
    return {
        "link": link(article, habits),
        "author": author(article.author, mapping(habits.mentions)),
        "source": article.source.name,
        "publication": publication.name,
        "language": article.language or publication.language,
        "tags": list(article.tags),
        "reshare": one_line(habits.reshare_words) if round else "",
    }


def words(article: Article, habits: Habits) -> Words:
    """What of *article* may be shortened to fit."""
    title, summary = one_line(article.title), one_line(article.summary)
    # The title said twice, “A pier: it opened”; not a sentence that begins like it.
    if (said := summary.removeprefix(title)) != summary and said.strip()[:1] in ".:–—-":
        summary = one_line(said.lstrip(" .:–—-"))
    tags = hashtags(article.tags, mapping(habits.hashtags), habits.most_hashtags)
    return Words(title, summary, quote(article.body), tuple(tags))


def link(article: Article, habits: Habits) -> str:
    """The link as it stands in a post; "" where posts carry none."""
    utm = (habits.utm_source, habits.utm_medium, habits.utm_campaign)
    return tagged(article.url, *utm) if habits.link else ""


def hashtags(tags: Iterable[str], known: Mapping[str, str], most: int) -> list[str]:
    """``["Sea power", "2026"]`` → ``["#SeaPower"]``: a number alone is no hashtag.

    *known*: a tag in lower case → what stands for it, one or more, or nothing.
    """
    found = [one for tag in tags for one in _hashtag(tag, known)]
    return list(dict.fromkeys(found))[:most]


def author(line: str, handles: Mapping[str, str]) -> str:
    """Names, each as the platform knows it where it does."""
    names = [one_line(name) for name in line.split(",")]
    return ", ".join(handles.get(name.casefold()) or name for name in names)


def quote(body: str) -> str:
    """The first quotation of an article's sanitised HTML, in one line."""
    found = _QUOTE.search(body)
    return one_line(to_text(found.group(1))) if found else ""


def _hashtag(tag: str, known: Mapping[str, str]) -> list[str]:
    given = known.get(one_line(tag).casefold())
    if given is not None:
        return [f"#{one.lstrip('#')}" for one in given.split() if one.strip("#")]
    joined = "".join(_capital(tag))
    return [f"#{joined}"] if joined and not joined.isdecimal() else []


def _capital(tag: str) -> list[str]:
    found = _WORD.findall(tag)
    return found if len(found) == 1 else [word[:1].upper() + word[1:] for word in found]


def _compile(channel: str, own: str, linked: bool) -> tuple[jinja2.Template, frozenset[str]]:
    """The template, and the names it uses."""
    without = [f"{channel}-without-link.txt", WITHOUT_LINK]
    try:
        if own:
            return _environment().from_string(own), _names(own)
        found = _environment().select_template([f"{channel}.txt", DEFAULT] if linked else without)
        return found, _names(Path(found.filename or "").read_text(encoding="utf-8"))
    except jinja2.TemplateSyntaxError as error:
        raise BadInput(
            f"The template of a {channel} post is wrong in line {error.lineno}: {error.message}.",
            _HINT,
        ) from error


@lru_cache(maxsize=256)
def _names(text: str) -> frozenset[str]:
    return frozenset(meta.find_undeclared_variables(_environment().parse(text)))


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    folders = [paths.home() / "templates" / "social", paths.shipped("templates") / "social"]
    # Plain text: nothing is to be escaped.
    return ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader(folders), undefined=jinja2.StrictUndefined
    )
