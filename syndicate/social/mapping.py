"""Names that read otherwise on a platform: ``Sea power = #Seapower``, a line each. Pure."""

from __future__ import annotations

from syndicate.lib.errors import BadInput


def mapping(text: str) -> dict[str, str]:
    """Name in lower case → what stands for it ("": nothing). Raises BadInput, naming the line."""
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip():
            raise BadInput(
                f"Line {number}, “{line.strip()}”, is not “name = what stands for it”.",
                "Write one name a line.",
            )
        found[name.strip().casefold()] = value.strip()
    return found
