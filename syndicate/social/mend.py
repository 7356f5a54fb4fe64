"""What an editor may do to corrections. Each act is one conditional UPDATE, as in ``editorial``."""

from __future__ import annotations

from datetime import datetime

from syndicate.lib.errors import BadInput
from syndicate.lib.status import Status
from syndicate.social.correction import Correction
from syndicate.social.offer import by_hand, can

_UNDONE = (Status.HELD, Status.FAILED)


def approve(correction: Correction, now: datetime) -> None:
    """Carry it over now. Raises BadInput where the platform does not let us."""
    if not can(correction.post, correction.kind):
        raise BadInput(by_hand(correction.post, correction.kind), "Then dismiss this one.")
    _move(correction, status=Status.QUEUED, due_at=now, attempts=0, error="", hint="")


def dismiss(correction: Correction) -> None:
    """Leave the post as it is, or say that it was done by hand."""
    _move(correction, status=Status.CANCELLED, due_at=None)


def ask_removal(post_id: int, now: datetime) -> Correction:
    """Take a post down because an editor wants it. Raises BadInput where it does not stand."""
    from syndicate.social.models import Post

    post = Post.objects.standing().select_related("account", "article").filter(pk=post_id).first()
    if post is None:
        raise BadInput("This post does not stand there.", "Only what was posted can be taken down.")
    if not can(post, Correction.Kind.DELETE):
        raise BadInput(by_hand(post, Correction.Kind.DELETE))
    made, _ = Correction.objects.update_or_create(
        post=post, kind=Correction.Kind.DELETE, revision=post.article.revision,
        defaults={
            "status": Status.QUEUED, "due_at": now, "attempts": 0, "error": "", "hint": "",
            "reason": "An editor takes it down.",
        },
        create_defaults={
            "status": Status.QUEUED, "due_at": now, "created_at": now,
            "reason": "An editor takes it down.",
        },
    )  # fmt: skip
    return made


def _move(correction: Correction, **values: object) -> None:
    """One conditional UPDATE; *correction* is brought up to date either way."""
    undone = Correction.objects.filter(pk=correction.pk, status__in=_UNDONE)
    moved = undone.update(**values)
    correction.refresh_from_db()
    if not moved:
        raise BadInput(
            f"This correction is {correction.status}.",
            "Somebody else may have acted in the meantime; look again.",
        )
