"""A compiled message and one reader → the final bytes.

    layout: constant, Value, constant, …  ─ Weave ─→ pieces, and which value goes between which
    recipient ─→ its values, each spelled once for all places it stands in ─ fill ─→ pieces

Pieces are joined where they are written, once, together with what announces the next mail.

This runs once for each mail of an edition, so it looks nothing up and keeps nothing: everyday
names and addresses, spelled alike everywhere, are told by one pattern each; and what is the same
for every reader (keys, the beginnings of links) is bound when the message is compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from html import escape
from operator import itemgetter
from typing import NamedTuple

from syndicate.audience import links
from syndicate.lib import mime, tokens
from syndicate.mail.envelope import DELIVERY

# A longer name in an ASCII subject is encoded, which folds it: no line comes near to 998 letters.
_LONGEST_BARE = 60
# "To: name <address>" on one line of 78 letters.
_TO = 78 - len("To:  <>")
# The Message-ID has the Delivery's mark without the end of its proof: others see it, and shall not
# be able to write the bounce address.
_CUT = 2 * tokens.ID_BYTES + tokens.MAC_BYTES // 2
# Where the tokens of one mail end, in a row: that mark, one-click, unsubscribe.
_MARK = tokens.letters(_CUT)
_ONE_CLICK = _MARK + tokens.letters(tokens.ID_BYTES + tokens.MAC_BYTES)
_UNSUBSCRIBE = _ONE_CLICK + tokens.letters(tokens.ID_BYTES + tokens.MAC_BYTES)


class Value(IntEnum):
    """What differs from reader to reader, by the place it has among a reader's values.

    In bodies, a value that :func:`mime.value` has spelled; in headers, one spelled for there.
    """

    ADDRESS = 0  # as SMTP takes it
    PHRASE = 1  # the name before it, and what stands between; not used where there is no name
    SUBJECT = 2  # the name as it stands in the subject
    MESSAGE_ID = 3  # its left side
    ONE_CLICK = 4  # the links' own parts, which need no quoting anywhere
    UNSUBSCRIBE = 5
    PREFERENCES = 6
    NAME = 7
    NAME_HTML = 8
    EMAIL = 9
    EMAIL_HTML = 10


Layout = Sequence["bytes | Value"]


class Recipient(NamedTuple):
    """One reader of one edition; *seq* is the Delivery's, *email* and *name* as they gave them."""

    seq: int
    email: str
    name: str
    subscriber_id: int
    subscription_id: int


class Weave:
    """A layout made ready: constant pieces, and between each two of them one value."""

    def __init__(self, layout: Layout) -> None:
        """*layout* holds two values or more."""
        pieces, order = [b""], []
        for piece in layout:
            if isinstance(piece, Value):
                order.append(int(piece))
                pieces += [b"", b""]
            else:
                pieces[-1] += piece
        self._pieces = pieces
        self._pick = itemgetter(*order)

    def fill(self, values: tuple[bytes, ...]) -> list[bytes]:
        """The pieces of the whole, with *values* (one for each :class:`Value`, in order) put in."""
        pieces = self._pieces.copy()
        pieces[1::2] = self._pick(values)
        return pieces


class Weaves(NamedTuple):
    """One message for three kinds of reader, since a name may stand in the subject."""

    unnamed: Weave  # who gave no name
    bare: Weave | None  # whose name may stand in the subject as it is; None: nobody's may
    encoded: Weave  # whose name must be encoded there


class Compiled:
    """A message of one edition with holes, and all that it takes to fill them."""

    def __init__(self, edition_id: int, weaves: Weaves, sender: Callable[[bytes], bytes]) -> None:
        self.mark = tokens.sealer(DELIVERY, edition_id)  # what is signed for a Delivery, by its seq
        self.sender = sender  # its envelope sender, by its mark
        self._unnamed, self._bare, self._encoded = weaves
        self._one_click = tokens.sealer(links.ONE_CLICK)
        self._unsubscribe = tokens.sealer(links.UNSUBSCRIBE)
        self._preferences = tokens.sealer(links.PREFERENCES)

    def splice(self, recipient: Recipient) -> bytes:
        """The mail for one reader, ready for the wire. Raises BadInput for an unusable address."""
        address, mark = mime.wire_address(recipient.email)[0], self.mark(recipient.seq)
        return b"".join(self.fill(recipient, address, mark))

    def fill(self, recipient: Recipient, address: bytes, mark: bytes) -> list[bytes]:
        """The pieces of a :meth:`splice` for whom it is known how their address stands on the wire,
        and what their Delivery's mark is."""
        _, email, name, subscriber, subscription = recipient
        if mime.everyday_address(email):
            shown = shown_html = address
        else:
            shown, shown_html = _spelled(email)
        if mime.everyday_name(name) and len(name) + len(address) <= _TO:
            plain = html = subject = name.encode("ascii")
            phrase = plain + b" "
            if (weave := self._bare) is None:
                weave, subject = self._encoded, mime.words(name)
        elif name := mime.one_line(name):
            plain, html = _spelled(name)
            phrase = mime.phrase(name, len(address))
            weave, subject = self._subject(name)
        else:
            plain = html = phrase = subject = b""
            weave = self._unnamed
        made = tokens.spell(
            mark[:_CUT]
            + self._one_click(subscription)
            + self._unsubscribe(subscription)
            + self._preferences(subscriber)
        )
        return weave.fill((
            address, phrase, subject, made[:_MARK], made[_MARK:_ONE_CLICK],
            made[_ONE_CLICK:_UNSUBSCRIBE], made[_UNSUBSCRIBE:],
            plain, html, shown, shown_html,
        ))  # fmt: skip

    def _subject(self, name: str) -> tuple[Weave, bytes]:
        """Any *name* as it may stand in the subject, and where."""
        if self._bare is not None and len(name) <= _LONGEST_BARE and mime.is_bare(name):
            return self._bare, name.encode("ascii")
        return self._encoded, mime.words(name)


def _spelled(text: str) -> tuple[bytes, bytes]:
    """*text*, of one line, for text and for HTML."""
    plain = mime.value(text)
    escaped = escape(text)
    return plain, plain if escaped == text else mime.value(escaped)
