"""Store what a look found: all of it or nothing.

::

    Look ─→ shape: foreign HTML cleaned, before the database is taken ─→ Shaped
    Shaped ─→ keep, in one transaction: twins ─→ new, filled and changed rows ─→ missing, back
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Expression, F, Q, Value, When
from django.db.models.functions import Greatest

from syndicate.sources.decide import BLANK, Change, Find
from syndicate.sources.gone import edge, gone
from syndicate.sources.identity import Marks
from syndicate.sources.look import Look
from syndicate.sources.models import Article
from syndicate.sources.shape import fields, is_teaser
from syndicate.sources.summary import is_good
from syndicate.sources.twins import twins

State = Article.State


@dataclass(frozen=True)
class Shaped:
    """Articles to be stored, and what to change of known ones."""

    look: Look
    found: list[tuple[Article, Marks]]
    filled: list[tuple[int, Article]]  # rows that were kept while they were blank
    changed: list[tuple[Change, dict[str, Any]]]


def shape(look: Look, now: datetime) -> Shaped:
    """What was found, as it will be stored. Slow: foreign HTML is cleaned here."""
    finds = look.decision.finds
    return Shaped(
        look,
        [(_row(look, find, now), find.marks) for find in finds if not find.pk],
        [(find.pk, _row(look, find, now)) for find in finds if find.pk],
        [(change, fields(change.entry, change.marks)[0]) for change in look.decision.changed],
    )


def keep(shaped: Shaped, now: datetime) -> list[Article]:
    """Store it, within a transaction; returns what is new in any state, oldest first."""
    look = shaped.look
    _mark_missing(look, now)
    made = Article.objects.bulk_create(
        twins(look.source, shaped.found), batch_size=100
    )  # whose identities are no other's: twins has looked, and nobody else writes meanwhile
    for pk, article in shaped.filled:
        made += _fill(pk, article)
    before = Article.objects.in_bulk([change.pk for change, _ in shaped.changed])
    for change, values in shaped.changed:
        if change.pk in before:
            _update(before[change.pk], change, values, look, now)
    return made


def _row(look: Look, find: Find, now: datetime) -> Article:
    values, remark = fields(find.entry, find.marks)
    held = bool(remark) and find.state == State.NEW
    return Article(
        source=look.source,
        identity=find.marks.identity,
        state=State.HELD if held else find.state,
        state_reason=(find.reason or remark)[:300],
        first_seen=now,
        available_at=find.available_at,
        listed=not look.partial,
        **values,
    )


def _mark_missing(look: Look, now: datetime) -> None:
    """Whole looks tell what is there no more; any look tells what is there (again)."""
    decision = look.decision
    if decision.back:
        Article.objects.filter(pk__in=decision.back).update(missing_at=None)
    if not look.whole:
        return
    if decision.listed:
        Article.objects.filter(pk__in=decision.listed).update(listed=True)
    since = edge(decision.dates)
    if look.reading.complete or since is not None:
        lost = gone(look.source, decision.shown, None if look.reading.complete else since, now)
        if lost:
            Article.objects.filter(pk__in=lost).update(missing_at=now)


def _fill(pk: int, article: Article) -> list[Article]:
    """A row that was blank becomes *article*, unless an editor has decided on it meanwhile."""
    article.pk = pk
    blank = Article.objects.filter(pk=pk, state=State.HELD, state_reason=BLANK)
    values = {
        field.attname: getattr(article, field.attname)
        for field in Article._meta.concrete_fields
        if field.attname not in {"id", "source_id", "identity", "twin_of_id", "first_seen"}
    }
    return [article] if blank.update(**values) else []


def _update(
    before: Article, change: Change, values: dict[str, Any], look: Look, now: datetime
) -> None:
    """Bring an article up to date. It keeps its identity and state: an edit sends nothing again.

    What its page had filled in stays where the source still says nothing, or only teases.
    """
    unsaid = {name for name, value in values.items() if not value}
    if len(values["body"]) < len(before.body) and is_teaser(change.entry):
        unsaid |= {"body"} if is_good(change.entry.summary) else {"body", "summary"}
    said = {name: value for name, value in values.items() if name not in unsaid}
    said |= dict(_rescheduled(before, values, look, now))
    Article.objects.filter(pk=change.pk).update(**said, changed_at=now, revision=F("revision") + 1)


def _rescheduled(
    before: Article, values: dict[str, Any], look: Look, now: datetime
) -> Iterator[tuple[str, Any]]:
    """What waits until it is stable begins to wait anew; what waits for its date, for its new one.

    Only an earlier one: a date that is two hours ahead at every look must not be waited for.
    """
    stable, was, dated = now + look.policy.settle, before.published_at, values["published_at"]
    waits = Q(state=State.NEW, available_at__gt=now)
    if was and dated and dated < was and now < was:
        at: Expression = Value(max(dated, stable))
    elif look.policy.settle:
        at = Greatest(F("available_at"), Value(stable))
    else:
        return
    yield "available_at", Case(When(waits, then=at), default=F("available_at"))
