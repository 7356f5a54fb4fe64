"""What a part of a post is given: pictures that fit, or none where none can be had."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime

import pytest
from PIL import Image as Pictures

from syndicate.social.attach import message
from syndicate.social.channels import channel
from syndicate.social.channels.message import Media
from syndicate.social.key import key
from syndicate.social.models import Account, Post
from tests.fakes.website import Website
from tests.social.conftest import habits
from tests.social.puppet import Able
from tests.social.stage import written

MEDIA = Media(count=2, bytes=50_000, side=400, alt=20)


def photo(side: int = 900) -> bytes:
    """A picture that is too large."""
    out = io.BytesIO()
    Pictures.effect_noise((side, side), 80).convert("RGB").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def site() -> Iterator[Website]:
    with Website() as running:
        kind = {"Content-Type": "image/png"}
        running.answer_with(200, photo(), kind, url=f"{running.url}/pier.png")
        running.answer_with(404, url=f"{running.url}/gone.png")
        yield running


@pytest.fixture(autouse=True)
def takes(able: type[Able], monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform takes pictures in a post, and in a card of ours."""
    monkeypatch.setattr(able, "media", MEDIA)
    monkeypatch.setattr(able, "thumb", MEDIA)


def post(account: Account, now: datetime, **article: str) -> Post:
    made = written(account, now, title="A new pier", **article)
    made.key = key(made.pk, now)
    return made


def test_the_articles_picture_is_made_to_fit(
    account: Account, site: Website, now: datetime
) -> None:
    account = habits(account, picture="attach")
    alt = "A red pier in the evening sun"
    made = post(account, now, image_url=f"{site.url}/pier.png", image_alt=alt)
    (image,) = message(made, 0, channel(account), now).pictures
    assert max(image.width, image.height) <= 400 and len(image.data) <= 50_000
    assert image.alt == "A red pier in the…" and image.url == f"{site.url}/pier.png"


def test_an_article_without_one_has_its_title_drawn(account: Account, now: datetime) -> None:
    account = habits(account, picture="attach")
    made = post(account, now)
    (image,) = message(made, 0, channel(account), now).pictures
    assert image.alt == "A new pier" and image.kind.startswith("image/")
    assert "/picture/" in image.url


@pytest.mark.parametrize("customs", [{"picture": "attach", "draw": False}, {"picture": "none"}])
def test_or_has_none(account: Account, now: datetime, customs: dict[str, object]) -> None:
    account = habits(account, **customs)
    made = message(post(account, now), 0, channel(account), now)
    assert (made.pictures, made.thumb) == ((), None)


def test_a_picture_that_cannot_be_had_costs_no_post(
    account: Account, site: Website, now: datetime
) -> None:
    account = habits(account, picture="attach")
    made = post(account, now, image_url=f"{site.url}/gone.png")
    assert message(made, 0, channel(account), now).pictures == ()


def test_a_card_of_ours_has_the_picture_too(account: Account, site: Website, now: datetime) -> None:
    made = post(account, now, image_url=f"{site.url}/pier.png")
    thumb = message(made, 0, channel(account), now).thumb
    assert thumb is not None and thumb.width <= 400
