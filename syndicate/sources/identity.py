"""What makes two sightings one article: its guid, else its canonical link, else its content."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from syndicate.sources.readers.base import Entry

# What campaigns, platforms and sessions add to a link; none of it names another article.
_TRACKING = re.compile(
    r"^(utm_\w+|mtm_\w+|pk_\w+|mc_[ce]id|fbclid|gclid|dclid|msclkid|yclid|igshid|ref_src|_hsenc"
    r"|_hsmi|wt_mc|xtor|at_medium|at_campaign|cmpid|phpsessid|jsessionid|aspsessionid\w+"
    r"|session_?id|cfid|cftoken)$",
    re.IGNORECASE,
)
# What stands at the end of a path, and is no part of it.
_ENDING = re.compile(r"(/(index\.(html?|php))?)?(;jsessionid=[^/]*)?$", re.IGNORECASE)
_ESCAPED = re.compile(r"%[0-9a-f]{2}", re.IGNORECASE)
_AS_THEY_ARE = "/%:@!$&'()*+,;=~"  # in a path, RFC 3986, 3.3
# Below this, a text says too little to be known again by it alone.
_TELLING = 200


@dataclass(frozen=True)
class Marks:
    """By what an entry is known again; an empty mark says nothing."""

    guid: str
    url_key: str
    content: str  # sha256 of title, summary and body, hex
    telling: bool  # whether *content* is enough by itself
    canonical: str = ""  # as url_key, of the address its page names as its own; empty if the same

    @property
    def identity(self) -> str:
        """The strongest mark, as ``Article.identity``."""
        if self.guid:
            return short(f"guid:{self.guid}")
        return short(f"url:{self.url_key}") if self.url_key else f"hash:{self.content}"


def marks(entry: Entry) -> Marks:
    """The marks of one entry."""
    text = f"{entry.title}\n{entry.summary}\n{entry.body}"
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    link, canonical = url_key(entry.url), url_key(entry.canonical)
    return Marks(
        short(entry.guid.strip()),
        link,
        digest,
        telling=len(text) >= _TELLING,
        canonical=canonical if canonical != link else "",
    )


# A feed names the same few addresses at each of its looks, and each of them several times.
@lru_cache(8192)
def url_key(url: str) -> str:
    """*url* without what does not matter: scheme, ``www.``, fragment, tracking, order of fields,
    how a letter is written in it.

    Empty for a bare host, which is no article.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
        port = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
    except ValueError:
        return ""
    fields = [
        pair for pair in parse_qsl(parts.query, keep_blank_values=True)
        if not _TRACKING.match(pair[0])
    ]  # fmt: skip
    path = _written(_ENDING.sub("", parts.path, count=1))
    route = f"#{parts.fragment}" if parts.fragment.startswith(("!", "/")) else ""
    if not host or not (path or fields or route):
        return ""
    query = f"?{urlencode(sorted(fields))}" if fields else ""
    return short(f"{host}{port}{path}{query}{route}")


def _written(path: str) -> str:
    """*path* in one way of several: ``/caf%c3%a9`` and ``/café`` are ``/caf%C3%A9``."""
    quoted = quote(path, safe=_AS_THEY_ARE, errors="replace")
    return _ESCAPED.sub(lambda letter: letter[0].upper(), quoted)


def short(mark: str) -> str:
    """*mark* in at most 500 characters, still one for each; what a database can index."""
    if len(mark) <= 500:
        return mark
    return f"{mark[:400]}#{hashlib.sha256(mark.encode('utf-8', 'replace')).hexdigest()}"
