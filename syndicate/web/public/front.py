"""The first page: what this is, how to get it, and the newest editions."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from syndicate.audience.models import MailingList
from syndicate.lib import clock
from syndicate.lib.config import site
from syndicate.mail.contents import colours
from syndicate.web.public.archive import public_editions
from syndicate.web.public.arrivals import came_by, counting
from syndicate.web.public.choice import choices
from syndicate.web.public.page import page, readable
from syndicate.web.public.signup import blank

NEWEST = 5


@readable
@counting
def front(request: HttpRequest) -> HttpResponse:
    """A form and a few editions."""
    offered = [*MailingList.objects.filter(public=True)]
    form = blank(offered, clock.now(), came_by(request))
    ticked = [wanted.slug for wanted in form.wanted]
    newest = public_editions()[:NEWEST]
    return page(request, "front", form=form, choices=choices(offered, ticked), editions=newest)


@readable
def accent(request: HttpRequest) -> HttpResponse:
    """The publication's colour as a style sheet: a style inside the page is not allowed."""
    colour = colours(site().publication)
    text = (
        f":root {{ --accent: {colour['button']}; --on-accent: {colour['on_button']}; "
        f"--link: {colour['link']}; }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ --link: {colour['link_dark']}; }} }}\n"
    )
    return HttpResponse(
        text, content_type="text/css; charset=utf-8", headers={"Cache-Control": "max-age=300"}
    )
