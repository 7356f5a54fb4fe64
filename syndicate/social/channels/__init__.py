"""Every channel there is: kind → (label, where its class is). Imported on first use.

To add one: a leaf beside these, a line here, and if it wants its own words, a template in
``templates/social/``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from syndicate.lib.errors import BadInput
from syndicate.social.channels.base import Channel
from syndicate.social.channels.session import AccountSession

if TYPE_CHECKING:
    from syndicate.social.models import Account

CHANNELS: dict[str, tuple[str, str]] = {
    "mastodon": ("Mastodon", "syndicate.social.channels.mastodon.Mastodon"),
    "bluesky": ("Bluesky", "syndicate.social.channels.bluesky.Bluesky"),
    "x": ("X", "syndicate.social.channels.x.X"),
    "telegram": ("Telegram", "syndicate.social.channels.telegram.Telegram"),
    "discord": ("Discord", "syndicate.social.channels.discord.Discord"),
    "slack": ("Slack", "syndicate.social.channels.slack.Slack"),
    "slackbot": ("Slack (bot)", "syndicate.social.channels.slackbot.SlackBot"),
    "matrix": ("Matrix", "syndicate.social.channels.matrix.Matrix"),
    "nostr": ("Nostr", "syndicate.social.channels.nostr.Nostr"),
    "linkedin": ("LinkedIn", "syndicate.social.channels.linkedin.LinkedIn"),
    "threads": ("Threads", "syndicate.social.channels.threads.Threads"),
    "facebook": ("Facebook Page", "syndicate.social.channels.facebook.Facebook"),
    "webhook": ("Webhook", "syndicate.social.channels.webhook.Webhook"),
}


def kind(name: str) -> type[Channel]:
    """The class of a channel, for its label, credentials and options. Raises BadInput."""
    if name not in CHANNELS:
        raise BadInput(f"There is no channel “{name}”.", f"Known are: {', '.join(CHANNELS)}.")
    module, _, leaf = CHANNELS[name][1].rpartition(".")
    found: type[Channel] = getattr(import_module(module), leaf)
    return found


def channel(account: Account) -> Channel:
    """*account*'s channel, its credentials opened. Raises ConfigError where they cannot be."""
    return kind(account.channel)(account.credentials, account.options, AccountSession(account))


def rules(account: Account) -> Channel:
    """The same without credentials: enough for counting and showing."""
    return kind(account.channel)({}, account.options, AccountSession(account))
