"""Texts that nobody would write, by the thousand: for comparing how they are counted.

``texts(count, seed)`` gives the same ones each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

_PLAIN = (
    "A new pier", "harbour", "Straße", "Größe", "naïve", "don’t", "3.5", "U.S.", "e.g.", "2026",
    "—", "…", "½", "№ 7", "“quoted”", "桟橋が開く", "港口。新聞", "ท่าเรือ", "नमस्ते", "பிரதமர்",
    "مرحبا", "שלום", "Привет", "Ελλάδα", "한국어", "각", "e\u0301", "Z͑ͫ̓ͪ̂ͫ̽", "ﬃ", "ǅ", "İı", "Å",
    "𝒳", "𠮷野家", "\U000e0041", "\u1100\u1161\u11a8", "\u0915\u094d\u0937", "กำ", "\u0600",
)  # fmt: skip
_FACES = (
    "😀", "👍", "❤", "❤️", "☺", "☺︎", "☺️", "©", "®", "™", "©️", "™️", "♟", "♟️", "⌚", "☎", "‼",
    "1️⃣", "#️⃣", "*⃣", "7", "🫠", "🪿", "🏻", "🀄", "🃏", "🅰", "㊗", "㊗️", "✈️", "↔", "▶",
    "🏴", "🏳", "👨", "👩", "🧑", "👧", "👦", "💻", "⚕️", "⚕", "🌈", "🏴‍☠️", "🏳️‍🌈", "👁‍🗨", "👯‍♀️",
    "🤝", "🧑‍🤝‍🧑", "🦸🏽‍♀️", "👨🏿‍🚒", "👩‍❤️‍💋‍👨", "👩‍👩‍👧‍👦", "🧑‍🎄", "❤️‍🔥", "🏋️‍♂️", "🏋🏽‍♂️", "🏌️",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "🐻‍❄️", "\ufe0f", "\u20e3",
)  # fmt: skip
_TONES = ("🏻", "🏽", "🏿")
_MARKS = (
    "\u200b", "\u200d", "\u200e", "\u200f", "\u061c", "\u202a", "\u202e", "\u2066", "\u2069",
    "\u00a0", "\u00ad", "\u2060", "\ufeff", "\u3000", "\t", "\n", "\u2028", "\x85", "\u180e",
)  # fmt: skip
_SCHEMES = ("https://", "http://", "https://", "HTTPS://", "Http://", "ftp://", "https:/", "//", "")
_LABELS = (
    "example", "www", "harbour-review", "a", "9", "x1", "my_site", "_dmarc", "-bad", "bad-", "a--b",
    "münchen", "пример", "例え", "中文。網", "xn--mnchen-3ya", "xn--", "i❤", "😀", "École", "ｅｘ",
    "a" * 63, "b" * 64, "日本" * 20, "ex ample", "", "t", "ſ", "q\u0301", "ქართული", "Example",
)  # fmt: skip
_TOPS = (
    "com", "org", "de", "co.uk", "museum", "photography", "онлайн", "рф", "中国", "みんな",
    "xn--p1ai", "COM", "Com", "local", "invalid", "c", "comx", "com-", "com@", "com9",
    "js", "io", "test", "kids", "music", "guardian", "bq", "onion", "한국", "com日本", "com.",
    "com,org",
)  # fmt: skip
_PORTS = ("", "", "", ":8080", ":", ":0", ":abc", ":123456")
_PATHS = (
    "", "", "/", "/a", "/a/b/c.html", "/a_(b)", "/a_(b_(c))_d", "/a(b", "/a)b", "/é/Ü", "/путь/",
    "/日本", "/a.", "/a,b;", "/a!", "/@name/1", "/@", "/~me", "/a|b", "/[x]", "/a'b", "/%20/",
    "/a–b", "/1⃣", "/😀", "/a…", "/a”", "/-", "/_", "/a:b", "/a&b", "/\u03b9", "/x\u200e",
    "/$HOME", "//",
)  # fmt: skip
_QUERIES = (
    "", "", "", "?a=1&b=2", "?q", "?", "?a=é", "?a=b.", "?utm_source=x&utm_medium=y", "#top",
    "?a#b", "#", "?a=(b)", "?a[]=1", "?a=1,", "#:~:text=a", "?😀",
)  # fmt: skip
_NAMES = (
    "@ada", "@ada@social.example", "ada@example.org", "@ada.bsky.social", "@a.test", "@", "@@a.com",
    "@ada.example.com.", "(@ada.com)", "@-a.com", "@ada.com-", "@名.com", "@A.COM", "@a.b.invalid",
    "#pier", "#2026", "#a-b", "#桟橋", "＃pier", "##pier", "#pier.", "#pier!?", "#a#b", "#é\u0301",
    "#😀", "#️⃣x", "#\ufe0fa", "#a\u200bb", "#" + "x" * 70, "#(see", "#1a", "# a", "a#b", "#a_b…",
    "$GOOG", "$goog", "$TOOLONG", "$a1.", "$1a", "$A$B", "($X)", "$USD’", "$", "US$5",
    "https://t.co/Ab1", "https://t.co/Ab1-x", "http://t.co/" + "a" * 41, "https://t.co/a?b=1.",
    "https://t.co/", "httpbin.org", "http.cat/200", "https.example", "www.example", "localhost:80",
)  # fmt: skip
_JOINTS = (
    " ",
    " ",
    " ",
    " ",
    "",
    "",
    "\n",
    ", ",
    "(",
    ") ",
    "“",
    "” ",
    ".",
    "/",
    "-",
    "_",
    "@",
    "、",
)


def texts(count: int, seed: int) -> Iterator[str]:
    """So many, none of them empty."""
    random = Random(seed)
    for _ in range(count):
        pieces = [_piece(random) + random.choice(_JOINTS) for _ in range(random.randint(1, 7))]
        yield "".join(pieces).strip(" ") or "."


def _piece(random: Random) -> str:
    makes = (_plain, _plain, _drawn, _address, _address, _address, _named, _mark)
    return random.choice(makes)(random)


def _plain(random: Random) -> str:
    return random.choice(_PLAIN)


def _named(random: Random) -> str:
    return random.choice(_NAMES)


def _mark(random: Random) -> str:
    return random.choice(_MARKS) + random.choice(_PLAIN)


def _drawn(random: Random) -> str:
    """An emoji, or several made into one, rightly or not."""
    made = random.choice(_FACES)
    if random.random() < 0.2:
        made += random.choice(_TONES)
    if random.random() < 0.2:
        made += "\u200d" + random.choice(_FACES)
    if random.random() < 0.15:
        made += "".join(chr(0x1F1E6 + random.randrange(26)) for _ in range(random.randint(1, 3)))
    return made


def _address(random: Random) -> str:
    labels = [random.choice(_LABELS) for _ in range(random.randint(1, 3))]
    host = ".".join([*labels, random.choice(_TOPS)])
    parts = (_SCHEMES, [host], _PORTS, _PATHS, _QUERIES)
    return "".join(random.choice(part) for part in parts)
