"""How an account posts, whatever its channel: what stands in a post, when it goes, what follows.

A dataclass like a channel's options: the desk's form and the command's flags are made from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syndicate.lib.errors import BadInput
from syndicate.social import mapping, slot
from syndicate.social.channels.fields import entry, known

OFFER, DO, LEAVE = "offer", "do", "leave"
CARD, ATTACH, NONE = "card", "attach", "none"


@dataclass(frozen=True)
class Habits:
    """An account's customs."""

    link: bool = entry("Link", "Off: posts carry no link, as where one costs extra.", default=True)
    picture: str = entry(
        "Picture",
        "card: in the link's preview; attach: in the post itself, where it can be; none.",
        default=CARD,
        choices=(CARD, ATTACH, NONE),
    )
    draw: bool = entry("Draw a picture", "With the title, where an article has none.", default=True)
    thread: int = entry(
        "Parts", "The article's text as a thread of at most so many; 1: no thread.", default=1
    )
    most_hashtags: int = entry(
        "Hashtags", "At most so many of an article's tags; 0: none.", default=5, least=0
    )
    hashtags: str = entry(
        "Hashtag map", "A line each: tag = #Hashtag; tag = alone leaves it out.",
        default="", lines=True,
    )  # fmt: skip
    mentions: str = entry(
        "Mention map", "A line each: Author's name = @handle; for templates with the author.",
        default="", lines=True,
    )  # fmt: skip
    utm_source: str = entry("utm_source", "Added to the link; empty: none.", default="")
    utm_medium: str = entry("utm_medium", "Where utm_source is set.", default="social")
    utm_campaign: str = entry("utm_campaign", "Where utm_source is set; empty: none.", default="")

    slots: str = entry(
        "Slots", "When posts go, like “09:00 12:30 Sat 11:00”; empty: at once.", default=""
    )
    quiet: str = entry("Quiet hours", "Like 22:00-07:00, when nothing goes.", default="")
    apart: int = entry("Minutes apart", "At least so long between two posts.", default=0)
    daily: int = entry("Posts a day", "At most so many; 0: any number.", default=0)

    corrections: str = entry(
        "Corrections",
        "When an article changes or is withdrawn: offer to change the post, do it, or leave it.",
        default=OFFER,
        choices=(OFFER, DO, LEAVE),
    )
    reshare_days: int = entry("Share again after", "Days; 0: never.", default=0)
    reshare_times: int = entry("Share again", "At most so many times.", default=1)
    reshare_tag: str = entry("Only with the tag", "Like evergreen; empty: all.", default="")
    reshare_words: str = entry(
        "Words before it", "Set before the title when shared again.", default="From the archive:"
    )
    budget: int = entry("Budget", "US dollars a month, where posts cost; 0: any.", default=0)


# The fields under the words a form has for them, in its order.
GROUPS: dict[str, tuple[str, ...]] = {
    "Words": (
        "link", "utm_source", "utm_medium", "utm_campaign", "thread", "most_hashtags", "hashtags",
        "mentions",
    ),
    "Picture": ("picture", "draw"),
    "When": ("slots", "quiet", "apart", "daily", "budget"),
    "Afterwards": (
        "corrections", "reshare_days", "reshare_times", "reshare_tag", "reshare_words",
    ),
}  # fmt: skip
# More would be a burst, whatever the article.
MOST_PARTS = 25


def habits(customs: Mapping[str, Any]) -> Habits:
    """Of what is stored with an account. Raises BadInput."""
    found: Habits = known(Habits, customs, "The account")
    return found


def check(one: Habits) -> None:
    """Raises BadInput for slots, hours or maps that cannot be read, or for too many parts."""
    if one.thread > MOST_PARTS:
        raise BadInput(f"A thread has at most {MOST_PARTS} parts.", "Fewer are read to the end.")
    slot.slots(one.slots)
    slot.quiet(one.quiet)
    mapping.mapping(one.hashtags)
    mapping.mapping(one.mentions)
