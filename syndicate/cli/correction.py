"""`correction`: a post whose article changed, or was withdrawn, after it was posted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from syndicate.cli.command import Act, Command, Row
from syndicate.cli.show import columns, show

if TYPE_CHECKING:
    from syndicate.social.correction import Correction
    from syndicate.social.models import Post

CORRECTION = click.argument("correction", type=Row("social.Correction"))


@click.group()
def correction() -> None:
    """Posts whose article changed after they went."""


@correction.command("list", cls=Command)
@click.option("--all", "every", is_flag=True, help="Also those that were done or left.")
def list_(every: bool) -> None:
    """Print what waits for an editor."""
    from syndicate.social.correction import Correction

    found = Correction.objects.select_related("post__account", "post__article")
    told = [describe(one) for one in (found if every else found.open())[:50]]
    rows = [(c["id"], c["kind"], c["status"], c["account"], c["reason"]) for c in told]
    show(told, columns(("Id", "Kind", "Status", "Account", "Reason"), rows, "None."))


@correction.command(cls=Act)
@CORRECTION
def approve(correction: Correction) -> None:
    """Carry one over: change the post, or take it down."""
    from syndicate.lib import clock
    from syndicate.social import mend

    mend.approve(correction, clock.now())
    show(describe(correction), f"Correction {correction.pk} is carried over.")


@correction.command(cls=Act)
@CORRECTION
def dismiss(correction: Correction) -> None:
    """Leave the post as it is."""
    from syndicate.social import mend

    mend.dismiss(correction)
    show(describe(correction), f"Correction {correction.pk} is dismissed.")


@correction.command(cls=Act)
@click.argument("post", type=Row("social.Post"))
def remove(post: Post) -> None:
    """Take down a post that stands, whatever became of its article."""
    from syndicate.lib import clock
    from syndicate.social import mend

    made = mend.ask_removal(post.pk, clock.now())
    show(describe(made), f"The post about “{post.article.title}” is taken down.")


def describe(one: Correction) -> dict[str, Any]:
    """A correction as data."""
    return {
        "id": one.pk,
        "post": one.post_id,
        "kind": one.kind,
        "status": one.status,
        "account": one.post.account.name,
        "article": one.post.article.title,
        "reason": one.reason,
        "text": one.text,
        "error": one.error,
        "hint": one.hint,
    }
