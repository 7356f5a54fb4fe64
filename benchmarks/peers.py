"""Who we are compared with, handing the same bytes to the same kind of sink.

smtp_source      Postfix's sender in C: one mail for everybody, nothing to build, nothing to record
pipelined        a sender of ours in C that does nothing but send, as few journeys as we: the limit
smtplib_built    one connection, an EmailMessage for each reader, as most programs do it
smtplib_sent     the same connection, the mail made beforehand
signatures       no sender: the RSA signatures alone that so many mails would need
"""

from __future__ import annotations

import resource
import smtplib
import subprocess
import tempfile
import time
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any, cast

from cryptography.hazmat.primitives.serialization import load_pem_private_key

from benchmarks import keys, people
from benchmarks.rounds import Run
from benchmarks.sink import Sink, compiled, postfix
from syndicate.lib.signing import DIGEST, signs
from syndicate.mail.placeholders import PLACEHOLDERS

SENDER = "bounces@harbour.example.org"


def smtp_source(sink: Sink, mail: bytes, mails: int, *options: str) -> Run:
    """``smtp-source -s 20``; with ``-d`` it keeps its connections."""
    program = postfix("smtp-source")
    if program is None:
        raise FileNotFoundError("smtp-source is not installed: it comes with Postfix")
    with tempfile.NamedTemporaryFile(prefix="mail-") as file:
        # It ends each line itself.
        file.write(mail.replace(b"\r\n", b"\n"))
        file.flush()
        command = [
            program, "-s", "20", *options, "-m", str(mails), "-F", file.name,
            "-f", SENDER, "-t", people.email(1), f"127.0.0.1:{sink.port}",
        ]  # fmt: skip
        return _timed(sink, mails, lambda: _run(command))


def pipelined(sink: Sink, mail: bytes, mails: int, connections: int, work: int = 0) -> Run:
    """``source.c``; *work*: microseconds before each mail, which do not count as its CPU."""
    command = [compiled("source"), *map(str, (sink.port, mails, connections, work))]

    def send() -> float:
        told = subprocess.run(command, input=mail, check=True, capture_output=True)
        return float(told.stdout) * mails / 1e6

    return _timed(sink, mails, send)


def signatures(mails: int) -> Run:
    """By `cryptography`, of 2,048 bits, in this very thread."""
    sign = signs(cast(Any, load_pem_private_key(keys.rsa_pem().encode(), None)))
    begun, cpu = time.monotonic(), time.process_time()
    for n in range(mails):
        sign(n.to_bytes(DIGEST, "big"))
    return Run(mails, time.monotonic() - begun, time.process_time() - cpu)


def smtplib_built(sink: Sink, sample: dict[str, Any], mails: int) -> Run:
    """An EmailMessage for each reader, over one connection."""

    def send() -> float:
        begun = time.process_time()
        with smtplib.SMTP("127.0.0.1", sink.port) as server:
            for i in range(mails):
                server.send_message(email_message(sample, i), SENDER, people.email(i))
        return time.process_time() - begun

    return _timed(sink, mails, send)


def smtplib_sent(sink: Sink, mail: bytes, mails: int) -> Run:
    """The same bytes for each reader, over one connection."""

    def send() -> float:
        begun = time.process_time()
        with smtplib.SMTP("127.0.0.1", sink.port) as server:
            for i in range(mails):
                server.sendmail(SENDER, people.email(i), mail)
        return time.process_time() - begun

    return _timed(sink, mails, send)


def email_message(sample: dict[str, Any], i: int) -> EmailMessage:
    """Reader *i*'s newsletter, from rendered HTML and text with placeholders."""
    html, text = sample["html"], sample["text"]
    for field, value in reader(i).items():
        placeholder = PLACEHOLDERS[field]
        html, text = html.replace(placeholder, value), text.replace(placeholder, value)
    return message(sample["subject"], html, text, i)


def message(subject: str, html: str, text: str, i: int) -> EmailMessage:
    """By the standard library, with the headers that ours have."""
    made = EmailMessage()
    made["From"] = "The Harbour Review <news@harbour.example.org>"
    made["To"] = f"{people.name(i)} <{people.email(i)}>"
    made["Subject"] = f"{people.name(i)}: {subject}"
    made["Message-ID"] = make_msgid(domain="harbour.example.org")
    made["List-Unsubscribe"] = f"<{_LINKS}/o/{i:018x}>"
    made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(text, cte="quoted-printable")
    made.add_alternative(html, subtype="html", cte="quoted-printable")
    return made


def reader(i: int) -> dict[str, str]:
    """What is reader *i*'s own, by the placeholder's field."""
    return {
        "name": people.name(i),
        "email": people.email(i),
        "unsubscribe_url": f"{_LINKS}/u/{i:018x}",
        "preferences_url": f"{_LINKS}/p/{i:018x}",
        "view_url": f"{_LINKS}/v/{i:018x}",
    }


_LINKS = "https://letters.harbour.example.org"


def _run(command: list[str]) -> float:
    """The CPU that a program took."""
    before = _children_cpu()
    subprocess.run(command, check=True)
    return _children_cpu() - before


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _timed(sink: Sink, mails: int, send: Callable[[], float]) -> Run:
    """From the first connection to the last mail, where the sink tells; else as long as it took."""
    before, begun = sink.seen(), time.monotonic()
    cpu = send()
    seconds, after = time.monotonic() - begun, sink.seen()
    if after.mails - before.mails != mails:
        raise RuntimeError(f"{after.mails - before.mails} of {mails} mails arrived")
    if after.last and not before.mails:
        seconds = after.last - after.first
    return Run(mails, seconds, cpu, after.cpu - before.cpu)
