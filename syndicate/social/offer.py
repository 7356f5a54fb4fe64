"""An article changed, or is gone, after it was posted: what is to be done about the post.

::

    accounts_due ─→ offer ─→ changed posts: other words on the card? ─→ Correction edit
                        └─→ withdrawn articles                       ─→ Correction delete
                             held for an editor, or queued, as the account has it

A new post is never the answer.
"""

from __future__ import annotations

import logging
from dataclasses import asdict, replace
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from syndicate.lib.prepared import prepared
from syndicate.lib.status import Status
from syndicate.social.channels import kind, rules
from syndicate.social.channels.base import DELETE, EDIT
from syndicate.social.correction import Correction
from syndicate.social.habits import DO, LEAVE
from syndicate.social.models import Account, Post, PostQuerySet
from syndicate.social.thread import renumbered
from syndicate.social.write import Draft, draft
from syndicate.sources.models import Article

log = logging.getLogger(__name__)

_BATCH = 100
_GONE = Q(article__state=Article.State.WITHDRAWN) | Q(article__missing_at__isnull=False)


def changed(posts: PostQuerySet) -> QuerySet[Post]:
    """Posts that stand there, and whose article says something else by now."""
    standing = posts.standing().exclude(article_revision=F("article__revision"))
    return standing.exclude(_GONE)


def gone(posts: PostQuerySet) -> QuerySet[Post]:
    """Posts that stand there though their article does not, and of which nobody was told."""
    told = Correction.objects.filter(
        post=OuterRef("pk"), kind=Correction.Kind.DELETE, revision=OuterRef("article__revision")
    )
    return posts.standing().filter(_GONE).exclude(Exists(told))


def back(corrections: QuerySet[Correction]) -> QuerySet[Correction]:
    """Offers to take a post down whose article has come back."""
    held = corrections.filter(kind=Correction.Kind.DELETE, status=Status.HELD)
    here = ~Q(post__article__state=Article.State.WITHDRAWN) & Q(post__article__missing_at=None)
    return held.filter(here)


def accounts_due(now: datetime) -> list[int]:
    """Accounts with posts about which something is to be done."""
    accounts = Account.objects.filter(active=True)
    follow = [account.pk for account in accounts if account.habits.corrections != LEAVE]
    some = _with_something(now) if follow else []
    return [pk for pk in follow if pk in some]


@prepared
def _with_something(now: datetime) -> QuerySet[Account]:
    posts = Post.objects.all()
    about = Q(pk__in=changed(posts).values("account")) | Q(pk__in=gone(posts).values("account"))
    returned = Q(pk__in=back(Correction.objects.all()).values("post__account"))
    return Account.objects.filter(about | returned)


def offer(account_id: int, now: datetime) -> None:
    """Make the corrections that an account lacks. Safe to run twice: one for each revision."""
    account = Account.objects.get(pk=account_id)
    if account.habits.corrections == LEAVE:
        return
    for post in changed(account.posts.all()).select_related("article__source")[:_BATCH]:
        _edit(account, post, now)
    for post in gone(account.posts.all()).select_related("article")[:_BATCH]:
        _delete(account, post, now)
    offers = Correction.objects.filter(post__account=account)
    back(offers).update(status=Status.CANCELLED, error="The article is back.")


def _edit(account: Account, post: Post, now: datetime) -> None:
    """Only where readers of the post would see a difference."""
    made = draft(account, post.article, post.round)
    # Without a card nothing but the text can tell.
    renamed = post.card.get("title") != made.card.title or not made.card.title
    retold = post.card.get("description") != made.card.description
    text = _in_place(made, post)
    if (renamed or retold) and text != post.text:
        reason = "The article’s summary was changed."
        if renamed:
            reason = f"The article is called “{post.article.title}” now."
        changed = replace(made, text=text)
        _offer(account, post, Correction.Kind.EDIT, reason, now, changed)
    Post.objects.filter(pk=post.pk).update(article_revision=post.article.revision)


def _in_place(made: Draft, post: Post) -> str:
    """The new words of the first part, which stays the first of as many as stand there."""
    if not post.thread:
        return made.text
    text = renumbered(made.text, 1, len(post.texts))
    return made.text if rules(post.account).count(text) > made.limit else text


def _delete(account: Account, post: Post, now: datetime) -> None:
    withdrawn = post.article.state == Article.State.WITHDRAWN
    reason = "The article was withdrawn." if withdrawn else "The article’s source shows it no more."
    _offer(account, post, Correction.Kind.DELETE, reason, now, sure=withdrawn)


def _offer(
    account: Account, post: Post, what: str, reason: str, now: datetime,
    made: Draft | None = None, *, sure: bool = True,
) -> None:  # fmt: skip
    """By itself only what is certain, what no editor worded, and what the platform can."""
    able = can(post, what)
    goes = account.habits.corrections == DO and able and sure and not (post.edited and made)
    correction = Correction(
        post=post,
        kind=what,
        revision=post.article.revision,
        status=Status.QUEUED if goes else Status.HELD,
        text=made.text if made else "",
        card=asdict(made.card) if made else {},
        reason=reason[:300],
        created_at=now,
        due_at=now if goes else None,
        hint="" if able else by_hand(post, what),
    )
    # What an earlier revision wanted, and has not got, is out of date: it must not come after this.
    waiting = [Status.HELD, Status.QUEUED, Status.DEFERRED, Status.FAILED]
    earlier = post.corrections.filter(kind=what, status__in=waiting)
    earlier.update(status=Status.CANCELLED, error="The article was changed once more.")
    Correction.objects.bulk_create([correction], ignore_conflicts=True)
    log.info("%s a correction (%s) of %s", "began" if goes else "offered", what, post)


def can(post: Post, what: str) -> bool:
    """Whether the platform lets us."""
    needed = EDIT if what == Correction.Kind.EDIT else DELETE
    return needed in kind(post.account.channel).capabilities


def by_hand(post: Post, what: str) -> str:
    """What an editor can do where we cannot."""
    deed = "change a post" if what == Correction.Kind.EDIT else "take a post down"
    return f"{kind(post.account.channel).label} does not let us {deed}: do it there by hand."
