"""What every page for readers has in common: no login, no cookie, nobody told who reads.

Nothing here depends on a cookie, so another site cannot abuse one: what may be done is said by a
token in the address, or open to all. Django's CSRF token would add nothing and would break the form
on another site, in a frame, and in a browser that keeps no cookies.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from syndicate.lib import tokens
from syndicate.lib.errors import BadInput
from syndicate.web.headers import personal

View = Callable[..., HttpResponse]


def readable(view: View) -> View:
    """A page to look at: GET and HEAD."""
    shown: View = login_not_required(require_safe(view))
    return shown


def answering(view: View) -> View:
    """A page with a form: GET and HEAD show it, POST alone acts."""
    shown: View = login_not_required(
        csrf_exempt(require_http_methods(["GET", "HEAD", "POST"])(view))
    )
    return shown


def page(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    """Render ``templates/public/<template>.html``."""
    return render(request, f"public/{template}.html", context, status=status)


def own_page(
    request: HttpRequest, template: str, status: int = 200, **context: Any
) -> HttpResponse:
    """A page about one reader: not cached, not indexed, not told to the next site."""
    return personal(page(request, template, status, **context))


def way(purpose: str, pk: int) -> str:
    """Where a signed link for *purpose* leads, on the host that the visitor already is on."""
    return reverse(f"public:{purpose}", args=[tokens.sign(purpose, pk)])


def dead_end(request: HttpRequest, error: BadInput, status: int = 404) -> HttpResponse:
    """A personal link that is forged, gone or too old: what is the matter, and where to go."""
    return own_page(request, "dead_end", status, error=error)
