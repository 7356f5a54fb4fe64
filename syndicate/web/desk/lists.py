"""Mailing lists: made and changed here, filled from a CSV file, and taken out as one."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from syndicate.audience.lists import change, open_list
from syndicate.audience.models import MailingList, Subscription
from syndicate.audience.transfer import export_csv, import_csv
from syndicate.lib import clock
from syndicate.lib.errors import BadInput
from syndicate.web.desk import upload
from syndicate.web.desk.page import page

Status = Subscription.Status


class ListForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """What an editor may set."""

    class Meta:
        model = MailingList
        fields = ("name", "description", "public")
        widgets: ClassVar = {"description": forms.Textarea(attrs={"rows": 2})}
        labels: ClassVar = {"public": "Anybody may subscribe"}
        help_texts: ClassVar = {
            "description": "What one gets, and how often. Readers see it.",
            "public": "Offered on the subscribe page and among a reader’s preferences.",
        }


class FileForm(forms.Form):
    """A file to import."""

    file = forms.FileField(
        label="CSV file",
        help_text="With a column of addresses; one of names is used where there is one. "
        "You will see what would happen before it does.",
        error_messages={
            "required": "Please choose a CSV file.",
            "empty": "The file is empty. It needs one email address on each line.",
        },
    )


@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    """All of them, with their readers."""
    return page(request, "lists", lists=_counted())


@require_http_methods(["GET", "HEAD", "POST"])
def list_new(request: HttpRequest) -> HttpResponse:
    """A new list."""
    form = ListForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = open_list(form.save(commit=False), clock.now())
        messages.success(request, f"{made} is there. Now people can subscribe, or be imported.")
        return redirect("desk:list", made.pk)
    return page(request, "list_new", 422 if form.errors else 200, section="lists", form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def one_list(request: HttpRequest, pk: int) -> HttpResponse:
    """One list: its numbers, its settings, its import."""
    one = get_object_or_404(_counted(), pk=pk)
    form = ListForm(request.POST or None, instance=one)
    if request.method == "POST" and form.is_valid():
        change(MailingList.objects.get(pk=pk), form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("desk:list", pk)
    return page(
        request,
        "list",
        422 if form.errors else 200,
        section="lists",
        list=one,
        form=form,
        file_form=FileForm(),
        newsletters=one.newsletters.all(),
    )


@require_POST
def list_import(request: HttpRequest, pk: int) -> HttpResponse:
    """A file arrives: say what importing it would do, and keep it until an editor agrees."""
    one = get_object_or_404(MailingList, pk=pk)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["file"])))
        return redirect("desk:list", pk)
    try:
        name = upload.keep(form.cleaned_data["file"], clock.now())
    except BadInput as error:
        messages.error(request, str(error))
        return redirect("desk:list", pk)
    request.session["import"] = {"list": pk, "file": name}
    return _import(request, one, name, dry_run=True)


@require_POST
def list_import_now(request: HttpRequest, pk: int) -> HttpResponse:
    """The editor agrees."""
    one = get_object_or_404(MailingList, pk=pk)
    waiting = request.session.get("import", {})
    if waiting.get("list") != pk:
        messages.error(request, "That file is not here any more. Please choose it again.")
        return redirect("desk:list", pk)
    return _import(request, one, waiting["file"], dry_run=False)


def _import(request: HttpRequest, one: MailingList, name: str, dry_run: bool) -> HttpResponse:
    try:
        with upload.opened(name) as stream:
            report = import_csv(stream, one, now=clock.now(), dry_run=dry_run, via="import")
    except BadInput as error:
        messages.error(request, str(error))
        return redirect("desk:list", one.pk)
    if not dry_run:
        upload.forget(name)
        del request.session["import"]
    return page(request, "list_import", section="lists", list=one, report=report, dry_run=dry_run)


@require_safe
def list_export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Everybody who ever asked for it, as CSV, row by row."""
    one = get_object_or_404(MailingList, pk=pk)
    answer = StreamingHttpResponse(export_csv(one), content_type="text/csv; charset=utf-8")
    name = f"{one.slug}-{timezone.localtime(clock.now()):%Y-%m-%d}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _counted() -> QuerySet[MailingList]:
    def having(status: str) -> Count:
        return Count("subscriptions", filter=Q(subscriptions__status=status))

    return MailingList.objects.annotate(
        confirmed=having(Status.CONFIRMED),
        pending=having(Status.PENDING),
        left=having(Status.UNSUBSCRIBED),
    )
