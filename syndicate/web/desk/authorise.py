"""Connecting an account by authorising us on its platform, and coming back.

::

    the app's form ─→ social.authorise.begin ─→ kept in the editor's session ─→ a page that leads on
    /desk/accounts/back?… ─→ is it what this editor began, and not used yet? ─→ end
        ─→ connected, or connected again, and tested ─→ the account's page

A form may not send an editor to another host (Content-Security-Policy), so a page stands between
that says where one goes.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from syndicate.audience import limits
from syndicate.lib import clock
from syndicate.lib.config import site
from syndicate.lib.errors import BadInput, SyndicateError
from syndicate.social import authorise
from syndicate.social.models import Account
from syndicate.web.desk.accounts import AppForm, ConnectForm, back, connecting
from syndicate.web.desk.page import page

# In the session: mark → what was begun, sealed; or what is left of it once it was answered.
KEPT = "authorising"
# An editor may begin in several windows; more than so many are a mistake.
MOST = 5
USED: dict[str, Any] = {}


@require_POST
def account_new_authorise(request: HttpRequest, channel: str) -> HttpResponse:
    """Begin to connect an account on *channel*."""
    return _begin(request, channel, None)


@require_POST
def account_authorise(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin to connect an account again."""
    one = get_object_or_404(Account, pk=pk)
    return _begin(request, one.channel, one)


@require_GET
def account_back(request: HttpRequest) -> HttpResponse:
    """The platform sent an editor back."""
    mark = authorise.mark(request.GET.dict())
    begun = request.session.get(KEPT, {}).get(mark)
    where = reverse("desk:accounts")
    try:
        if begun is None:
            raise _strange()
        where = begun.get("where", where)
        _use(request, mark, begun)
        return redirect("desk:account", _end(request, begun).pk)
    except SyndicateError as error:
        messages.error(request, str(error))
    return redirect(where)


def _begin(request: HttpRequest, channel: str, one: Account | None) -> HttpResponse:
    try:
        leaf, app = authorise.able(channel)
    except BadInput as error:
        raise Http404(str(error)) from error
    form = AppForm(app, one, request.POST)
    if form.is_valid():
        try:
            _refuse_another_door(request)
            now = clock.now()
            waiting = authorise.begin(channel, form.app, back(), now, one)
            _keep(request, waiting, form, one, now)
            return page(
                request, "account_away", section="accounts", account=one, label=leaf.label,
                yes=waiting.url, there=urlsplit(waiting.url).netloc,
            )  # fmt: skip
        except SyndicateError as error:
            form.add_error(None, str(error))
    return connecting(request, channel, ConnectForm(leaf, again=one is not None), one, form)


def _refuse_another_door(request: HttpRequest) -> None:
    """The platform sends an editor to site.base_url, where another host's login does not hold."""
    if request.get_host() != urlsplit(site().site.base_url).netloc:
        raise BadInput(
            f"One comes back to {site().site.base_url}, and you are at {request.get_host()}.",
            "Open the desk there; or if that is not its address, set site.base_url.",
        )


def _keep(
    request: HttpRequest,
    waiting: authorise.Waiting,
    form: AppForm,
    one: Account | None,
    now: datetime,
) -> None:
    again = reverse("desk:account_reconnect", args=[one.pk]) if one else ""
    begun = {
        "sealed": waiting.sealed,
        "account": one.pk if one else None,
        "approval": form.cleaned_data.get("approval", ""),
        "where": again or request.path.rpartition("/")[0],
        "at": now.isoformat(),
    }
    others = list(request.session.get(KEPT, {}).items())[-MOST + 1 :]
    request.session[KEPT] = dict(others) | {waiting.mark: begun}


def _use(request: HttpRequest, mark: str, begun: dict[str, Any]) -> None:
    """An answer is good once: by the session, and by a row where two windows bring it at once."""
    request.session[KEPT] = request.session[KEPT] | {mark: USED}
    key = f"authorise:{hashlib.sha256(mark.encode()).hexdigest()[:32]}"
    if begun == USED or not limits.once(key, datetime.fromisoformat(begun["at"])):
        raise BadInput("This answer was used already.", "If the account is not there, begin again.")


def _end(request: HttpRequest, begun: dict[str, Any]) -> Account:
    """Connect what was begun, and say so. Raises BadInput, NotSent."""
    now = clock.now()
    one = Account.objects.filter(pk=begun["account"]).first() if begun["account"] else None
    if begun["account"] and one is None:
        raise BadInput("The account is gone.", "Connect it as a new one.")
    came = authorise.end(begun["sealed"], request.GET.dict(), now)
    if one is None:
        one = authorise.connect(came, now, begun["approval"])
        messages.success(request, f"It works: we are {one} there. Articles found from now on go.")
        return one
    handle = authorise.reconnect(one, came)
    messages.success(request, f"It works: we are {handle} there. What waited goes now.")
    if handle != one.name:
        messages.warning(request, f"It is called {one} here. If that is another, connect it again.")
    return one


def _strange() -> BadInput:
    return BadInput(
        "This answer belongs to nothing that was begun at this login.",
        "Begin again, and come back in the same browser.",
    )
