"""What a visitor is told when no page could be made: our mistake, or no room to write for now."""

from __future__ import annotations

import errno
import sys

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views.defaults import server_error

from syndicate.lib import database


def trouble(request: HttpRequest) -> HttpResponse:
    """Django's handler500; it stands within the error's own ``except``."""
    if not _is_passing(sys.exc_info()[1]):
        return server_error(request)
    content = loader.get_template("503.html").render({"desk": request.path.startswith("/desk")})
    return HttpResponse(content, status=503, headers={"Retry-After": "60"})


def _is_passing(error: BaseException | None) -> bool:
    """A full disk, or a database that is busy or restarts: later it will work."""
    if isinstance(error, OSError):
        return error.errno == errno.ENOSPC
    return isinstance(error, Exception) and database.is_passing(error)
