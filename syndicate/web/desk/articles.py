"""Articles: what was found, and what became of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import escape
from django.views.decorators.http import require_POST, require_safe

from syndicate.lib import clock
from syndicate.lib.errors import BadInput
from syndicate.lib.html import sanitise
from syndicate.sources import editorial
from syndicate.sources.hand import add_article
from syndicate.sources.models import Article, Source
from syndicate.sources.portrait import remark, telling
from syndicate.web.desk.act import act
from syndicate.web.desk.page import page, rows
from syndicate.web.headers import as_mail, personal

_READING = (
    "<!doctype html><meta charset=utf-8><meta name=color-scheme content='light dark'>"
    "<base target=_blank><title>{title}</title><style>body{{font:17px/1.6 Georgia,serif;"
    "max-width:40em;margin:1.5em auto;padding:0 1em}}img{{max-width:100%;height:auto}}"
    "figcaption{{font-size:.85em;opacity:.75}}figure{{margin:1.2em 0}}</style>{body}"
)


@require_safe
def articles(request: HttpRequest) -> HttpResponse:
    """The list, newest first, each with its fate."""
    show = request.GET.get("show", "")
    found = Article.objects.select_related("source").defer("body")
    if show in Article.State.values:
        found = found.filter(state=show)
    if source := request.GET.get("source", ""):
        found = found.filter(source=int(source) if source.isdecimal() else 0)
    found = found.prefetch_related("entries__edition", "posts__account")
    return page(
        request,
        "articles",
        rows=rows(request, telling(found)),
        show=show,
        source=source,
        remark=partial(remark, now=clock.now()),
    )


@require_safe
def article(request: HttpRequest, pk: int) -> HttpResponse:
    """One article, its facts and where it went."""
    one = get_object_or_404(telling(Article.objects.select_related("source")), pk=pk)
    entries = one.entries.select_related("edition__newsletter").defer(
        "edition__html", "edition__text"
    )
    posts = one.posts.select_related("account")
    return page(
        request,
        "article",
        section="articles",
        article=one,
        entries=entries,
        posts=posts,
        remark=remark(one, clock.now()),
    )


@require_safe
def article_body(request: HttpRequest, pk: int) -> HttpResponse:
    """Its text, cleaned once more, for a frame that trusts it with nothing."""
    one = get_object_or_404(Article, pk=pk)
    body = sanitise(one.body, one.url) or f"<p>{escape(one.summary)}</p>"
    return personal(as_mail(HttpResponse(_READING.format(title=escape(one.title), body=body))))


class AddForm(forms.Form):
    """One address; *source* is whose article it is, else the one on whose site it stands."""

    url = forms.CharField(max_length=2000)
    source = forms.ModelChoiceField(Source.objects.all(), required=False)


@require_POST
def article_add(request: HttpRequest) -> HttpResponse:
    """Take one by its address, for one that no source shows (yet)."""
    form = AddForm(request.POST)
    return act(request, lambda: _added(form), "", reverse("desk:articles"))


def _added(form: AddForm) -> str:
    if not form.is_valid():
        raise BadInput("An article needs an address.", "Paste the one it has on its site.")
    url, source = form.cleaned_data["url"], form.cleaned_data["source"]
    article, new = add_article(url if "://" in url else f"https://{url}", source, clock.now())
    if not new:
        raise BadInput(f"“{article}” is known already; it is {article.state}.")
    return f"“{article}” was added. It goes on to newsletters and accounts."


Deed = Callable[[Article, datetime], object]
ACTS: dict[str, tuple[Deed, str]] = {
    "release": (editorial.release, "It goes on to newsletters and accounts."),
    "withdraw": (lambda a, now: editorial.withdraw(a), "Withdrawn: it goes nowhere any more."),
}


@require_POST
def article_act(request: HttpRequest, pk: int, word: str) -> HttpResponse:
    """One of ACTS."""
    if word not in ACTS:
        raise Http404(word)
    (deed, done), one = ACTS[word], get_object_or_404(Article, pk=pk)
    back = reverse("desk:article", args=[pk])
    return act(request, lambda: deed(one, clock.now()), done, back)
