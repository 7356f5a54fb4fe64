"""An editorial act: asked by POST, done by a wing, told on the next page."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from syndicate.lib.errors import SyndicateError

log = logging.getLogger(__name__)


def act(request: HttpRequest, deed: Callable[[], object], done: str, back: str) -> HttpResponse:
    """Do it, say so, and return to where the form says, else to *back*.

    What cannot be done changes nothing, and the page says why. A *deed* that returns a text has it
    told instead of *done*.
    """
    try:
        told = deed()
    except SyndicateError as error:
        messages.error(request, str(error))
    except DatabaseError as error:
        # A full disk or a locked database: the editor can try again, so this is no crash.
        log.error("the database did not take an editor's act: %s", error)
        messages.error(request, "The database did not take it. Nothing was changed; try again.")
    else:
        messages.success(request, told if isinstance(told, str) and told else done)
    return redirect(_inside(request.POST.get("back", "")) or back)


def by(request: HttpRequest) -> AbstractBaseUser:
    """Who acts; the middleware let nobody else in."""
    if not isinstance(request.user, AbstractBaseUser):
        raise PermissionDenied
    return request.user


def _inside(address: str) -> str:
    """*address* if it stays on these pages: a form must not send an editor elsewhere."""
    local = address.startswith("/") and url_has_allowed_host_and_scheme(address, None)
    return address if local else ""
