"""Where one lands who asks for an act as if it were a page.

/desk/editions/7/save, after a login that came between a form and its answer → /desk/editions/7
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse


class Landing:
    """The middleware: an act's address, asked for by GET, leads to the page the act stands on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or lead on."""
        response = self.get_response(request)
        desk = reverse("desk:home")
        asked = request.method == "GET" and request.path.startswith(desk)
        if asked and response.status_code == 405:
            return redirect(above(request.path, desk))
        return response


def above(path: str, desk: str) -> str:
    """The nearest address above *path* that there is; at last the *desk* itself."""
    while (path := path.rpartition("/")[0]) and path.startswith(desk):
        try:
            resolve(path)
        except Resolver404:
            continue
        return path
    return desk
