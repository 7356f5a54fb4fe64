"""The login: Django's own, patient with forgetful editors but not with machines."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse

from syndicate.audience import limits
from syndicate.lib import clock
from syndicate.web.visitor import network

TRIES_AN_HOUR = 20  # from one network


class Door(LoginView):
    """Who passes is an editor."""

    template_name = "desk/login.html"
    redirect_authenticated_user = True
    extra_context = {"too_many": False}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """After too many tries no password is even looked at."""
        if limits.allow("login", network(request), TRIES_AN_HOUR, clock.now()):
            return super().post(request, *args, **kwargs)
        context = self.get_context_data(form=AuthenticationForm(request))
        return self.render_to_response(context | {"too_many": True}, status=429)
