"""CSS written into the elements, for mail clients that read no style sheet.

premailer, with settings that its defaults get wrong for mail. It meets a rendered document, never a
template: ``{{ }}`` in an address would be percent-encoded.
"""

from __future__ import annotations

import logging
import re
import threading
from functools import cache
from typing import Any

import idna

# premailer's parse cache is shared and not made for threads.
_lock = threading.Lock()

_HOST = re.compile(
    r'(?P<before>\b(?:href|src)="https?://)(?P<host>[^"/?#:@]*[^\x00-\x7f"/?#:@][^"/?#:@]*)'
)


def inline(html: str, base_url: str) -> str:
    """*html* with its ``<style>`` rules inlined; one with ``data-premailer="ignore"`` stays.

    Relative addresses become absolute by *base_url*. The document's elements should carry no
    ``style`` of strangers: sanitise first.
    """
    with _lock:
        inlined: str = _premailer()(
            _HOST.sub(_ascii_host, html),
            base_url=base_url,
            allow_network=False,  # else it fetches what a <link> names
            strip_important=False,  # else kept @media rules lose to the inlined ones
            disable_validation=True,  # it would only write to a log, and take as long again
            disable_basic_attributes=["height", "width"],  # else height="auto"
            preserve_internal_links=True,
            align_floating_images=False,  # else it adds align= to them
        ).transform(pretty_print=False)
    return inlined


@cache
def _premailer() -> Any:
    """Loaded when the first mail is rendered: a worker that only sends has no use for it, and a
    command that is called by hand begins sooner."""
    import cssutils
    from premailer import Premailer

    # It reports every property it does not know, to stderr.
    cssutils.log.setLevel(logging.CRITICAL)
    return Premailer


def _ascii_host(match: re.Match[str]) -> str:
    """libxml2 percent-encodes a host that is not ASCII, and the link is dead."""
    try:
        host = idna.encode(match["host"], uts46=True).decode("ascii")
    except idna.IDNAError:
        host = match["host"]
    return match["before"] + host
