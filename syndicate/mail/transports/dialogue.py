"""The talk about mails over one open SMTP connection: bytes in → bytes out, no socket, no clock.

    begin(now) ─→ MAIL RCPT DATA ─→ 250 250 354 ─→ receive(data, now)
                  ┌─ dot(n): the body of n, ".", MAIL RCPT DATA of n + 1, in one write
                  └→ 250 250 250 354: done(n), dot(n + 1) …

PIPELINING (RFC 2920) makes of four journeys one. Only one mail at a time is past its dot without a
reply, so a kill leaves at most that one unknown. With CHUNKING (RFC 3030) "BDAT … LAST" stands for
DATA, body and dot. A connection's first mail goes one command at a time: this shows which of them
it is that a server cannot bear.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from syndicate.mail.replies import Kind, Stage, enhanced
from syndicate.mail.transports import refusal
from syndicate.mail.transports.base import Accepted, Mail, Refused, Work
from syndicate.mail.transports.envelope import Envelopes
from syndicate.mail.transports.opening import Offers
from syndicate.mail.transports.reply import Replies, words

# How long the server may think about a finished mail (RFC 5321 §4.5.3.2.6): giving up earlier
# makes copies, as it may well take the mail after all.
DOT_SECONDS = 600
# A server that thinks longer is told of the next mail only when it has answered: what is announced
# can no longer be left out, and in the meantime its reader may leave.
BRISK_SECONDS = 0.25

Hear = Callable[[int, bytes], None]

# What is said to a mail that is gone and to the next one's envelope if all of it is a yes, with
# DATA and with CHUNKING: heard at once, it need not be taken apart line by line.
_YES = rb"2\d\d [^\r\n]*\r\n"
_ALL_YES = re.compile(rb"(2\d\d) ([^\r\n]*)\r\n" + 2 * _YES + rb"3\d\d [^\r\n]*\r\n").fullmatch
_ALL_YES_CHUNKING = re.compile(rb"(2\d\d) ([^\r\n]*)\r\n" + 2 * _YES).fullmatch


class Terms(NamedTuple):
    """*patience*: seconds for one command. *most*: mails for one connection."""

    where: str
    patience: float
    most: int


class Dialogue:
    """Draws mails from *work* and tells it what became of them.

    *deadline*: when the reply that is awaited has to be there; None while none is. *over*: this
    connection is of no more use. *error*: and neither would another one be. *unsent*: to be set to
    how many of the bytes written have not left us.
    """

    def __init__(self, terms: Terms, offers: Offers, work: Work) -> None:
        self.deadline: float | None = None
        self.over = False
        self.error: Refused | None = None
        self.unsent = 0
        self.work = work
        self._terms = terms
        self._envelopes = Envelopes(terms.where, offers)
        self._pipelining, self._chunking = offers.pipelining, offers.chunking
        self._replies = Replies()
        self._out: list[bytes] = []
        self._due: deque[Hear] = deque()  # who hears the next replies
        self._later: deque[tuple[bytes, Hear]] = deque()  # lines of an envelope, one at a time
        self._mail: Mail | None = None  # the one that is announced
        self._envelope = b""
        self._content: Sequence[bytes] = ()
        self._gone: Mail | None = None  # the one past its dot
        self._gone_at = self._now = 0.0
        self._tail = 0  # bytes that were written after the last dot
        self._known = False  # whether RCPT was taken
        self._begun = 0
        self._proven = False  # this server has answered for a mail: a mishap is not about us
        self._brisk = True
        # Looked up once: naming a bound method makes it anew.
        self._hear_dot = self._dot
        self._order: tuple[Hear, ...] = (self._from, self._to, self._data)
        self._all_yes = _ALL_YES
        if offers.chunking:
            self._order = self._order[:2]
            self._all_yes = _ALL_YES_CHUNKING
        self._all = 1 + len(self._order)  # the replies to a dot and the next envelope

    # What the connection says --------------------------------------------------------------------

    def begin(self, now: float) -> bytes:
        """Start with the next mail, if there is one; returns what to write."""
        self._now = now
        self._proven = self._proven or self._begun > 0
        self._start()
        return self._written()

    def receive(self, data: bytes, now: float) -> bytes:
        """Hear the server; returns what to write."""
        self._now = now
        gone, mail = self._gone, self._mail
        if (
            gone
            and mail
            and len(self._due) == self._all
            and self._replies.idle
            and not self.unsent
            and (yes := self._all_yes(data))
        ):
            self._due.clear()
            self._known = True
            self._dotted(gone, Accepted(int(yes[1]), words(yes[2])))
            self._hand_over(mail)
            return self._written()
        replies, asked = self._replies.feed(data), len(self._due)
        for code, text in replies:
            if not self._due or not (asked or self._gone):
                self._end()  # nobody asked, or not yet: it says that it leaves, or is out of step
                break
            asked = max(0, asked - 1)
            self._due.popleft()(code, text)
        return self._written() if replies else b""

    def lost(self, reason: str) -> None:
        """The connection broke, or the deadline has passed."""
        if self._gone is not None:
            self._unanswered(reason)
        elif self._mail is not None:
            self._silence(self._stage(), reason)
        self._end()

    def cut(self) -> None:
        """We end it ourselves, at once."""
        if self._gone is not None:
            self._unanswered("the connection was cut")
        self._end()

    @property
    def spent(self) -> bool:
        """Whether this connection has carried its share."""
        return self._begun >= self._terms.most

    def _written(self) -> bytes:
        """What there is to write; from now on the next reply is awaited."""
        if not self._due:
            self.deadline = None
        else:
            self.deadline = self._now + (DOT_SECONDS if self._gone else self._terms.patience)
        out = b"".join(self._out)
        self._out.clear()
        return out

    # From one mail to the next -------------------------------------------------------------------

    def _start(self) -> None:
        """Announce the next mail."""
        if not self._draw():
            return
        if self._pipelining and self._proven:
            self._announce()
        else:
            lines = self._envelope.splitlines(keepends=True)
            self._later = deque(zip(lines, self._order, strict=True))
            self._step()

    def _announce(self) -> None:
        self._out.append(self._envelope)
        self._due.extend(self._order)

    def _step(self) -> None:
        line, hear = self._later.popleft()
        self._out.append(line)
        self._due.append(hear)

    def _draw(self) -> bool:
        """Take the next mail that can go this way."""
        while self._begun < self._terms.most:
            mail = self._mail = self.work.take()
            if mail is None:
                return False
            written = self._envelopes.write(mail)
            if not isinstance(written, Refused):
                self._envelope, self._content = written
                self._begun += 1
                self._known = False
                return True
            self._settle(written)
        return False

    def _hand_over(self, mail: Mail) -> None:
        """The body and its dot and, in the same write, the next envelope."""
        content = self._content
        if not self.work.dot(mail):
            self._mail = None
            self._forgo()
            return
        self._gone, self._gone_at, self._mail = mail, self._now, None
        if self._chunking:
            self._out.append(b"BDAT %d LAST\r\n" % sum(map(len, content)))
            self._out.extend(content)
        else:
            self._out.extend(content)
            self._out.append(b".\r\n")
        self._due.append(self._hear_dot)
        self._tail = 0
        if self._pipelining and self._brisk and self._draw():
            self._announce()
            self._tail = len(self._envelope)

    def _forgo(self) -> None:
        """A mail stays here that was announced: after DATA, only hanging up prevents it."""
        if self._chunking:
            self._clear(b"RSET\r\n", self._reset)
        else:
            self._end()

    def _clear(self, line: bytes, hear: Hear) -> None:
        """Have the server forget what was announced, and go on."""
        self._later.clear()
        self._out.append(line)
        self._due.append(hear)
        if self._pipelining and self._proven:
            self._start()

    def _settle(self, answer: Refused) -> None:
        """The mail that was announced will not go; others may."""
        mail, self._mail = self._mail, None
        if mail is not None:
            self.work.done(mail, answer)

    def _end(self) -> None:
        """No more over this connection; what was announced goes over another."""
        mail, self._mail = self._mail, None
        self.over, self.deadline = True, None
        self._due.clear()
        self._later.clear()
        self._out.clear()
        if mail is not None:
            self.work.put_back(mail)

    # What is answered ----------------------------------------------------------------------------

    def _dot(self, code: int, text: bytes) -> None:
        mail = self._gone
        early, taken = self._unsent() > self._tail, 200 <= code < 300
        if mail is None:
            return
        if taken and not early:
            self._dotted(mail, Accepted(code, words(text)))
        elif code >= 400:
            self._dotted(mail, self._refused(Stage.DOT, code, text))
        else:
            self._dotted(mail, self._no_answer(Stage.DOT, _said(text), unknown=not early))
        if early or code == 421 or not (taken or code >= 400):
            self._end()
        elif not self._due:
            self._start()

    def _dotted(self, mail: Mail, answer: Accepted | Refused) -> None:
        """The mail that was gone has its answer."""
        self._gone = None
        self._proven = True
        self._brisk = self._now - self._gone_at < BRISK_SECONDS
        self.work.done(mail, answer)

    def _from(self, code: int, text: bytes) -> None:
        """MAIL."""
        if 200 <= code < 300:
            if self._later:
                self._step()
        elif self._is_about_it(code, text):
            kind = Kind.OTHER if code in (550, 553) else Kind.FULL
            self._settle(refusal.only_this(self._terms.where, kind, (code, text)))
            self._next_of_order()
        else:
            self._no(Stage.MAIL, code, text)

    def _to(self, code: int, text: bytes) -> None:
        """RCPT."""
        if 200 <= code < 300:
            self._known = True
            if self._later:
                self._step()
                return
        elif self._mail is not None:
            self._no(Stage.RCPT, code, text)
            return
        self._next_of_order()

    def _data(self, code: int, text: bytes) -> None:
        """DATA."""
        if not 300 <= code < 400:
            if self._mail is not None or code < 400:
                self._no(Stage.DATA, code, text)
            else:
                self._next_of_order()
        elif self._mail is not None:
            self._hand_over(self._mail)
        elif self._known:
            self._end()  # a dot would be a mail, if an empty one
        else:
            # RFC 2920 §3.1: DATA may be taken though no recipient was. Nobody gets this mail.
            self._clear(b".\r\n", self._nothing)

    def _next_of_order(self) -> None:
        """The announcement goes on, or was in vain, or (BDAT) the mail may follow."""
        if self._due:
            return
        if self._mail is not None:
            self._hand_over(self._mail)
        else:
            self._clear(b"RSET\r\n", self._reset)

    def _reset(self, code: int, text: bytes) -> None:
        """RSET."""
        if not 200 <= code < 300:
            self._end()
        elif not self._due:
            self._start()

    def _nothing(self, code: int, text: bytes) -> None:
        """A dot without a mail: whatever is said of it, nothing was accepted."""
        if code in (0, 421):
            self._end()
        elif not self._due:
            self._start()

    # What it means -------------------------------------------------------------------------------

    def _no(self, stage: Stage, code: int, text: bytes) -> None:
        """Not what would let the announced mail go on."""
        if code < 400:
            self._silence(stage, _said(text))
            self._end()
            return
        error = self._refused(stage, code, text)
        if not error.everybody:
            self._settle(error)
            self._proven = True
            self._next_of_order()
            return
        if not (self._proven and code == 421):  # it has had enough of this connection only
            self.error = error
        self._end()

    def _silence(self, stage: Stage, reason: str) -> None:
        """No answer about the announced mail; at MAIL it was not about that."""
        if stage is not Stage.MAIL:
            self._settle(self._no_answer(stage, reason))
        elif not self._proven:
            self.error = self._no_answer(stage, reason)

    def _unanswered(self, reason: str) -> None:
        """No answer about the mail that is gone, if it is."""
        mail, self._gone = self._gone, None
        if mail is not None:
            gone = self._unsent() <= self._tail
            stage = Stage.DOT if gone else Stage.DATA
            self.work.done(mail, self._no_answer(stage, reason, unknown=gone))

    def _unsent(self) -> int:
        """Bytes that have not left us, those included that this very read has made."""
        return self.unsent + sum(map(len, self._out))

    def _stage(self) -> Stage:
        """What the reply that is awaited would be about."""
        hear = self._due[0] if self._due else None
        return Stage.RCPT if hear == self._to else Stage.DATA if hear == self._data else Stage.MAIL

    def _is_about_it(self, code: int, text: bytes) -> bool:
        """Whether a no to MAIL is about this mail: its size (RFC 1870), its address (RFC 6531)."""
        if self._mail is None:
            return False
        said = words(text)
        too_large = code == 552 or (code >= 500 and enhanced(said)[2:] == "3.4")
        return too_large or (self._mail.needs_utf8 and code in (550, 553))

    def _refused(self, stage: Stage, code: int, text: bytes) -> Refused:
        return refusal.refused(self._terms.where, stage, (code, text))

    def _no_answer(self, stage: Stage, reason: str, unknown: bool = False) -> Refused:
        return refusal.lost(self._terms.where, stage, reason, unknown=unknown)


def _said(text: bytes) -> str:
    return f"it said “{words(text)}”"
