"""From articles to posts: one for each account, once.

::

    accounts_due ─→ write ─→ lacking articles ─→ draft ─→ Post (held, or queued)
                         └─→ posts whose article changed ─→ draft ─→ new text

``draft`` is what the desk shows and what is written; the two cannot differ.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from syndicate.lib.prepared import prepared
from syndicate.lib.status import Status
from syndicate.lib.text import clip, one_line
from syndicate.social import manners, queue
from syndicate.social.channels import rules
from syndicate.social.channels.base import MEDIA, THREAD, Act, Channel
from syndicate.social.channels.message import Card, Part
from syndicate.social.fit import fit
from syndicate.social.habits import ATTACH, NONE, Habits
from syndicate.social.models import Account, Post, PostQuerySet
from syndicate.social.template import link, template, variables, words
from syndicate.social.thread import numbered, rest, thread
from syndicate.sources.models import Article, first_tellings

log = logging.getLogger(__name__)

CARD_DESCRIPTION = 300
# So many at a time; the clock asks again at once.
_BATCH = 100
_REWRITABLE = (Status.HELD, Status.QUEUED, Status.DEFERRED)
TOO_LONG = "Shorten it, or give the account a shorter template."


@dataclass(frozen=True)
class Count:
    """The length of a text as its platform counts it."""

    length: int
    limit: int
    fits: bool

    @property
    def over(self) -> int:
        """By how much it is too long; 0 when it fits."""
        # A limit in bytes can be passed while the characters still fit.
        return 0 if self.fits else max(1, self.length - self.limit)


@dataclass(frozen=True)
class Draft:
    """A post as it will stand there."""

    text: str
    count: int
    limit: int
    over: int
    card: Card
    parts: list[Part]  # the text as readers see it, links told apart
    thread: list[str]  # the texts of further parts
    link: str  # as it stands in the text; "": in none
    pictures: list[dict[str, str]]  # to attach: url, alt; url "": drawn by us
    cost: int  # of posting all of it, in thousandths of a US dollar


@prepared
def accounts_due(now: datetime) -> QuerySet[Account]:
    """Accounts that lack a post, or have one whose article changed since."""
    lack = Exists(_lacking(OuterRef("pk"), OuterRef("since"), now))
    have = Q(pk__in=stale(Post.objects.all()).values("account"))
    return Account.objects.filter(lack | have, active=True)


def write(account_id: int, now: datetime) -> None:
    """Write what *account_id* lacks. Safe to run twice: a Post is unique (account, story)."""
    account = Account.objects.filter(pk=account_id, active=True).first()
    if account is None:
        return
    for article in first_tellings(lacking(account, now).select_related("source")[:_BATCH]):
        create(account, article, now)
    for post in stale(account.posts.all()).select_related("article__source")[:_BATCH]:
        _rewrite(account, post)


def draft(account: Account, article: Article, round: int = 0) -> Draft:
    """What *account* will say about *article*; *round* is not 0 when it is shared again.

    Raises BadInput for a template that fails.
    """
    habits, channel = account.habits, rules(account)
    text, *further = _texts(account, article, round, channel)
    counted, address = count(account, text), link(article, habits)
    attached = pictures(article, habits, channel)
    return Draft(
        text=text,
        count=counted.length,
        limit=counted.limit,
        over=counted.over,
        card=card(article, habits),
        parts=channel.parts(text),
        thread=further,
        link=address if address in text else "",
        pictures=attached,
        cost=_cost(channel, [text, *further], len(attached)),
    )


def _texts(account: Account, article: Article, round: int, channel: Channel) -> list[str]:
    """The post, or the parts of a thread; the link is in the first."""
    habits = account.habits
    render = template(account.channel, account.template, linked=habits.link)
    known, said = variables(article, habits, round), words(article, habits)

    def first(fits: Callable[[str], bool]) -> str:
        return fit(lambda some: render(known, some), said, fits)

    most = habits.thread if THREAD in channel.capabilities else 1
    if most > 1:
        texts = _thread(first, article, most, channel)
        if len(texts) > 1:
            return texts
    return [first(channel.fits)]


def _thread(
    first: Callable[[Callable[[str], bool]], str], article: Article, most: int, channel: Channel
) -> list[str]:
    """The post, and what of the article it does not say, each with room for its number."""

    def fits(text: str) -> bool:
        return channel.fits(numbered(text, most, most))

    begun = first(fits)
    texts = [begun, *thread(rest(article.body, begun), most - 1, fits)]
    return [numbered(text, number, len(texts)) for number, text in enumerate(texts, 1)]


def cost(post: Post) -> int:
    """What posting all of it costs, in thousandths of a US dollar."""
    return _cost(rules(post.account), post.texts, len(post.pictures))


def _cost(channel: Channel, texts: Sequence[str], pictures: int) -> int:
    first, *further = texts
    others = sum(channel.cost(Act.PUBLISH, text) for text in further)
    return channel.cost(Act.PUBLISH, first, pictures) + others


def count(account: Account, text: str) -> Count:
    """How long *text* is on *account*'s platform."""
    channel = rules(account)
    return Count(channel.count(text), channel.limit, channel.fits(text))


def card(article: Article, habits: Habits) -> Card:
    """What a platform shows below the link; nothing where posts carry none."""
    if not habits.link:
        return Card()
    shown = habits.picture != NONE
    return Card(
        url=link(article, habits),
        title=one_line(article.title),
        description=clip(one_line(article.summary), lambda text: len(text) <= CARD_DESCRIPTION),
        image=article.image_url if shown else "",
        alt=one_line(article.image_alt) if shown else "",
    )


def pictures(article: Article, habits: Habits, channel: Channel) -> list[dict[str, str]]:
    """What is attached, where the account wants that and its platform takes it."""
    if habits.picture != ATTACH or MEDIA not in channel.capabilities:
        return []
    if article.image_url:
        return [{"url": article.image_url, "alt": one_line(article.image_alt)}]
    # The title is all that a drawn one shows.
    return [{"url": "", "alt": one_line(article.title)}] if habits.draw else []


def lacking(account: Account, now: datetime) -> QuerySet[Article]:
    """Articles that *account* is to post, of whose story it has posted nothing."""
    return _lacking(account.pk, account.since, now)


def _lacking(
    account: int | OuterRef, since: datetime | OuterRef, now: datetime
) -> QuerySet[Article]:
    """The account is given by key, or, inside a query over accounts, by OuterRef."""
    inner = OuterRef(account) if isinstance(account, OuterRef) else account
    chosen = Account.sources.through.objects.filter(account_id=inner)
    told = Post.objects.filter(account=inner)
    # Without an address there is nothing to share.
    return Article.objects.ready(now).waiting_for(since, chosen, told).exclude(url="")


def stale(posts: PostQuerySet) -> QuerySet[Post]:
    """Posts not yet gone, and by nobody's hand, whose article says something else by now."""
    untouched = posts.filter(status__in=_REWRITABLE, edited=False, unsure=False)
    return untouched.exclude(article_revision=F("article__revision"))


def create(account: Account, article: Article, now: datetime, round: int = 0) -> None:
    """Write one post: queued where the account is automatic and nothing speaks against it."""
    made = draft(account, article, round)
    post = Post(
        account=account, article=article, story=article.story, round=round, created_at=now,
        **_content(made, article),
    )  # fmt: skip
    if twin := manners.alike(post):
        post.error, post.hint = twin, manners.HINT
    automatic = account.approval == Account.Approval.AUTO
    late = article.is_late(now) and not round
    if automatic and not (made.over or twin or late):
        post.status, post.approved_at = Status.QUEUED, now
        post.due_at = queue.turn(account, now)
    # Another daemon may write it at this moment; the unique row decides.
    Post.objects.bulk_create([post], ignore_conflicts=True)
    log.info("wrote a post about “%s” for %s, %s", article, account, post.status)


def _rewrite(account: Account, post: Post) -> None:
    unchanged = {"status__in": _REWRITABLE, "edited": False, "unsure": False}
    content = _content(draft(account, post.article, post.round), post.article)
    if Post.objects.filter(pk=post.pk, **unchanged).update(**content):
        log.info("rewrote the post about “%s” for %s", post.article, account)


def _content(made: Draft, article: Article) -> dict[str, object]:
    too_long = f"The post is too long by {made.over}." if made.over else ""
    return {
        "text": made.text,
        "thread": made.thread,
        "link": made.link,
        "card": asdict(made.card),
        "pictures": made.pictures,
        "article_revision": article.revision,
        "error": too_long,
        "hint": TOO_LONG if too_long else "",
    }
