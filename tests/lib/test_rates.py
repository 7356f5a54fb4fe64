"""Limits as an operator writes them."""

import pytest

from syndicate.lib.errors import BadInput
from syndicate.lib.rates import Rate, days, parse


def test_each_stretch_of_time_may_have_its_limit() -> None:
    assert parse("0.5/s 30/min 1000/h 20000/d") == (
        *(Rate(0.5, 1), Rate(30, 60)),
        *(Rate(1000, 3600), Rate(20000, 86400)),
    )
    assert parse(" ") == ()


@pytest.mark.parametrize(
    "text", ["20", "20/w", "20 /s", "-1/s", "0/s", "0.5/h", "1e3/h", "5/s 6/s", "fast"]
)
def test_what_cannot_be_kept_to_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse(text)
    assert "20" in caught.value.hint or "stretch" in caught.value.message


def test_the_days_of_a_warm_up() -> None:
    assert days("200 500 1000") == (200, 500, 1000)
    for text in ("200,500", "0 100", "1.5", "x"):
        with pytest.raises(BadInput):
            days(text)
