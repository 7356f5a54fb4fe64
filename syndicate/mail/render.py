"""Edition → subject, preheader, HTML and text: rendered once, whoever reads it.

    rows ─ contents ─→ Jinja2 (sandboxed) ─→ premailer ─→ Rendered, with placeholders
                                                └─ too large? shorter articles, once more
    Rendered ─ personalise(Values) ─→ what one reader sees (previews; mail.message splices bytes)

What differs from reader to reader stands as a placeholder. In ``html`` a value must be HTML-escaped
where it is put in, in ``text`` it stands as it is.
"""

from __future__ import annotations

import hashlib
import html as htmllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from syndicate.lib.config import site
from syndicate.lib.css import inline
from syndicate.lib.errors import BadInput
from syndicate.mail.contents import contents, shared
from syndicate.mail.models import Edition
from syndicate.mail.placeholders import NAME, PLACEHOLDERS
from syndicate.mail.sandbox import fill
from syndicate.sources.models import Article

__all__ = ["PLACEHOLDERS", "Rendered", "Values", "confirmation", "personalise", "render"]

# Gmail cuts a mail at about 102 KB; what we add for each reader has its part of that.
BUDGET = 90_000

# What one article's body may take, in characters, from the whole to an excerpt alone.
_LIMITS = (BUDGET, 64_000, 44_000, 28_000, 14_000, 0)


@dataclass(frozen=True)
class Values:
    """What is one reader's own: a field for each placeholder. *name* may be empty."""

    name: str
    email: str
    unsubscribe_url: str
    preferences_url: str
    view_url: str


@dataclass(frozen=True)
class Rendered:
    """An edition as it will stand, or, still with placeholders, as it is kept.

    *personal*: its subject for readers who gave a name, with a placeholder; mostly empty.
    """

    subject: str
    preheader: str
    html: str
    text: str
    personal: str = ""

    @property
    def content_hash(self) -> str:
        """sha256 of all that readers see, hex."""
        parts = (self.subject, self.preheader, self.html, self.text, self.personal)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def render(edition: Edition, *, test: bool = False) -> Rendered:
    """The edition as it stands in the rows now; articles too long for a mail end in a link.

    *test* says so on top. Raises BadInput when its template fails or it is too large all the same.
    """
    articles = [entry.article for entry in edition.chosen()]
    made = next(_that_fit(edition, articles, test), None)
    if made is None:
        raise BadInput(
            f"“{edition.subject}” would be larger than {site().mail.max_html_kb} KB.",
            "Take out some of its articles: Gmail cuts longer mails off.",
        )
    return made


def personalise(rendered: Rendered, values: Values) -> Rendered:
    """Put one reader's values in."""
    html, text, subject = rendered.html, rendered.text, rendered.subject
    if values.name and rendered.personal:
        subject = rendered.personal.replace(NAME, values.name)
    for field, placeholder in PLACEHOLDERS.items():
        value = getattr(values, field)
        html = html.replace(placeholder, htmllib.escape(value))
        text = text.replace(placeholder, value)
    return Rendered(subject, rendered.preheader, html, text)


def confirmation(list_name: str, confirm_url: str, days: int) -> Rendered:
    """The mail that asks a new reader to confirm; made for one, so without placeholders."""
    subject = f"Please confirm: {list_name}"
    values = shared() | {"subject": subject, "list": list_name, "url": confirm_url, "days": days}
    html = inline(fill("confirm.html", values), site().publication.url)
    return Rendered(subject, "", html, fill("confirm.txt", values))


def notice(subject: str, paragraphs: Sequence[str], url: str) -> Rendered:
    """A mail to an editor about something that needs one."""
    values = shared() | {"subject": subject, "paragraphs": paragraphs, "url": url}
    html = inline(fill("notice.html", values), site().publication.url)
    return Rendered(subject, "", html, fill("notice.txt", values))


def _that_fit(edition: Edition, articles: Sequence[Article], test: bool) -> Iterator[Rendered]:
    """Renderings that may be sent, the fullest first."""
    most = site().mail.max_html_kb * 1000
    longest = max((len(article.body) for article in articles), default=0)
    for shorter, limit in zip((*_LIMITS[1:], 0), _LIMITS, strict=True):
        if shorter >= longest and limit:
            continue  # would come out the same as the next
        made = _fill(edition, contents(edition, articles, limit, test))
        if len(made.html.encode()) <= (min(BUDGET, most) if limit else most):
            yield made


def _fill(edition: Edition, values: dict[str, object]) -> Rendered:
    template = edition.newsletter.template
    html = inline(fill(f"{template}.html", values), site().publication.url)
    text = fill(f"{template}.txt", values)
    return Rendered(edition.subject, edition.preheader, html, text, edition.personal_subject)
