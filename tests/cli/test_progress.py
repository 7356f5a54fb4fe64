"""How far long work has come: a bar on a terminal, a line now and then elsewhere."""

import io
import os
import pty
import sys
from contextlib import suppress

import pytest

from syndicate.cli.progress import Counted, _lines, progress


def test_on_a_terminal_there_is_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = pty.openpty()
    with os.fdopen(writing, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        with progress("importing", 10) as advance:
            advance(10)
    shown = whole(reading)
    os.close(reading)
    assert "importing" in shown
    assert "100%" in shown


def whole(terminal: int) -> str:
    """All that was written there; it comes in pieces."""
    said = b""
    with suppress(OSError):  # EIO: nobody can write there any more
        while piece := os.read(terminal, 65536):
            said += piece
    return said.decode()


def test_elsewhere_quick_work_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("importing", 10) as advance:
        advance(10)
    assert capsys.readouterr() == ("", "")


def test_elsewhere_long_work_says_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with _lines("importing", 2000, every=0) as advance:
        advance(1200)
    with _lines("exporting", None, every=0) as advance:
        advance(5)
    assert capsys.readouterr().err == "importing: 1,200 of 2,000\nexporting: 5\n"


def test_a_file_tells_how_much_of_it_was_read() -> None:
    steps: list[int] = []
    file = Counted(io.BytesIO(b"0123456789"), steps.append)
    assert (file.read(4), file.read()) == (b"0123", b"456789")
    assert steps == [4, 6]
