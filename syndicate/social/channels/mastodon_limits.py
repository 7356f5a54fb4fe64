"""What a Mastodon server says of its limits, and a token of what it is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syndicate.social import count

LIMIT = 500
# (option, where it stands in the instance's configuration, unless it says so)
_TOLD = (
    ("limit", "statuses", "max_characters", LIMIT),
    ("per_link", "statuses", "characters_reserved_per_url", count.MASTODON_LINK),
    ("pictures", "statuses", "max_media_attachments", None),
    ("picture_bytes", "media_attachments", "image_size_limit", None),
    ("picture_pixels", "media_attachments", "image_matrix_limit", None),
    ("alt", "media_attachments", "description_limit", None),
)


def learned(configuration: Mapping[str, Any]) -> dict[str, int]:
    """The options that *configuration* (of ``/api/v2/instance``) tells."""
    found = {}
    for option, part, name, otherwise in _TOLD:
        told = (configuration.get(part) or {}).get(name)
        if isinstance(told, int) and told > 0:
            found[option] = told
        elif otherwise is not None:
            found[option] = otherwise
    return found


def permissions(scopes: Sequence[str]) -> list[str]:
    """What to tell the owner of a token that is not for pictures; *scopes* empty: nobody knows."""
    if not scopes or {"write", "write:media"} & set(scopes):
        return []
    return ["The token lacks write:media, so posts go without pictures."]
