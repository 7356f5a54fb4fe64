"""Accounts: connect one, test it, pause it. Its forms are made from what its channel declares."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from syndicate.lib import clock
from syndicate.lib.config import site
from syndicate.lib.errors import BadInput, SyndicateError
from syndicate.social import editorial
from syndicate.social.channels import CHANNELS, kind
from syndicate.social.channels.base import Channel
from syndicate.social.channels.fields import Field, entries
from syndicate.social.models import Account
from syndicate.sources.models import Source
from syndicate.web.desk.act import act
from syndicate.web.desk.page import page

WHO = "Who lets posts go"
APPROVALS = [
    (Account.Approval.HOLD, "an editor approves each post"),
    (Account.Approval.AUTO, "posts go out by themselves"),
]


class ChannelForm(forms.BaseForm):
    """A form with a channel's fields among its own."""

    _options: list[Field]

    @property
    def options(self) -> dict[str, Any]:
        """The channel's options as given; they are not secret."""
        return {one.name: self.cleaned_data[one.name] for one in self._options}

    @property
    def rare(self) -> list[forms.BoundField]:
        """The fields that are mostly left as they are."""
        return [self[one.name] for one in self._options]

    @property
    def asked(self) -> list[forms.BoundField]:
        """The others."""
        rare = {one.name for one in self._options}
        return [bound for bound in self if bound.name not in rare]


class ConnectForm(ChannelForm, forms.Form):
    """Any channel's credentials and options; *again*: an empty credential stays as it is."""

    def __init__(self, channel: type[Channel], *args: Any, again: bool = False, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self._credentials = entries(channel.credentials)
        self._options = [] if again else entries(channel.options)
        for one in self._credentials + self._options:
            self.fields[one.name] = widget(one)
            self.fields[one.name].required &= not again
        if not again:
            self.fields["approval"] = forms.ChoiceField(choices=APPROVALS, label=WHO)

    @property
    def credentials(self) -> dict[str, str]:
        """What is kept encrypted."""
        return {one.name: self.cleaned_data[one.name] for one in self._credentials}


def widget(one: Field) -> forms.Field:
    """A form's field for a channel's."""
    about = {"label": one.label, "help_text": one.help, "initial": one.default}
    if isinstance(one.default, bool):
        return forms.BooleanField(required=False, **about)
    if isinstance(one.default, int):
        return forms.IntegerField(required=one.required, **about)
    field = forms.CharField(required=one.required, max_length=4000, **about)
    if one.secret:
        field.widget = forms.PasswordInput(attrs={"autocomplete": "off"})
    return field


class AppForm(ChannelForm, forms.Form):
    """What an app of the site's owner on a platform is known by; what an *account* has, stays."""

    def __init__(self, app: type, account: Account | None, data: Any = None) -> None:
        super().__init__(data, prefix="app")  # the form beside it has fields of the same names
        self._asked = entries(app)
        self._options = [one for one in self._asked if one.rare]
        kept = editorial.app_of(account) if account else {}
        for one in self._asked:
            self.fields[one.name] = widget(one)
            self.fields[one.name].required &= one.name not in kept
            if not one.secret:
                self.fields[one.name].initial = kept.get(one.name, one.default)
        if account is None:
            self.fields["approval"] = forms.ChoiceField(choices=APPROVALS, label=WHO)

    @property
    def app(self) -> dict[str, str]:
        """What was filled in."""
        return {one.name: str(self.cleaned_data[one.name]) for one in self._asked}


class SettingsForm(ChannelForm, forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """How articles are posted there; the channel's own options stand beside ours."""

    approval = forms.ChoiceField(choices=APPROVALS, label=WHO)

    class Meta:
        model = Account
        fields = ("approval", "sources", "template")
        widgets: ClassVar = {
            "sources": forms.CheckboxSelectMultiple,
            "template": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts: ClassVar = {
            "sources": "None chosen means all of them.",
            "template": "Empty: the channel’s own. The link is always kept.",
        }

    def __init__(self, channel: type[Channel], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._options = entries(channel.options)
        for one in self._options:
            self.fields[one.name] = widget(one)
            self.fields[one.name].initial = self.instance.options.get(one.name, one.default)


@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """All of them, and the channels one may connect."""
    return page(request, "accounts", accounts=Account.objects.all(), channels=labels())


def labels() -> dict[str, str]:
    """What each channel is called."""
    return {name: label for name, (label, _) in CHANNELS.items()}


@require_http_methods(["GET", "HEAD", "POST"])
def account_new(request: HttpRequest, channel: str) -> HttpResponse:
    """Connect an account: its credentials are tried before they are kept."""
    leaf = _leaf(channel)
    form = ConnectForm(leaf, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = _connect(channel, form)
            messages.success(request, f"{made} is connected. Articles found from now on go there.")
            for name, value in _made_for_us(made, form).items():
                messages.info(
                    request, f"Its {name} was made just now, and is shown only here: {value}"
                )
            return redirect("desk:account", made.pk)
        except SyndicateError as error:
            form.add_error(None, str(error))
    return connecting(request, channel, form)


def connecting(
    request: HttpRequest,
    channel: str,
    form: ConnectForm,
    account: Account | None = None,
    asking: AppForm | None = None,
) -> HttpResponse:
    """The page on which an account is connected, or *account* again: by authorising, by pasting."""
    leaf = _leaf(channel)
    if leaf.app and asking is None:
        asking = AppForm(leaf.app, account)
    status = 422 if form.errors or (asking and asking.errors) else 200
    return page(
        request, "account_new", status, section="accounts",
        form=form, asking=asking, back=back(), channel=channel, label=leaf.label, account=account,
    )  # fmt: skip


def back() -> str:
    """Where a platform sends an editor back to; it must be told this address beforehand."""
    return site().site.base_url + reverse("desk:account_back")


def _connect(channel: str, form: ConnectForm) -> Account:
    return editorial.connect(
        channel,
        "",
        form.credentials,
        form.options,
        approval=form.cleaned_data["approval"],
        now=clock.now(),
    )


def _made_for_us(made: Account, form: ConnectForm) -> dict[str, str]:
    """What the channel filled in for the editor, who must tell it to the other side."""
    given = form.credentials
    return {name: value for name, value in made.credentials.items() if not given.get(name)}


@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One: its health, its settings, its latest posts."""
    one = get_object_or_404(Account, pk=pk)
    form = SettingsForm(_leaf(one.channel), request.POST or None, instance=one)
    if request.method == "POST" and form.is_valid():
        try:
            _settle(pk, form)
            messages.success(request, "Saved.")
            return redirect("desk:account", pk)
        except SyndicateError as error:
            form.add_error(None, str(error))
    return page(
        request,
        "account",
        422 if form.errors else 200,
        section="accounts",
        account=one,
        label=_leaf(one.channel).label,
        form=form,
        sources=Source.objects.exists(),
        posts=one.posts.select_related("article")[:5],
        ended=one.expires_at is not None and one.expires_at <= clock.now(),
    )


def _settle(pk: int, form: SettingsForm) -> None:
    given = form.cleaned_data
    editorial.configure(
        Account.objects.get(pk=pk),  # not the form's, which the form has changed already
        form.options,
        given["template"],
        approval=given["approval"],
        sources=given["sources"],
    )


@require_http_methods(["GET", "HEAD", "POST"])
def account_reconnect(request: HttpRequest, pk: int) -> HttpResponse:
    """Fresh credentials; its settings and posts stay."""
    one = get_object_or_404(Account, pk=pk)
    leaf = _leaf(one.channel)
    form = ConnectForm(leaf, request.POST or None, again=True)
    if request.method == "POST" and form.is_valid():
        try:
            handle = editorial.reconnect(one, form.credentials)
            messages.success(request, f"It works: we are {handle} there. What waited goes now.")
            return redirect("desk:account", pk)
        except SyndicateError as error:
            form.add_error(None, str(error))
    return connecting(request, one.channel, form, one)


def _check(one: Account) -> str:
    return f"It works: we are {editorial.check(one)} there."


Deed = Callable[[Account, datetime], object]
ACTS: dict[str, tuple[Deed, str]] = {
    "check": (lambda a, now: _check(a), ""),
    "pause": (lambda a, now: editorial.pause(a), "Paused: nothing is posted there."),
    "resume": (lambda a, now: editorial.resume(a), "It is at work again."),
}


@require_POST
def account_act(request: HttpRequest, pk: int, word: str) -> HttpResponse:
    """One of ACTS."""
    if word not in ACTS:
        raise Http404(word)
    (deed, done), one = ACTS[word], get_object_or_404(Account, pk=pk)
    back = reverse("desk:account", args=[pk])
    return act(request, lambda: deed(one, clock.now()), done, back)


def _leaf(channel: str) -> type[Channel]:
    try:
        return kind(channel)
    except BadInput as error:
        raise Http404(str(error)) from error
