"""Drawn pictures: titles in lines, fonts that have the letters, and a page that serves them."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from syndicate.lib.colour import contrast
from syndicate.lib.errors import BadInput
from syndicate.lib.text import graphemes
from syndicate.social.channels.message import Media
from syndicate.social.draw import draw
from syndicate.social.drawn import drawn, picture_url
from syndicate.social.raster.card import look
from syndicate.social.raster.fonts import Font, font
from syndicate.social.raster.letters import Letters
from syndicate.social.raster.lines import lines, pieces
from tests.social import stage

TITLE, NAME, ACCENT = "A new pier, and ferries from May on", "The Harbour Review", "#0b5c66"


def seen(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def width(text: str) -> float:
    """Each letter as wide as the others."""
    return len(graphemes(text))


@given(st.lists(st.sampled_from([*"ab- /「」、日本語é", "👩‍👧"]), max_size=60), st.integers(1, 20))
def test_lines_keep_all_letters_and_their_room(letters: list[str], room: int) -> None:
    text = "".join(letters)
    made = lines(text, room, width)
    assert "".join(made).replace(" ", "") == "".join(text.split())
    assert all(width(line) <= room for line in made)
    assert all(line == line.strip() and line for line in made)


def test_lines_are_about_as_long_as_each_other() -> None:
    assert lines("one two three four five", 20, width) == ["one two three", "four five"]
    assert lines("one two three four", 18, width) == ["one two three four"]


@pytest.mark.parametrize(
    ("text", "stretches"),
    [
        ("A new pier", ["A ", "new ", "pier"]),
        ("Follow-up 3-1", ["Follow-", "up ", "3-1"]),
        ("港は「毎日」、開く。", ["港", "は", "「毎", "日」、", "開", "く。"]),
        ("Pier 桟橋", ["Pier ", "桟", "橋"]),
        ("부두가 열렸다", ["부두가 ", "열렸다"]),
    ],
)
def test_where_a_line_may_end(text: str, stretches: list[str]) -> None:
    assert pieces(text) == stretches


def test_a_word_is_torn_only_where_it_is_too_long() -> None:
    assert lines("ab abcdefgh", 5, width) == ["ab", "abcd", "efgh"]


def test_a_picture_of_the_size_asked_for(configure: Callable[..., Any]) -> None:
    picture = seen(draw(TITLE, NAME, ACCENT))
    assert picture.size == (1200, 630)
    light, dark = picture.getpixel((4, 4)), picture.getpixel((1195, 625))
    assert sum(light) > sum(dark)
    assert seen(draw(TITLE, NAME, ACCENT, (600, 315))).size == (600, 315)


def test_the_title_and_the_name_stand_there() -> None:
    whole, without = seen(draw(TITLE, NAME, ACCENT)), seen(draw(TITLE, "", ACCENT))
    assert _light(whole, (84, 80, 1116, 380)) > 10_000
    assert _light(whole, (84, 505, 600, 560)) > 1_000
    assert _light(without, (84, 505, 600, 560)) == 0


def _light(picture: Image.Image, box: tuple[int, int, int, int]) -> int:
    return sum(picture.crop(box).convert("L").histogram()[200:])


@pytest.mark.parametrize("length", [1, 10, 60, 140, 400, 3000])
def test_no_title_runs_out_of_its_room(length: int) -> None:
    words = itertools.cycle(["harbour", "pier", "of", "the", "ferries"])
    title = " ".join(itertools.islice(words, length))
    picture = seen(draw(title, NAME, "#000000"))
    for edge in ((0, 0, 1200, 50), (0, 0, 80, 630), (1130, 0, 1200, 630), (0, 580, 1200, 630)):
        assert _light(picture, edge) == 0
    # … nor into the bar and the name below it.
    assert _light(picture, (200, 440, 1200, 480)) == 0


def test_a_font_comes_along_for_half_of_europe() -> None:
    found = font("Größe, Łódź, Ελλάδα, Новый – “ñ”")
    assert found and found.path


@given(st.integers(0, 0xFFFFFF))
def test_the_text_can_be_read_on_any_colour(colour: int) -> None:
    made = look(f"#{colour:06x}")
    assert contrast(made.text, made.ground) >= 3.5 and contrast(made.text, made.deep) >= 3.5


def test_a_title_from_right_to_left_stands_on_the_right() -> None:
    if font("רציף חדש") is None:
        pytest.skip("no font here has Hebrew letters")
    picture = seen(draw("רציף חדש", "סקירה", "#000000"))
    assert _light(picture, (700, 80, 1116, 380)) > 3_000
    assert _light(picture, (84, 80, 400, 380)) == 0


def test_letters_that_no_font_has_make_no_picture() -> None:
    with pytest.raises(BadInput, match="No font here") as refused:
        draw("\U00012345\U00013000", NAME, ACCENT)
    assert "social.font" in refused.value.hint


def test_a_name_that_no_font_has_is_left_out() -> None:
    assert draw(TITLE, "\U00012345", ACCENT) == draw(TITLE, "", ACCENT)


def test_emoji_are_left_out() -> None:
    assert draw(f"👩‍👩‍👧 {TITLE} 🎉", NAME, ACCENT) == draw(TITLE, NAME, ACCENT)
    with pytest.raises(BadInput):
        draw("🎉🇩🇪", NAME, ACCENT)


def test_the_font_that_was_chosen_comes_first(
    tmp_path: Path, configure: Callable[..., Any]
) -> None:
    own = Font("").at(10).path.getvalue()  # type: ignore[union-attr]
    (tmp_path / "Ours-Bold.ttf").write_bytes(own)
    (tmp_path / "Broken-Bold.ttf").write_bytes(own[:100])
    before = draw(TITLE, NAME, ACCENT)
    for chosen in (tmp_path, tmp_path / "Ours-Bold.ttf"):
        assert font("Pier", str(chosen)) == Font(str(tmp_path / "Ours-Bold.ttf"))
        configure(social={"font": str(chosen)})
        assert draw(TITLE, NAME, ACCENT)
    assert font("Pier", str(tmp_path / "none.ttf")) == font("Pier")
    assert before


def test_the_letters_of_a_font_are_known() -> None:
    own = Letters(Font("").at(10).path.getvalue())  # type: ignore[union-attr]
    assert all(letter in own for letter in "Aaz9’“")
    assert not any(letter in own for letter in "ЖéŁ日ש\U0001f600\uffff")
    noto = Letters(Path(font("Жé").path).read_bytes())  # type: ignore[union-attr]
    assert all(letter in noto for letter in "ЖéŁßΩ–") and "日" not in noto
    assert "A" not in Letters(b"") and "A" not in Letters(b"OTTO no font")


@pytest.mark.django_db
class TestThePage:
    """/picture/<token>.jpg"""

    @pytest.fixture
    def post(self, now: Any) -> Any:
        return stage.written(stage.webhook(), now, title=TITLE)

    def path(self, post: Any) -> str:
        return picture_url(post).partition("//")[2].partition("/")[2]

    def test_it_shows_the_title_as_it_will_go_out(self, client: Any, post: Any) -> None:
        answer = client.get(f"/{self.path(post)}")
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
        assert seen(answer.content).size == (1200, 630)
        image = drawn(post, Media(count=1, bytes=100_000, side=600))
        assert (image.alt, image.url, image.width) == (TITLE, picture_url(post), 600)

    def test_who_has_it_is_not_sent_it_again(self, client: Any, post: Any) -> None:
        first = client.get(f"/{self.path(post)}")
        again = client.get(f"/{self.path(post)}", headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        post.card["title"] = "Another pier"
        post.save()
        other = client.get(f"/{self.path(post)}", headers={"If-None-Match": first["ETag"]})
        assert other.status_code == 200 and other["ETag"] != first["ETag"]

    def test_it_may_be_kept_and_keeps_nothing_of_anybody(self, client: Any, post: Any) -> None:
        answer = client.get(f"/{self.path(post)}")
        assert answer["Cache-Control"] == "public, max-age=3600"
        assert not answer.cookies
        assert client.head(f"/{self.path(post)}").status_code == 200
        assert client.post(f"/{self.path(post)}").status_code == 405

    def test_a_forged_link_leads_nowhere(self, client: Any, post: Any) -> None:
        path = self.path(post)
        forged = path.replace(path[8], "A" if path[8] != "A" else "B", 1)
        for address in (forged, "picture/x.jpg", "picture/.jpg"):
            assert client.get(f"/{address}").status_code == 404
        post.delete()
        assert client.get(f"/{path}").status_code == 404

    def test_a_title_that_cannot_be_drawn_is_not_there(self, client: Any, post: Any) -> None:
        post.card["title"] = "\U00012345"
        post.save()
        answer = client.get(f"/{self.path(post)}")
        assert answer.status_code == 404 and b"social.font" in answer.content
