"""The drawn picture of a post, and where those who fetch pictures by themselves find it."""

from __future__ import annotations

from functools import lru_cache

from syndicate.audience.links import absolute
from syndicate.lib import tokens
from syndicate.lib.config import site
from syndicate.lib.errors import BadInput
from syndicate.social.channels.message import Image, Media
from syndicate.social.draw import draw
from syndicate.social.models import Post
from syndicate.social.pictures import fit

PURPOSE = "picture"
_SERVED = Media(count=1, bytes=5_000_000, kinds=frozenset({"image/jpeg"}))


def drawn(post: Post, media: Media, alt: str = "") -> Image:
    """As *media* takes it. Raises BadInput where no font has the letters."""
    title, name, accent = subject(post)
    return fit(draw(title, name, accent), media, alt or title, picture_url(post))


def served(post: Post) -> bytes:
    """The JPEG at :func:`picture_url`. Raises BadInput."""
    return _jpeg(*subject(post))


def subject(post: Post) -> tuple[str, str, str]:
    """All that the picture depends on: the title, the publication's name, its colour."""
    publication = site().publication
    title = str(post.card.get("title") or post.article.title)
    return title, publication.name, publication.accent


def picture_url(post: Post) -> str:
    """Nobody guesses it; whoever was given it may fetch it."""
    return absolute(f"/picture/{tokens.sign(PURPOSE, post.pk)}.jpg")


def of_token(token: str) -> Post:
    """The post that a link is for. Raises BadInput."""
    (pk,) = tokens.read(PURPOSE, token)
    post = Post.objects.select_related("article").filter(pk=pk).first()
    if post is None:
        raise BadInput("This picture is gone.")
    return post


@lru_cache(maxsize=16)
def _jpeg(title: str, name: str, accent: str) -> bytes:
    # Several platforms ask at the same moment, each more than once.
    return fit(draw(title, name, accent), _SERVED).data
