"""What all hooks have in common: machines call, without a cookie, and get one plain sentence.

Who may say something is told by a token, so another site's form could do nothing that its author
could not do alone: Django's CSRF token would add nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from syndicate.lib.config import site
from syndicate.lib.errors import BadInput

View = Callable[..., HttpResponse]


class Turned(BadInput):
    """A call that is not taken; *status* says why."""

    def __init__(self, status: int, message: str, hint: str = "", **headers: str) -> None:
        super().__init__(message, hint)
        self.status = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def hook(view: View) -> View:
    """An address for machines; what it raises is answered in words."""

    @functools.wraps(view)
    def answered(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Turned as error:
            return plain(str(error), error.status, error.headers)
        except BadInput as error:
            return plain(str(error), 400)

    open_to_all: View = login_not_required(csrf_exempt(answered))
    return open_to_all


def plain(text: str, status: int, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """One sentence, or nothing."""
    return HttpResponse(
        f"{text}\n" if text else "",
        status=status,
        content_type="text/plain; charset=utf-8",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def body(request: HttpRequest) -> bytes:
    """All that was sent, as it was sent. Raises Turned when that is too much."""
    most = site().sources.max_bytes
    # The length first: what is announced as too long need not be read at all.
    said = request.META.get("CONTENT_LENGTH") or "0"
    found = b"" if said.isdecimal() and int(said[:12]) > most else request.read(most + 1)
    if len(found) > most or (said.isdecimal() and int(said[:12]) > most):
        raise Turned(413, f"This is larger than {most / 1_000_000:g} MB.", "Send less.")
    return found
