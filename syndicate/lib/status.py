"""The words for what became of a thing.

django-anymail's, so that its events need no translation, and a few of ours
(https://anymail.dev/en/stable/sending/tracking/).
"""

from django.db.models import TextChoices


class Status(TextChoices):
    """Status of an Edition, a Delivery or a Post."""

    HELD = "held"  # waits for an editor
    QUEUED = "queued"  # will go out when due
    SENDING = "sending"  # in somebody's hands, under a lease
    SENT = "sent"  # the other side accepted it
    DEFERRED = "deferred"  # refused for now, tried again later
    REJECTED = "rejected"  # refused for what it is or who we are, before the recipient mattered
    FAILED = "failed"  # refused for good
    BOUNCED = "bounced"  # accepted, then returned
    DELIVERED = "delivered"  # the other side reported arrival
    COMPLAINED = "complained"  # the reader called it spam
    UNSUBSCRIBED = "unsubscribed"  # the reader left through this mail
    SUPPRESSED = "suppressed"  # we may not write to this address
    CANCELLED = "cancelled"  # an editor called it off
    UNKNOWN = "unknown"  # it may have gone out; nobody can tell


FINAL = frozenset(
    {
        Status.SENT,
        Status.REJECTED,
        Status.FAILED,
        Status.BOUNCED,
        Status.DELIVERED,
        Status.COMPLAINED,
        Status.UNSUBSCRIBED,
        Status.SUPPRESSED,
        Status.CANCELLED,
    }
)
