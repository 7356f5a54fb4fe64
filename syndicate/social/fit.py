"""Making a post fit: the summary gives way first, then the title, the link never. Pure."""

from __future__ import annotations

from collections.abc import Callable

from syndicate.lib.text import clip, graphemes

# A summary of which less remains says nothing: better none.
_LEAST = 30


def fit(
    render: Callable[[str, str], str], title: str, summary: str, fits: Callable[[str], bool]
) -> str:
    """``render(title, summary)``, with as much of both as *fits*.

    What comes back may still be too long, if the template's own words and the link are.
    """
    whole = render(title, summary)
    if fits(whole):
        return whole
    kept = clip(summary, lambda part: fits(render(title, part)))
    if len(graphemes(kept)) < _LEAST:
        kept = ""
    if kept or fits(render(title, "")):
        return render(title, kept)
    return render(clip(title, lambda part: fits(render(part, ""))), "")
