"""What some platforms forbid: nearly the same text from several accounts. Pure, but for one query.

X: “substantially similar content across multiple accounts” (https://docs.x.com/developer-terms/policy).
A second account must have a text of its own: a template of its own, or words by an editor's hand.
"""

from __future__ import annotations

from difflib import SequenceMatcher

import regex

from syndicate.lib.errors import NotSent
from syndicate.lib.status import Status
from syndicate.lib.text import links
from syndicate.social.channels import kind
from syndicate.social.models import Post

# Of the words in both: from here on two texts say the same.
ALIKE = 0.7
HINT = "Write words of its own for this account, or give it a template of its own."
_WORD = regex.compile(r"[\w'’]+")
# What counts as said: a post that was called off was not.
_SAID = (
    Status.HELD, Status.QUEUED, Status.SENDING, Status.SENT, Status.DEFERRED, Status.UNKNOWN,
)  # fmt: skip


def too_alike(one: str, other: str) -> bool:
    """Whether two texts are substantially the same, links aside."""
    ours, theirs = _words(one), _words(other)
    return SequenceMatcher(None, ours, theirs, autojunk=False).ratio() >= ALIKE


def alike(post: Post) -> str:
    """Why *post* may not go beside another account's; "" if it may."""
    if not kind(post.account.channel).own_words:
        return ""
    others = Post.objects.filter(
        account__channel=post.account.channel, story=post.story, status__in=_SAID
    ).exclude(account=post.account_id)
    # Of two that wait, the one written first may go.
    if post.pk:
        others = others.exclude(status=Status.HELD, pk__gt=post.pk)
    for other in others.select_related("account"):
        if too_alike(" ".join(post.texts), " ".join(other.texts)):
            label = kind(post.account.channel).label
            return (
                f"{label} forbids nearly the same text on two accounts, and {other.account} has it."
            )
    return ""


def refuse_alike(post: Post) -> None:
    """Raises NotSent where another account has nearly the same text."""
    if why := alike(post):
        raise NotSent(why, permanent=True, hint=HINT)


def _words(text: str) -> list[str]:
    for begin, end in reversed([*links(text)]):
        text = text[:begin] + text[end:]
    return [word.casefold() for word in _WORD.findall(text)]
