"""Text stays readable on whatever accent a publication chose."""

from __future__ import annotations

import pytest

from syndicate.lib.colour import READABLE, contrast, readable


def test_contrast_of_black_and_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#777777") == 1


@pytest.mark.parametrize("accent", ["#0b5c66", "#ffee00", "#ff0000", "#111111", "#fefefe"])
@pytest.mark.parametrize("ground", ["#f7f5ef", "#232930"])
def test_any_accent_can_be_read_on_any_ground(accent: str, ground: str) -> None:
    assert contrast(readable(accent, ground), ground) >= READABLE


def test_a_readable_colour_is_left_alone() -> None:
    assert readable("#0b5c66", "#ffffff") == "#0b5c66"
