"""An order form as it was posted → the order and what is left out."""

from __future__ import annotations

from django.http import QueryDict


def arrangement(posted: QueryDict) -> tuple[list[int], list[int]]:
    """``(ordered ids, excluded ids)``: all ids as the form lists them, with one move applied.

    ``order=7&order=9&include=7&move=9:up`` puts 9 first and leaves it out.
    """
    order = [int(text) for text in posted.getlist("order") if text.isdecimal()]
    included = set(posted.getlist("include"))
    excluded = [pk for pk in order if str(pk) not in included]
    pk, _, way = posted.get("move", "").partition(":")
    if pk.isdecimal() and int(pk) in order:
        order = moved(order, int(pk), -1 if way == "up" else 1)
    return order, excluded


def moved(order: list[int], pk: int, by: int) -> list[int]:
    """*order* with *pk* one place on; at an end it stays."""
    at = order.index(pk)
    to = min(max(at + by, 0), len(order) - 1)
    rest = order[:at] + order[at + 1 :]
    return [*rest[:to], pk, *rest[to:]]
