"""`edition`: one dated issue of a newsletter, and what an editor may do with it."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syndicate.cli.command import Act, Command, Row
from syndicate.cli.exits import Exit
from syndicate.cli.progress import progress
from syndicate.cli.show import columns, show
from syndicate.lib.errors import BadInput

if TYPE_CHECKING:
    from syndicate.mail.models import Edition

EDITION = click.argument("edition", type=Row("mail.Edition"))
RETRIED = ("failed", "rejected", "deferred")
MOVING = ("queued", "sending")
WAITING = ("queued", "sending", "deferred")


@click.group()
def edition() -> None:
    """Editions: look, edit, approve, test."""


@edition.command("list", cls=Command)
@click.option("--status", help="Only those: held, queued, sending, sent or cancelled.")
@click.option("--limit", default=20, show_default=True)
def list_(status: str | None, limit: int) -> None:
    """Print the latest editions."""
    from syndicate.mail.models import Edition

    found = Edition.objects.select_related("newsletter").defer("html", "text")
    if status:
        found = found.filter(status=status)
    told = [describe(e) for e in found[:limit]]
    rows = [(e["id"], e["status"], e["newsletter"], e["composed_at"], e["subject"]) for e in told]
    show(told, columns(("Id", "Status", "Newsletter", "Composed", "Subject"), rows, "None."))


@edition.command("show", cls=Command)
@EDITION
def show_(edition: Edition) -> None:
    """Print one edition: its articles in order, and its ledger."""
    from syndicate.lib import clock
    from syndicate.mail.going import going

    entries = edition.entries.select_related("article")
    articles = [
        {"id": e.article_id, "title": e.article.title, "included": e.included} for e in entries
    ]
    now_going = going(edition, clock.now())
    blocked = now_going.obstacle._asdict() if now_going.obstacle else None
    told = {
        **describe(edition),
        "articles": articles,
        "ledger": now_going.counts,
        "obstacle": blocked,
    }
    words = [
        f"{edition.subject}  ({edition.status})",
        *([edition.preheader] if edition.preheader else []),
        *([f"{edition.error} {edition.hint}".strip()] if edition.error else []),
        "",
        *(f"  {'' if a['included'] else '(left out) '}{a['id']}  {a['title']}" for a in articles),
        "",
        *_ledger_words(edition.audience, now_going.counts),
        *([f"{blocked['what']} {blocked['why']} {blocked['hint']}".rstrip()] if blocked else []),
    ]
    show(told, words)


@edition.command(cls=Command)
@EDITION
@click.option("--as", "form", type=click.Choice(["text", "html"]), default="text")
@click.option("--out", "-o", type=click.Path(path_type=Path), help="Write it to a file.")
def preview(edition: Edition, form: str, out: Path | None) -> None:
    """Print an edition as readers will get it (their links stand for nobody's)."""
    from syndicate.audience.links import absolute
    from syndicate.mail.render import Values, personalise, render

    # What is passed on must not unsubscribe anybody.
    nowhere = absolute("/")
    reader = Values("", "reader@example.org", nowhere, nowhere, nowhere)
    rendered = personalise(render(edition), reader)
    body = rendered.html if form == "html" else rendered.text
    told = {"subject": rendered.subject, "preheader": rendered.preheader}
    if out is None:
        show({**told, form: body}, body)
    else:
        out.write_text(body, encoding="utf-8")
        show({**told, "file": str(out)}, f"Wrote {out}")


@edition.command(cls=Act)
@EDITION
@click.option("--at", help="Not before this moment: 2026-12-24T08:00+01:00")
def approve(edition: Edition, at: str | None) -> None:
    """Let an edition go."""
    from syndicate.lib import clock
    from syndicate.mail import editorial

    editorial.approve(edition, None, clock.now(), send_at=moment(at) if at else None)
    _shown(edition, "is approved")


@edition.command(cls=Act)
@EDITION
def hold(edition: Edition) -> None:
    """Take an approved edition back, as long as it has not begun."""
    from syndicate.mail import editorial

    editorial.hold(edition)
    _shown(edition, "is held")


@edition.command(cls=Act)
@EDITION
def pause(edition: Edition) -> None:
    """Let one that is being sent wait where it is."""
    from syndicate.lib import clock
    from syndicate.mail import editorial

    editorial.pause(edition, clock.now())
    _shown(edition, "is paused")


@edition.command(cls=Act)
@EDITION
def resume(edition: Edition) -> None:
    """Let a paused edition go on."""
    from syndicate.lib import clock
    from syndicate.mail import editorial

    editorial.resume(edition, clock.now())
    _shown(edition, "goes on")


@edition.command(cls=Act)
@EDITION
def cancel(edition: Edition) -> None:
    """Call an edition off."""
    from syndicate.mail import editorial

    editorial.cancel(edition)
    _shown(edition, "is cancelled")


@edition.command(cls=Act)
@EDITION
@click.option("--subject")
@click.option("--preheader")
@click.option("--intro")
def edit(edition: Edition, **texts: str | None) -> None:
    """Change what was written for an edition; what is not given stays."""
    from syndicate.lib import clock
    from syndicate.mail import editorial

    kept = {name: getattr(edition, name) if text is None else text for name, text in texts.items()}
    editorial.edit(edition, **kept, now=clock.now())
    _shown(edition, "is changed")


@edition.command(cls=Act)
@EDITION
@click.argument("articles", type=int, nargs=-1)
def arrange(edition: Edition, articles: tuple[int, ...]) -> None:
    """Put the articles with these numbers in this order; those not named are left out."""
    from syndicate.mail import editorial

    known = list(edition.entries.values_list("article_id", flat=True))
    if strange := sorted(set(articles) - set(known)):
        hint = f"It has: {', '.join(map(str, known))}."
        raise BadInput(f"This edition has no article {strange[0]}.", hint)
    left_out = [pk for pk in known if pk not in articles]
    editorial.arrange(edition, [*articles, *left_out], left_out)
    _shown(edition, "is arranged")


@edition.command(cls=Command)
@EDITION
@click.argument("address")
def test(edition: Edition, address: str) -> None:
    """Send an edition to ADDRESS as a test; it counts for nothing."""
    from syndicate.lib import clock
    from syndicate.mail import editorial

    reply = editorial.send_test(edition, address, clock.now())
    show({"to": address, "reply": reply}, f"Sent to {address}: {reply}")


@edition.command(cls=Act)
@EDITION
@click.option(
    "--status", "statuses", multiple=True, type=click.Choice(RETRIED), default=("failed",)
)
def retry(edition: Edition, statuses: tuple[str, ...]) -> None:
    """Try again those who did not get it."""
    from syndicate.lib import clock
    from syndicate.mail import editorial

    editorial.retry(edition, list(statuses), clock.now())
    _shown(edition, "is tried again")


@edition.command(cls=Act)
@EDITION
@click.option("--resend/--leave", required=True, help="Send the unknown ones again, or leave them.")
def resolve(edition: Edition, resend: bool) -> None:
    """Decide about mails of which nobody can tell whether they arrived."""
    from syndicate.lib import clock
    from syndicate.mail import editorial

    editorial.resolve_unknown(edition, resend, clock.now())
    _shown(edition, "is settled")


@edition.command(cls=Command)
@EDITION
@click.option("--for", "seconds", default=3600.0, show_default=True, help="Give up after.")
def watch(edition: Edition, seconds: float) -> None:
    """Follow an edition on its way, until nothing of it waits any more."""
    from syndicate.lib import clock
    from syndicate.mail.editorial import ledger

    until, done = clock.monotonic() + seconds, 0
    with progress("delivering", edition.audience or None) as advance:
        while edition.status in MOVING and clock.monotonic() < until:
            time.sleep(0.5)
            edition.refresh_from_db()
            counts = ledger(edition)
            before, done = done, edition.audience - sum(counts.get(w, 0) for w in WAITING)
            advance(done - before)
    told = {**describe(edition), "ledger": ledger(edition)}
    show(told, _ledger_words(edition.audience, told["ledger"]))
    if edition.status != "sent":
        raise click.exceptions.Exit(Exit.PARTLY)


def describe(edition: Edition) -> dict[str, Any]:
    """An edition as data, without its bodies."""
    return {
        "id": edition.pk,
        "key": edition.key,
        "newsletter": edition.newsletter.slug,
        "status": edition.status,
        "subject": edition.subject,
        "preheader": edition.preheader,
        "composed_at": edition.composed_at,
        "send_at": edition.send_at,
        "paused_at": edition.paused_at,
        "finished_at": edition.finished_at,
        "audience": edition.audience,
        "error": edition.error,
        "hint": edition.hint,
    }


def moment(text: str) -> datetime:
    """An aware moment; one without a zone is meant in the publication's."""
    from django.utils import timezone

    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        hint = "Write it as 2026-12-24T08:00."
        raise BadInput(f"{text!r} is not a moment.", hint) from error
    return at if at.tzinfo else timezone.make_aware(at)


def _shown(edition: Edition, done: str) -> None:
    edition.refresh_from_db()
    show(describe(edition), f"“{edition.subject}” {done} ({edition.status}).")


def _ledger_words(audience: int, counts: dict[str, int]) -> list[str]:
    if not audience:
        return ["Not begun."]
    return [f"{audience} readers:"] + [
        f"  {count:>7}  {status}" for status, count in counts.items()
    ]
