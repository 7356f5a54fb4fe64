"""What an editor may do to posts; the desk and the command line call these.

Each act is one conditional UPDATE: an act on a post that moved on meanwhile is a BadInput, and
changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser

from syndicate.lib.errors import BadInput
from syndicate.lib.status import Status
from syndicate.lib.text import tidy
from syndicate.social import manners, queue
from syndicate.social.account import (
    app_of,
    check,
    configure,
    connect,
    pause,
    reconnect,
    resume,
)
from syndicate.social.correction import Correction
from syndicate.social.models import Post
from syndicate.social.write import count

__all__ = [
    "app_of", "approve", "cancel", "check", "configure", "connect", "edit", "hold", "hold_all",
    "pause", "reconnect", "resolve_unknown", "resume", "retry",
]  # fmt: skip

_WAITING = (Status.HELD, Status.QUEUED, Status.DEFERRED)


def approve(
    post: Post, user: AbstractBaseUser | None, now: datetime, send_at: datetime | None = None
) -> None:
    """Let a held post go: when its account's hours allow, or just at *send_at*."""
    _refuse_too_long(post, post.texts)
    if twin := manners.alike(post):
        raise BadInput(twin, manners.HINT)
    _move(
        post,
        [Status.HELD],
        "approve",
        status=Status.QUEUED,
        approved_at=now,
        approved_by=user,
        due_at=send_at or queue.turn(post.account, now, post),
        timed=send_at is not None,
        attempts=0,
        error="",
        hint="",
    )


def hold(post: Post) -> None:
    """Take a post back that waits to go."""
    _move(post, [Status.QUEUED, Status.DEFERRED], "hold", status=Status.HELD, due_at=None)


def hold_all(error: str, hint: str, due_by: datetime | None = None) -> int:
    """Take back all that wait to go (only what was due by then), and say why; returns how many.

    Corrections are no less public than posts.
    """
    waiting = Post.objects.filter(status__in=[Status.QUEUED, Status.DEFERRED])
    if due_by is not None:
        waiting = waiting.filter(due_at__lte=due_by)
    corrections = Correction.objects.filter(status__in=[Status.QUEUED, Status.DEFERRED])
    if due_by is not None:
        corrections = corrections.filter(due_at__lte=due_by)
    held = {"status": Status.HELD, "due_at": None, "error": error, "hint": hint}
    return waiting.update(**held) + corrections.update(**held)


def cancel(post: Post) -> None:
    """Never send it; the article will not be written about again on this account."""
    _move(post, [*_WAITING, Status.FAILED], "cancel", status=Status.CANCELLED, due_at=None)


def edit(post: Post, text: str, now: datetime, thread: Sequence[str] | None = None) -> None:
    """Replace the text of a post that is not out, and with *thread* its further parts.

    The link must stay, the limit must hold; empty parts go, and parts that stand already cannot.
    """
    text = tidy(text)
    further = post.thread if thread is None else [one for one in map(tidy, thread) if one]
    if post.link and post.link not in text:
        raise BadInput("The link is missing.", f"Put {post.link} back into the text.")
    _refuse_too_long(post, [text, *further])
    if post.unsure:
        raise BadInput("This text may be out already.", "Wait until that has been looked up.")
    there = len(post.chain)
    if post.texts[:there] != [text, *further][:there]:
        raise BadInput("The thread’s beginning stands there already.", "Change what follows it.")
    _move(
        post, [*_WAITING, Status.FAILED], "edit", text=text, thread=further, edited=True, error="",
        hint="", article_revision=post.article.revision,
    )  # fmt: skip


def retry(post: Post, now: datetime) -> None:
    """Try again a post that failed, was cancelled, or waits for its next try."""
    _refuse_too_long(post, post.texts)
    _move(
        post,
        [Status.FAILED, Status.CANCELLED, Status.DEFERRED],
        "retry",
        status=Status.QUEUED,
        due_at=now,
        attempts=0,
        error="",
        hint="",
    )


def resolve_unknown(post: Post, posted: bool, permalink: str = "", *, now: datetime) -> None:
    """Say what nobody else could tell: it is there (at *permalink*), or it is not: post it."""
    if permalink and not permalink.startswith(("https://", "http://")):
        raise BadInput(f"“{permalink}” is not an address.", "It begins with https://.")
    there = {"status": Status.SENT, "published_at": now, "permalink": permalink}
    again = {"status": Status.QUEUED, "due_at": now, "attempts": 0}
    chosen = there if posted else again
    _move(post, [Status.UNKNOWN], "resolve", unsure=False, error="", hint="", **chosen)


def _refuse_too_long(post: Post, texts: Sequence[str]) -> None:
    for number, text in enumerate(texts, 1):
        counted = count(post.account, text)
        if counted.over:
            what = f"Part {number}" if len(texts) > 1 else "The text"
            raise BadInput(
                f"{what} is too long by {counted.over}: "
                f"{counted.length} of {counted.limit} on {post.account}.",
                "Shorten it; the link must stay." if post.link else "Shorten it.",
            )


def _move(post: Post, states: Iterable[str], act: str, **values: object) -> None:
    """One conditional UPDATE; *post* is brought up to date either way."""
    moved = Post.objects.filter(pk=post.pk, status__in=list(states)).update(**values)
    post.refresh_from_db()
    if not moved:
        raise BadInput(
            f"This post is {post.status}; one can {act} it only while it is "
            f"{' or '.join(str(state) for state in states)}.",
            "Somebody else may have acted in the meantime; look again.",
        )
