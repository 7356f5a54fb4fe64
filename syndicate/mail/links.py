"""Addresses of ours that are the same for every reader of a mail."""

from __future__ import annotations

from syndicate.audience.links import absolute
from syndicate.mail.models import Edition


def view_url(edition: Edition) -> str:
    """The edition in a browser: its page in the archive."""
    return absolute(f"/archive/{edition.key}")
