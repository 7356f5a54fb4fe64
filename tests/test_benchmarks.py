"""The benchmarks run, with tiny numbers: what they print is nobody's promise here."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import (
    build,
    cpu,
    deliver,
    extract,
    handover,
    idle,
    ledger,
    people,
    room,
    scale,
    sources,
    workers,
)
from benchmarks.rounds import Rounds, Run
from benchmarks.sink import FastSink, postfix
from tests.fakes.postgres import programs

compiler = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler (cc)")
postfix_programs = pytest.mark.skipif(
    postfix("smtp-source") is None, reason="no smtp-source: it comes with Postfix"
)
ENVELOPE = b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n"
MAIL = b"Subject: x\r\n\r\n.\r.\n..\r\n.x\r\n.\r\n"


def ran(main: Callable[[], None], capsys: pytest.CaptureFixture[str], *options: str) -> dict:
    """What a benchmark prints with --json."""
    before, sys.argv = sys.argv, ["benchmark", *options, "--json"]
    try:
        main()
    finally:
        sys.argv = before
    return json.loads(capsys.readouterr().out)


def test_a_session_that_ended_while_it_was_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait(10)
    monkeypatch.setattr(cpu, "children", lambda pid: [gone.pid])
    assert cpu.family_seconds(os.getpid()) > 0


@compiler
@pytest.mark.parametrize("border", range(1, len(MAIL)))
def test_the_sink_finds_the_last_dot_across_a_border(border: int) -> None:
    with FastSink() as sink, socket.create_connection(("127.0.0.1", sink.port), 5) as server:
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        replies = server.makefile("rb")
        server.sendall(ENVELOPE)
        assert [replies.readline()[:3] for _ in range(4)] == [b"220", b"250", b"250", b"354"]
        server.sendall(MAIL[:border])
        assert sink.count() == 0
        server.sendall(MAIL[border:] + ENVELOPE)
        assert [replies.readline()[:3] for _ in range(4)] == [b"250", b"250", b"250", b"354"]
        assert sink.count() == 1


@compiler
def test_the_sink_tells_who_got_mail(tmp_path: Path) -> None:
    with FastSink(log=tmp_path / "log") as sink:
        with socket.create_connection(("127.0.0.1", sink.port), 5) as server:
            server.sendall(ENVELOPE + MAIL + ENVELOPE.replace(b"DATA", b"QUIT"))
            while server.recv(1000):
                pass
        assert sink.recipients() == ["b@example.org"]


def test_ratios_are_taken_round_by_round() -> None:
    ours = [Run(100, seconds, seconds) for seconds in (1.0, 10.0, 1.0)]
    theirs = [Run(100, seconds, 3 * seconds / 2) for seconds in (2.0, 20.0, 3.0)]
    both = Rounds({"ours": ours, "theirs": theirs})
    assert both.ratio("ours", "theirs") == 2.0
    assert both.cpu_ratio("theirs", "ours") == 3.0


def test_readers_have_names_of_their_own() -> None:
    names = [people.name(i) for i in range(50_000)]
    assert len(set(names)) == 50_000
    assert sum(not name.isascii() for name in names) == 12_500


@compiler
@postfix_programs
def test_deliver(capsys: pytest.CaptureFixture[str]) -> None:
    told = ran(deliver.main, capsys, "--mails", "60", "--rounds", "1")
    assert {"vs_smtp_source", "vs_smtplib", "rss_mb", "msgs_per_s", "sender_us"} <= set(told)


def test_build(capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(build.main, capsys, "--rounds", "1")["us"]["splice"] > 0


@compiler
@postfix_programs
def test_handover(capsys: pytest.CaptureFixture[str]) -> None:
    told = ran(handover.main, capsys, "--mails", "60", "--rounds", "1")
    assert told["vs_smtp_source"] > 0


@compiler
def test_scale(capsys: pytest.CaptureFixture[str]) -> None:
    told = ran(scale.main, capsys, "--sizes", "60", "--databases", "sqlite")
    assert [result["readers"] for result in told["results"]] == [60]


def test_ledger(capsys: pytest.CaptureFixture[str]) -> None:
    told = ran(ledger.main, capsys, "--readers", "60", "--databases", "sqlite")
    assert told["results"][0]["write_us"] > 0


def test_idle(capsys: pytest.CaptureFixture[str]) -> None:
    told = ran(idle.main, capsys, "--accounts", "2", "--seconds", "1")
    assert told["tick_ms"] > 0 and told["rss_mb"] > 0


@pytest.mark.postgres
@pytest.mark.skipif(programs() is None, reason="no PostgreSQL server program")
def test_room(capsys: pytest.CaptureFixture[str]) -> None:
    told = ran(room.main, capsys, "--readers", "300")
    assert told["delivery_sent"]["log"] > 0


@compiler
@pytest.mark.postgres
@pytest.mark.skipif(programs() is None, reason="no PostgreSQL server program")
def test_workers(capsys: pytest.CaptureFixture[str]) -> None:
    given = ("--mails", "1500", "--rounds", "1", "--workers", "2", "--lease", "2")
    told = ran(workers.main, capsys, *given, "--set", "MAIL__BATCH_SIZE=50")
    assert (told["twice"], told["lost"], told["killed"]["twice"]) == (0, 0, 0)


def test_sources(capsys: pytest.CaptureFixture[str]) -> None:
    given = ("--sources", "25", "--rounds", "1", "--hanging", "1", "--seconds", "1")
    told = ran(sources.main, capsys, *given)
    assert told["polls_per_s"] > 0
    assert {"vs_requests_conditional_cpu", "longest_wait_hanging", "rss_mb"} <= set(told)


PAGE = "<title>A pier</title><article><h1>A pier</h1>{}</article>".format(
    "<p>The council met on the quay on Monday, and voted for the plan of the old pier.</p>" * 5
)


def test_pages_are_scored_by_what_is_true_of_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, files in {
        "a": {
            "source.html": PAGE,
            "expected.html": PAGE,
            "expected-metadata.json": '{"title": "A pier"}',
        },
        "b": {"source.html": PAGE, "expected.html": PAGE},
        "half": {"expected.html": PAGE},
    }.items():
        (tmp_path / name).mkdir()
        for file, text in files.items():
            (tmp_path / name / file).write_text(text)
    said = ran(extract.main, capsys, "--corpus", str(tmp_path), "--only", "ours")
    assert (said["pages"], said["title"], said["false_author"]) == (2, 1, 0)
    assert said["captions"] is said["images"] is said["author"] is said["date"] is None


def test_articles_of_which_there_is_no_page_are_passed_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "a.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    truth = {name: {"articleBody": "The council met on the quay"} for name in "ab"}
    (tmp_path / "ground-truth.json").write_text(json.dumps(truth))
    said = ran(extract.main, capsys, "--corpus", str(tmp_path), "--only", "ours")
    assert said["pages"] == 1 and said["recall"] == 1


def test_a_folder_without_pages_is_said_to_be_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="holds no pages"):
        ran(extract.main, capsys, "--corpus", str(tmp_path))
