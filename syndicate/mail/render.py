"""Edition → subject, preheader, HTML and text: rendered once, whoever reads it.

    rows ─ contents ─→ Jinja2 (sandboxed) ─→ premailer ─→ Rendered, with placeholders
                                                └─ too large? shorter articles, once more
    Rendered ─ personalise(Values) ─→ what one reader sees (previews; mail.message splices bytes)

What differs from reader to reader stands as a placeholder. Links are URL-shaped, because the
inliner rewrites what does not look like an address; none is the beginning of another. In ``html``
a value must be HTML-escaped where it is put in, in ``text`` it stands as it is.
"""

from __future__ import annotations

import dataclasses
import html as htmllib
from dataclasses import dataclass

# No article may bring this along: mail.contents removes it, or a link in an article could carry
# a reader's unsubscribe address to another host.
MARK = "syndicate0slot"

PLACEHOLDERS = {
    "name": f"{MARK}_name_0",
    "email": f"{MARK}_email_0",
    "unsubscribe_url": f"https://placeholder.invalid/{MARK}_unsubscribe_0",
    "preferences_url": f"https://placeholder.invalid/{MARK}_preferences_0",
    "view_url": f"https://placeholder.invalid/{MARK}_view_0",
}


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
    """An edition as it will stand, or, still with placeholders, as it is kept."""

    subject: str
    preheader: str
    html: str
    text: str


def personalise(rendered: Rendered, values: Values) -> Rendered:
    """Put one reader's values in."""
    html, text = rendered.html, rendered.text
    for field, placeholder in PLACEHOLDERS.items():
        value = getattr(values, field)
        html = html.replace(placeholder, htmllib.escape(value))
        text = text.replace(placeholder, value)
    return dataclasses.replace(rendered, html=html, text=text)
