"""How a source is watched, as a form: each setting of sources.arrange, in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from syndicate.lib import clock
from syndicate.lib.config import site
from syndicate.lib.errors import BadInput
from syndicate.sources import editorial
from syndicate.sources.arrange import FIELDS
from syndicate.sources.hand import HAND
from syndicate.sources.knock import merged
from syndicate.sources.models import Source
from syndicate.sources.portrait import span, ways_in
from syndicate.web.desk.page import page

MINUTE = timedelta(minutes=1)
_NAME = r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"


def lines(label: str, **more: Any) -> forms.CharField:
    """Several words or names, a line for each."""
    area = forms.Textarea(attrs={"rows": 1})
    return forms.CharField(required=False, max_length=4000, label=label, widget=area, **more)


def count(label: str, most: int, least: int = 0) -> forms.IntegerField:
    """A number; none means what is usual here."""
    return forms.IntegerField(required=False, label=label, min_value=least, max_value=most)


def hidden(label: str, **more: Any) -> forms.CharField:
    """Never shown again; browsers are asked not to fill it in by themselves."""
    dots = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(required=False, max_length=4000, label=label, widget=dots, **more)


class CredentialsForm(forms.Form):
    """What lets us into a source, whichever it asks for."""

    username = forms.CharField(
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off"}),
    )
    password = hidden("Password", help_text="For WordPress: an application password.")
    token = hidden("Token", help_text="Sent as “Authorization: Bearer”.")
    key = hidden("API key", help_text="Of a Ghost site’s Content API.")
    header = forms.RegexField(
        _NAME, required=False, max_length=200, label="Header", help_text="Its name, like Cookie."
    )
    header_value = hidden("Value of that header")

    ways: ClassVar = ["username", "password", "token", "key", "header", "header_value"]

    def clean(self) -> dict[str, Any]:
        """A header has a name and a value."""
        given: dict[str, Any] = super().clean() or {}
        if bool(given.get("header")) != bool(given.get("header_value")):
            missing = "header_value" if given.get("header") else "header"
            self.add_error(missing, "A header needs both its name and its value.")
        return given

    @property
    def credentials(self) -> dict[str, str]:
        """What was typed, as ``Source.credentials``."""
        given = self.cleaned_data
        names = ("username", "password", "token", "key", "secret")
        found = {name: given.get(name, "") for name in names}
        if given["header"]:
            found[f"header {given['header']}"] = given["header_value"]
        return {name: text for name, text in found.items() if text}

    def chosen(self, names: Iterable[str]) -> list[forms.BoundField]:
        """Some of its fields, for one part of the page."""
        return [self[name] for name in names]

    @property
    def is_closed(self) -> bool:
        """Whether any way in was typed: its part of the page must not be folded up then."""
        return any(self[name].value() for name in self.ways)

    @property
    def entrance(self) -> list[forms.BoundField]:
        """The fields of credentials."""
        return self.chosen(self.ways)


class SettingsForm(CredentialsForm):
    """All that ``arrange`` may set."""

    name = forms.CharField(max_length=200)
    url = forms.CharField(
        max_length=2000,
        label="Address",
        help_text="Another one is looked at first; what it shows now is not sent.",
        widget=forms.TextInput(attrs={"inputmode": "url", "autocapitalize": "off"}),
    )
    interval = count("Minutes between looks", 10_080, least=1)
    since = forms.DateField(
        required=False,
        label="Only what is dated from",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="What is earlier is noted, and not sent.",
    )
    max_age_days = count("Days it may be old", 36_500)
    max_new = count("As many new at once", 10_000)
    settle_minutes = count("Minutes it settles", 10_080)
    tags = lines("Only with a tag")
    not_tags = lines("Not with a tag")
    authors = lines("Only by an author")
    not_authors = lines("Not by an author")
    words = lines("Only with a word")
    not_words = lines("Not with a word", help_text="In the title, the summary or the text.")
    secret = hidden(
        "Secret of its webhooks", help_text="Articles in messages must be signed with it."
    )
    forget = forms.BooleanField(required=False, label="Forget what is kept")

    sieve: ClassVar = ["tags", "not_tags", "authors", "not_authors", "words", "not_words"]
    ways: ClassVar = [*CredentialsForm.ways, "secret"]

    def __init__(self, source: Source, data: Any = None) -> None:
        super().__init__(data, initial=_initial(source))
        self.source = source
        usual, rhythm = site().sources, source.rhythm
        now = f", now about every {span(rhythm)}" if rhythm and not source.interval else ""
        for name, help_text in {
            "interval": f"Empty: as often as it publishes{now}.",
            "max_age_days": f"Older ones are noted. Empty: {usual.max_age_days}, as usual here.",
            "max_new": f"More are held for you. Empty: {usual.max_new}, as usual here.",
            "settle_minutes": "It goes when it has not changed for so long. "
            f"Empty: {usual.settle_minutes}, as usual here.",
            "forget": f"Kept now: {ways_in(source)}." if source.sealed else "",
        }.items():
            self.fields[name].help_text = help_text
        if not source.sealed:
            del self.fields["forget"]

    @property
    def arranged(self) -> dict[str, Any]:
        """The fields of ``arrange`` that were changed; an empty credential stays as it is."""
        given = self.cleaned_data
        found = {name: given[name] for name in FIELDS if name in self.changed_data}
        if found.get("interval"):
            found["interval"] *= MINUTE
        if found.get("since"):
            found["since"] = timezone.make_aware(datetime.combine(given["since"], time()))
        if {*self.sieve} & {*self.changed_data}:
            found["filters"] = {kind: given[kind].splitlines() for kind in self.sieve}
        if self.credentials or given.get("forget"):
            kept = {} if given.get("forget") else self.source.credentials
            found["credentials"] = merged(kept, self.credentials)
        return found

    @property
    def first(self) -> list[forms.BoundField]:
        """What it is, and how often it is looked at."""
        return self.chosen(["name", "url", "interval"])

    @property
    def limits(self) -> list[forms.BoundField]:
        """What of it is taken."""
        return self.chosen(["since", "max_age_days", "max_new", "settle_minutes"])

    @property
    def kept(self) -> list[forms.BoundField]:
        """What may be done with credentials that are there."""
        return self.chosen({"forget"} & self.fields.keys())

    @property
    def filters(self) -> list[forms.BoundField]:
        """And by which words."""
        return self.chosen(self.sieve)


def _initial(source: Source) -> dict[str, Any]:
    plain = ("name", "url", "max_age_days", "max_new", "settle_minutes")
    return {
        **{name: getattr(source, name) for name in plain},
        **{kind: "\n".join(names) for kind, names in source.filters.items()},
        "interval": source.interval and round(source.interval / MINUTE),
        "since": source.since and timezone.localtime(source.since).date(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def source_settings(request: HttpRequest, pk: int) -> HttpResponse:
    """Change how one is watched; what lets us in is tried before it is kept."""
    one = get_object_or_404(Source.objects.exclude(kind=HAND), pk=pk)
    form = SettingsForm(one, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            editorial.arrange(one, clock.now(), **form.arranged)
            messages.success(request, "Saved.")
            return redirect("desk:source", pk)
        except BadInput as error:
            form.add_error(None, str(error))
    status = 422 if form.errors else 200
    return page(request, "source_settings", status, section="sources", source=one, form=form)
