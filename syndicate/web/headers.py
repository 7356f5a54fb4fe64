"""What every answer says to the browser: only our own files, nothing inline, nobody frames us.

A view may set a ``Content-Security-Policy`` of its own; the middleware then leaves it alone.
Mail is shown with :func:`as_mail`, a page for other sites' frames with :func:`embeddable`.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

CSP = "Content-Security-Policy"

PAGE = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: https: http:",  # articles' pictures lie where they were published
    "font-src": "'self'",
    "connect-src": "'self'",
    "frame-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}

# A mail's styles are inline and its text came from outside: no script, no form, no cookie,
# an origin of its own. Its links may open a window that is free of these bonds.
MAIL = {
    "sandbox": "allow-popups allow-popups-to-escape-sandbox",
    "default-src": "'none'",
    "style-src": "'unsafe-inline'",
    "img-src": "data: https: http:",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'self'",
}


class Headers:
    """The middleware; it stands first, so that it sees every answer, errors too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, with headers."""
        response = self.get_response(request)
        response.headers.setdefault(CSP, policy(PAGE))
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=()")
        return response


def policy(directives: dict[str, str]) -> str:
    """``{"default-src": "'none'"}`` → the header's value."""
    return "; ".join(f"{name} {value}".strip() for name, value in directives.items())


def as_mail(response: HttpResponse) -> HttpResponse:
    """Mark *response* as the HTML of a mail: shown, framed by our own pages, and harmless."""
    response.headers[CSP] = policy(MAIL)
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def embeddable(response: HttpResponse) -> HttpResponse:
    """Let any site show *response* in a frame."""
    response.headers[CSP] = policy(PAGE | {"frame-ancestors": "*"})
    response.xframe_options_exempt = True  # read by XFrameOptionsMiddleware
    return response


def personal(response: HttpResponse) -> HttpResponse:
    """Keep a page that knows who you are out of caches, search engines and referrers."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
