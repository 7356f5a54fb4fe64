"""Postfix's own ``smtp-sink``, a second opinion on what servers do. Not installed: skipped.

with SmtpSink("-q", ".") as sink:      hangs up after the final dot
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time

import pytest


class SmtpSink:
    """*options* as in its manual; commands are CONNECT, EHLO, MAIL, RCPT, DATA and a dot."""

    def __init__(self, *options: str) -> None:
        program = shutil.which("smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if program is None:
            pytest.skip("smtp-sink is not installed: it comes with Postfix")
        # It refuses to run as root.
        other = ["-u", "nobody"] if os.getuid() == 0 else []
        self._command = [program, *options, *other]

    def __enter__(self) -> SmtpSink:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._process = subprocess.Popen([*self._command, f"127.0.0.1:{self.port}", "100"])
        end = time.monotonic() + 5
        while not self._listens():
            assert time.monotonic() < end and self._process.poll() is None, "smtp-sink is gone"
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
