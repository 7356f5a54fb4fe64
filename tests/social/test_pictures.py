"""Pictures made to fit: whatever comes, it fits, it is upright, it tells nothing, it is no smaller
than it must be."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from syndicate.lib.errors import BadInput
from syndicate.social.channels.message import Media
from syndicate.social.pictures import fit, load
from syndicate.social.raster.bare import bare
from syndicate.social.raster.shape import Size, largest, padded, scaled, takes
from tests.fakes.photographs import encoded, painted, photograph
from tests.fakes.website import Website

LARGE = Media(count=4, bytes=5_000_000)
JPEG = frozenset({"image/jpeg"})
sides = st.integers(1, 400)


def seen(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


@given(
    number=st.integers(0, 9),
    width=sides,
    height=sides,
    source=st.sampled_from(
        [
            ("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGB"), ("PNG", "RGBA"),
            ("PNG", "P"), ("PNG", "1"), ("PNG", "LA"), ("PNG", "I;16"), ("GIF", "P"),
            ("WEBP", "RGBA"), ("BMP", "RGB"), ("TIFF", "CMYK"),
        ]
    ),
    media=st.builds(
        Media,
        count=st.just(1),
        bytes=st.integers(3_000, 60_000),
        side=st.sampled_from([0, 10, 100, 350]),
        pixels=st.sampled_from([0, 500, 40_000]),
        ratio=st.sampled_from([0, 1.0, 1.91, 3.5]),
        kinds=st.sampled_from(
            [JPEG, JPEG | {"image/png"}, frozenset({"image/png"}), frozenset({"image/webp"})]
        ),
    ),
)  # fmt: skip
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_comes_fits(
    number: int, width: int, height: int, source: tuple[str, str], media: Media
) -> None:
    format, mode = source
    try:
        made = fit(_file(number, width, height, format, mode), media)
    except BadInput:
        # Only a PNG may be too large at any size.
        assert media.kinds == {"image/png"}
        return
    shown = seen(made.data)
    assert made.kind in media.kinds and Image.MIME[shown.format or ""] == made.kind
    assert (made.width, made.height) == shown.size
    assert len(made.data) <= media.bytes
    assert takes(media, Size(*shown.size))
    assert made.width <= max(width, padded(Size(width, height), media.ratio).width)


def _file(number: int, width: int, height: int, format: str, mode: str) -> bytes:
    if mode == "I;16":
        grey = painted(number, width, height, "L").convert("I").point(lambda value: value * 256)
        return encoded(grey.convert("I;16"), format)
    return photograph(number, width, height, format, mode)


@given(number=st.integers(0, 9), limit=st.integers(15_000, 120_000))
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
def test_no_picture_is_smaller_than_it_must_be(number: int, limit: int) -> None:
    data = photograph(number, 900, 600, quality=95)
    made = fit(data, Media(count=1, bytes=limit, kinds=JPEG))
    assert len(made.data) <= limit
    # A little larger, at the least quality, and it would not have fitted.
    larger = seen(data).resize((made.width * 104 // 100, made.height * 104 // 100))
    again = encoded(larger, "JPEG", quality=72, optimize=True, progressive=True)
    assert made.width == 900 or len(again) > limit


def test_the_quality_gives_way_before_the_size() -> None:
    data = photograph(1, 900, 600, quality=95)
    made = fit(data, Media(count=1, bytes=len(data) * 2 // 3, kinds=JPEG))
    assert (made.width, made.height) == (900, 600)
    assert len(made.data) > len(data) // 2


def test_what_fits_is_not_encoded_again() -> None:
    for format, mode in (("JPEG", "RGB"), ("PNG", "RGBA"), ("PNG", "P")):
        data = photograph(1, 300, 200, format, mode)
        assert fit(data, LARGE).data == data


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_stands_upright(orientation: int) -> None:
    upright = Image.new("RGB", (60, 40), "white")
    upright.paste("red", (0, 0, 30, 20))
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    stored = upright.transpose(Image.Transpose(back[orientation])) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    made = fit(encoded(stored, "JPEG", exif=exif, quality=95), LARGE)
    shown = seen(made.data)
    assert (made.width, made.height) == shown.size == (60, 40)
    red, white = shown.getpixel((10, 10)), shown.getpixel((50, 30))
    assert red[0] > 200 > 60 > red[1] and min(white) > 200
    assert not shown.getexif()


def test_nothing_is_told_beside_the_picture() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x9286] = "Camera of Ada", "Ada's remark"
    exif.get_ifd(0x8825)[1] = "N"
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "Ada's own words")
    xmp = b"<x:xmpmeta>Ada was here</x:xmpmeta>"
    large = painted(1, 300, 200)
    for data in (
        encoded(large, "JPEG", exif=exif, comment=b"Ada's comment", xmp=xmp),
        encoded(large, "PNG", pnginfo=notes, exif=exif),
        encoded(large, "WEBP", exif=exif, xmp=xmp),
        encoded(large, "GIF", comment=b"Ada's comment"),
        encoded(large, "JPEG", exif=exif) + b"a film by Ada",
    ):
        assert b"Ada" in data
        for limit in (LARGE, Media(count=1, bytes=9_000, side=90)):
            kinds = limit.kinds | {"image/webp", "image/gif"}
            made = fit(data, Media(1, limit.bytes, limit.side, kinds=kinds))
            assert b"Ada" not in made.data


def test_a_profile_stays_where_nothing_else_changes() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encoded(painted(1, 90, 60), "JPEG", icc_profile=profile, comment=b"Ada")
    assert seen(fit(data, LARGE).data).info["icc_profile"] == profile
    assert "icc_profile" not in seen(fit(data, Media(1, 5000, side=50)).data).info


def test_what_shows_through_stays_or_stands_on_white() -> None:
    clear = Image.new("RGBA", (50, 50), (0, 0, 0, 0))
    clear.paste((255, 0, 0, 255), (0, 0, 25, 50))
    data = encoded(clear, "PNG")
    assert seen(fit(data, LARGE).data).getpixel((40, 40))[3] == 0
    flat = seen(fit(data, Media(count=1, bytes=50_000, kinds=JPEG)).data)
    assert flat.mode == "RGB" and min(flat.getpixel((40, 40))) > 250


def test_sixteen_bits_are_not_cut_off() -> None:
    grey = Image.new("I", (20, 20), 128 * 256).convert("I;16")
    shown = seen(fit(encoded(grey, "PNG"), LARGE).data)
    assert abs(shown.convert("L").getpixel((5, 5)) - 128) < 3


def test_a_moving_picture_moves_on_where_it_may() -> None:
    frames = [painted(number, 60, 40, "P") for number in range(3)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    still = fit(data, LARGE)
    assert (still.kind, getattr(seen(still.data), "n_frames", 1)) == ("image/png", 1)
    moving = fit(data, Media(count=1, bytes=100_000, kinds=JPEG | {"image/gif"}))
    assert moving.data == data
    large = fit(data, Media(count=1, bytes=2_000, kinds=JPEG | {"image/gif"}))
    assert large.kind == "image/jpeg"


def test_too_long_a_picture_gets_a_ground_of_its_edges_colour() -> None:
    strip = Image.new("RGB", (400, 50), (10, 120, 200))
    strip.paste("red", (100, 20, 300, 30))
    made = fit(encoded(strip, "PNG"), Media(count=1, bytes=50_000, ratio=2.0))
    shown = seen(made.data)
    assert shown.size == (400, 200)
    assert shown.getpixel((5, 5)) == shown.getpixel((5, 195)) == (10, 120, 200)
    assert shown.getpixel((200, 100)) == (255, 0, 0)


def test_a_strip_is_not_unrolled_into_memory() -> None:
    strip = Image.new("L", (200_000, 20), 200)
    made = fit(encoded(strip, "PNG"), Media(count=1, bytes=100_000, ratio=1.0))
    assert made.width * made.height <= 50_000_000


def test_a_picture_that_unpacks_to_too_much_is_not_unpacked() -> None:
    bomb = encoded(Image.new("1", (20_000, 20_000)), "PNG")
    assert len(bomb) < 100_000
    with pytest.raises(BadInput, match="20000 × 20000"):
        fit(bomb, LARGE)


@pytest.mark.parametrize("data", [b"", b"<html>", b"<svg/>", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"])
def test_what_is_no_picture_says_so(data: bytes) -> None:
    with pytest.raises(BadInput, match="no picture"):
        fit(data, LARGE)


@pytest.mark.filterwarnings("ignore::UserWarning")
@given(
    format=st.sampled_from(["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP"]),
    cut=st.integers(0, 3_000),
    bite=st.binary(min_size=1, max_size=40),
    at=st.integers(0, 3_000),
)
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_a_torn_file_is_a_picture_or_bad_input(format: str, cut: int, bite: bytes, at: int) -> None:
    whole = _file(3, 60, 40, format, "P" if format == "GIF" else "RGB")
    torn = (whole[:at] + bite + whole[at + len(bite) :])[: len(whole) - cut or None]
    try:
        made = fit(torn, LARGE)
    except BadInput:
        return
    seen(made.data)


@given(data=st.binary(max_size=200), kind=st.sampled_from(["image/jpeg", "image/png"]))
def test_any_bytes_are_bared_or_left(data: bytes, kind: str) -> None:
    for begin in (b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n"):
        bare(begin + data, kind)


@given(width=st.integers(1, 5000), height=st.integers(1, 5000), longer=st.integers(1, 5000))
def test_a_form_stays_as_it_was(width: int, height: int, longer: int) -> None:
    size, media = Size(width, height), Media(1, 1, side=1200, pixels=900_000, ratio=2.5)
    frame = padded(size, media.ratio)
    assert takes(Media(1, 1, ratio=2.5), frame)
    assert takes(media, largest(frame, media))
    small = scaled(frame, min(longer, frame.longer), media)
    assert small.longer <= longer
    assert abs(small.width * frame.height - small.height * frame.width) <= 2 * frame.longer


def test_words_are_cut_at_a_word() -> None:
    made = fit(photograph(1, 40, 30), Media(count=1, bytes=50_000, alt=20), "The old pier at noon")
    assert made.alt == "The old pier at noon"
    made = fit(photograph(1, 40, 30), Media(1, 50_000, alt=16), " The old\npier at noon ")
    assert made.alt == "The old pier at…"


@pytest.fixture
def website() -> Iterator[Any]:
    with Website() as website:
        yield website


def test_a_picture_is_fetched_and_keeps_its_address(website: Website) -> None:
    made = load(f"{website.url}/pictures/pier.jpg", Media(1, 20_000, side=400), "The pier")
    assert (made.url, made.alt) == (f"{website.url}/pictures/pier.jpg", "The pier")
    assert seen(made.data).size == (made.width, made.height) and max(made.width, made.height) <= 400


@pytest.mark.parametrize("path", ["/pictures/none.jpg", "/", "/feed.xml"])
def test_what_cannot_be_fetched_is_named(website: Website, path: str) -> None:
    with pytest.raises(BadInput) as refused:
        load(f"{website.url}{path}", LARGE)
    assert f"{website.url}{path}" in str(refused.value)
