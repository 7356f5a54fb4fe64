"""What a site's robots.txt lets us read (RFC 9309); for the pages of articles, never for feeds.

::

    allowed(url, now) ─→ the host's rules, a day old at most ─→ the longest that fits decides
    parse(text, token) ─→ Rules                                                       pure

Not there (4xx): everything is allowed. Out of reach (5xx, 429, no connection): nothing is, for now;
it is asked for again after an hour. After a day of that, everything is: the RFC speaks of "a
reasonably long period", thirty days for example. Ours is short because what we read are the few
pages that the site itself has just announced in its feed, and because nobody remembers for thirty
days here: a restart forgets.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from syndicate.lib.config import site
from syndicate.lib.errors import BadInput
from syndicate.lib.http import Refused, fetch

# What is beyond is not read (2.5); a file of many times that is none.
MOST = 500 * 1024
FRESH = timedelta(days=1)  # 2.4
AGAIN = timedelta(hours=1)
PATIENT = timedelta(days=1)
# Waits that are asked for are kept up to this many seconds.
LONGEST_DELAY = 30.0
# How many hosts' rules are remembered.
_REMEMBERED = 500
_TOO_MUCH = 10_000_000

_BOM = "\ufeff"
_EOL = re.compile(r"[\r\n]+")
_TOKEN = re.compile(r"[A-Za-z_-]+")
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
# Letters that mean the same with and without an escape (RFC 3986, 2.3).
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")


@dataclass(frozen=True)
class Rule:
    """Paths like *pattern*, in which ``*`` is anything and ``$`` the end."""

    allow: bool
    pattern: str

    def fits(self, path: str) -> bool:
        """Whether *path* (normal, with its query) begins like the pattern. Never backtracks."""
        pattern, ends = self.pattern.removesuffix("$"), self.pattern.endswith("$")
        first, *others = pattern.split("*")
        if not path.startswith(first):
            return False
        at, last = len(first), others.pop() if others else None
        for piece in others:
            found = path.find(piece, at)
            if found < 0:
                return False
            at = found + len(piece)
        if last is None:
            return not ends or at == len(path)
        if ends:
            return path.endswith(last) and len(path) - len(last) >= at
        return path.find(last, at) >= 0


@dataclass(frozen=True)
class Rules:
    """What one robots.txt says to us, and how many seconds it wants between two pages."""

    rules: tuple[Rule, ...] = ()
    delay: float = 0.0

    def allow(self, path: str) -> bool:
        """The longest rule that fits decides; of two, the one that allows; without any, yes."""
        path = _normal(path)
        fitting = [rule for rule in self.rules if rule.fits(path)]
        return max(fitting, key=lambda rule: (len(rule.pattern), rule.allow), default=_YES).allow


_YES = Rule(True, "")
_ALL, _NONE = Rules(), Rules((Rule(False, "/"),))


@dataclass
class _Group:
    tokens: set[str] = field(default_factory=set)
    rules: list[Rule] = field(default_factory=list)
    delay: float = 0.0


@dataclass(frozen=True)
class _Known:
    rules: Rules
    until: datetime
    failing_since: datetime | None = None


_known: OrderedDict[str, _Known] = OrderedDict()
_lock = threading.Lock()


def allowed(url: str, now: datetime) -> bool:
    """Whether robots.txt lets us read the page at *url*. Asks its host once a day."""
    if not site().sources.robots:
        return True
    parts = urlsplit(url)
    path = parts.path or "/"
    return _rules(url, now).allow(f"{path}?{parts.query}" if parts.query else path)


def delay(url: str, now: datetime) -> float:
    """How many seconds the host wants between two pages (Crawl-delay); 0 where it does not say."""
    return _rules(url, now).delay if site().sources.robots else 0.0


def forget() -> None:
    """Ask every host anew."""
    with _lock:
        _known.clear()


def token(user_agent: str) -> str:
    """By which name we are spoken to: ``syndicate (+https://…)`` → ``syndicate``."""
    found = _TOKEN.match(user_agent)
    return found[0].lower() if found else "*"


def parse(text: str, token: str) -> Rules:
    """The groups for *token*, together; without one, those for everybody."""
    groups = list(_groups(text))
    ours = [group for group in groups if token in group.tokens]
    ours = ours or [group for group in groups if "*" in group.tokens]
    rules = tuple(rule for group in ours for rule in group.rules)
    return Rules(rules, max((group.delay for group in ours), default=0.0))


def _groups(text: str) -> Iterator[_Group]:
    """Each begins with one user-agent line or several, and takes what follows."""
    group, naming = _Group(), False
    for name, value in _lines(text):
        if name == "user-agent":
            if not naming:
                yield group
                group, naming = _Group(), True
            found = _TOKEN.match(value)
            group.tokens.add(found[0].lower() if found else value[:1])
            continue
        if name in {"allow", "disallow"} and value:
            group.rules.append(Rule(name == "allow", _normal(value)))
        elif name == "crawl-delay":
            group.delay = max(group.delay, _seconds(value))
        # Anything else ("sitemap") belongs to no group, and ends none (2.2.4).
        naming = naming and name not in {"allow", "disallow", "crawl-delay"}
    yield group


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in _EOL.split(text.removeprefix(_BOM)):
        name, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield name.strip().lower(), value.strip()


def _normal(path: str) -> str:
    """Each octet written in one way: escaped unless it needs none (2.2.2)."""
    octets = "".join(c if c.isascii() else "".join(f"%{o:02X}" for o in c.encode()) for c in path)
    return _ESCAPE.sub(_unescaped, octets)


def _unescaped(escape: re.Match[str]) -> str:
    letter = chr(int(escape[1], 16))
    return letter if _UNRESERVED.fullmatch(letter) else escape[0].upper()


def _seconds(value: str) -> float:
    number = re.fullmatch(r"\d{1,6}(\.\d{0,6})?", value)
    return min(float(value), LONGEST_DELAY) if number else 0.0


def _rules(url: str, now: datetime) -> Rules:
    host = urljoin(url, "/robots.txt")
    with _lock:
        known = _known.get(host)
    if known is None or not known.until - FRESH <= now < known.until:
        known = _asked(host, known, now)
        with _lock:
            _known[host] = known
            _known.move_to_end(host)
            while len(_known) > _REMEMBERED:
                _known.popitem(last=False)
    return known.rules


def _asked(host: str, before: _Known | None, now: datetime) -> _Known:
    try:
        page = fetch(host, max_bytes=_TOO_MUCH, now=now)
    except BadInput as error:
        if isinstance(error, Refused) and 400 <= error.status < 500 and error.status != 429:
            return _Known(_ALL, now + FRESH)
        return _unreachable(before, now)
    text = page.body[:MOST].decode("utf-8", "replace")
    return _Known(parse(text, token(site().sources.user_agent)), now + FRESH)


def _unreachable(before: _Known | None, now: datetime) -> _Known:
    """What was said last holds on; where nothing was, nothing is allowed, but not for ever."""
    since = (before and before.failing_since) or now
    rules = before.rules if before else _NONE
    if rules is _NONE and now - since >= PATIENT:
        rules = _ALL
    return _Known(rules, now + AGAIN, since)
