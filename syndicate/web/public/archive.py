"""What was sent, for everybody to read: a list, each edition, and a feed of them.

Editions of lists that are not public stay out of the list and the feed; their readers reach them
by the link in the mail, whose key nobody guesses.
"""

from __future__ import annotations

import re
from html import escape

from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.feedgenerator import Atom1Feed

from syndicate.audience.links import absolute
from syndicate.lib.config import site
from syndicate.mail.links import view_url
from syndicate.mail.models import Edition, EditionArticle
from syndicate.mail.render import Rendered, Values, personalise
from syndicate.web.headers import as_mail
from syndicate.web.public.arrivals import counting
from syndicate.web.public.page import page, readable

AT_ONCE = 30
IN_FEED = 20


@readable
@counting
def archive(request: HttpRequest) -> HttpResponse:
    """All editions, newest first."""
    editions = Paginator(public_editions(), AT_ONCE).get_page(request.GET.get("page"))
    return page(request, "archive", editions=editions)


@readable
@counting
def edition(request: HttpRequest, key: str) -> HttpResponse:
    """One edition as it was sent, without anybody's name or personal links."""
    sent = Edition.objects.archived().select_related("newsletter__list")
    found = get_object_or_404(sent, key=key)
    mail = Rendered(found.subject, found.preheader, found.html, found.text)
    bar = render_to_string("public/_bar.html", {"edition": found}, request)
    html = _with_bar(personalise(mail, _nobody(found)).html, bar)
    return as_mail(_unindexed(HttpResponse(html), found))


@readable
def feed(request: HttpRequest) -> HttpResponse:
    """The newest editions as Atom."""
    publication = site().publication
    made = Atom1Feed(
        title=f"{publication.name}: newsletter",
        link=absolute("/archive"),
        description=publication.tagline,
        language=publication.language,
        feed_url=absolute("/archive/feed.xml"),
        author_name=publication.name,
    )
    for sent in public_editions()[:IN_FEED]:
        made.add_item(
            title=sent.subject,
            link=view_url(sent),
            description=_contents(sent),
            unique_id=view_url(sent),
            pubdate=sent.started_at,
            updateddate=sent.started_at,
        )
    return HttpResponse(made.writeString("utf-8"), content_type="application/atom+xml")


def public_editions() -> QuerySet[Edition]:
    """Editions of public lists, newest first, each with the articles ``inside`` it."""
    chosen = EditionArticle.objects.filter(included=True).select_related("article")
    return (
        Edition.objects.archived()
        .filter(newsletter__list__public=True)
        .select_related("newsletter")
        .prefetch_related(Prefetch("entries", chosen, to_attr="inside"))
        .defer("html", "text")
    )


def _nobody(edition: Edition) -> Values:
    elsewhere = absolute("/your-mail")
    return Values(
        name="",
        email="each of its readers",
        unsubscribe_url=elsewhere,
        preferences_url=elsewhere,
        view_url=view_url(edition),
    )


def _with_bar(html: str, bar: str) -> str:
    """*html* with our own line on top; a mail without a body element gets it in front."""
    start = re.search(r"<body[^>]*>", html, re.IGNORECASE)
    place = start.end() if start else 0
    return html[:place] + bar + html[place:]


def _unindexed(response: HttpResponse, edition: Edition) -> HttpResponse:
    if not edition.newsletter.list.public:
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def _contents(edition: Edition) -> str:
    items = "".join(
        f'<li><a href="{escape(entry.article.url)}">{escape(entry.article.title)}</a></li>'
        for entry in edition.inside  # type: ignore[attr-defined]  # from public_editions
    )
    return f"<p>{escape(edition.preheader)}</p><ul>{items}</ul>"
