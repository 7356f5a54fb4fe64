"""The table of work: these few rows are the product.

Each job asks a query what is due and does one thing to one row. Doing it twice, anywhere, is safe:
the last column says why. The command line, the daemon and every worker read this same table.

    article published ─ detect ─┬─ compose ─ (approve) ─ start ─ deliver ─→ inbox ─ finish
    a site or hub tells ─ take ─┴─ write ─── (approve) ─ publish ─────────→ permalink ─ measure
    it is changed, or withdrawn ─── offer ── (approve) ─ correct ─→ the post says so, or is gone
    it stays true ───────────────── reshare ─→ another round
    an account breaks, or is well again ─ alert ─→ editors
    a hub is found ─ subscribe ─→ it tells us
    reader subscribes ─ confirm ─→ the confirmation mail
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicate import alert
from syndicate.audience.models import Subscription
from syndicate.lib.config import site
from syndicate.lib.prepared import prepared
from syndicate.mail.compose import compose
from syndicate.mail.confirm import confirm
from syndicate.mail.deliver import deliver_batch, in_hand
from syndicate.mail.front import front
from syndicate.mail.models import Edition, Newsletter
from syndicate.mail.settle import finish
from syndicate.mail.start import start
from syndicate.social import measure, offer, reshare
from syndicate.social.correct import correct
from syndicate.social.correction import Correction
from syndicate.social.models import Post
from syndicate.social.publish import publish
from syndicate.social.write import accounts_due, write
from syndicate.sources import places
from syndicate.sources.models import Notice, Push
from syndicate.sources.notice import take
from syndicate.sources.push import subscribe


@dataclass(frozen=True)
class Job:
    """*due* names the rows (primary keys), *do* works on one.

    *width*: how many of them at the same time in one process; a number is never more than its
    workers. *take* claims many rows at once for hands of this process that will come to them soon,
    and returns those that are ours; *rest* is called when none of them waits any more.
    """

    name: str
    due: Callable[[datetime], Iterable[int]]
    do: Callable[[int, datetime], object]
    width: int | Callable[[], int]
    claim: str
    take: Callable[[Sequence[int], datetime], Sequence[int]] = lambda keys, now: keys
    rest: Callable[[], object] = lambda: None

    def hands(self, workers: int) -> int:
        """How many at the same time, in a process with so many workers."""
        return min(self.width, workers) if isinstance(self.width, int) else self.width()


JOBS = (
    Job(
        "detect",
        places.due,
        places.look,
        width=lambda: site().sources.look_width,
        claim="next_check moved by conditional UPDATE; Article unique (source, identity)",
        take=places.take,
        rest=places.rest,
    ),
    Job(
        "take",
        prepared(Notice.objects.due),
        take,
        width=lambda: site().sources.look_width,
        claim="due_at moved by conditional UPDATE; deleted with what came of it",
    ),
    Job(
        "subscribe",
        prepared(Push.objects.due),
        subscribe,
        width=4,
        claim="next_try moved by conditional UPDATE; a hub asked twice has one subscription",
    ),
    Job(
        "confirm",
        prepared(Subscription.objects.awaiting_mail),
        confirm,
        width=1,
        claim="confirm_due moved by conditional UPDATE",
    ),
    Job(
        "compose",
        prepared(Newsletter.objects.due),
        compose,
        width=1,
        claim="Slot unique (newsletter, local wall time)",
    ),
    Job(
        "start",
        prepared(Edition.objects.due),
        start,
        width=1,
        claim="queued → sending by conditional UPDATE; Delivery unique (edition, subscriber)",
    ),
    Job(
        "deliver",
        lambda now: front(now, in_hand()),
        deliver_batch,
        width=4,
        claim="owner, lease and fence taken by one conditional UPDATE",
    ),
    Job(
        "finish",
        prepared(lambda now: Edition.objects.done()),
        finish,
        width=1,
        claim="sending → sent by conditional UPDATE, if no batch is left",
    ),
    Job(
        "write",
        accounts_due,
        write,
        width=1,
        claim="Post unique (account, story)",
    ),
    Job(
        "publish",
        prepared(Post.objects.due),
        publish,
        width=4,
        claim="queued → sending by conditional UPDATE; an idempotency key fixed beforehand",
    ),
    Job(
        "reshare",
        reshare.accounts_due,
        reshare.reshare,
        width=1,
        claim="Post unique (account, story, round)",
    ),
    Job(
        "offer",
        offer.accounts_due,
        offer.offer,
        width=1,
        claim="Correction unique (post, kind, revision)",
    ),
    Job(
        "correct",
        prepared(Correction.objects.due),
        correct,
        width=2,
        claim="queued → sending by conditional UPDATE; doing it twice is as once",
    ),
    Job(
        "measure",
        measure.accounts_due,
        measure.measure,
        width=2,
        claim="next_reading moved by conditional UPDATE",
    ),
    Job(
        "alert",
        alert.due,
        alert.alert,
        width=1,
        claim="told moved by conditional UPDATE",
    ),
)
