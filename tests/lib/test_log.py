"""What is told while running, and what is not."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import logging
from syndicate.lib.log import set_up
set_up()
logging.getLogger("django.request").warning("Not Found: /favicon.ico")
logging.getLogger("django.request").error("Internal Server Error: /")
logging.getLogger("syndicate.mail").info("delivered")
"""


def test_a_page_that_is_not_there_is_no_warning() -> None:
    # A process of its own: what is set up here would stay set up for other tests.
    told = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    ).stderr
    assert "favicon" not in told
    assert "Internal Server Error" in told
    assert "delivered" in told
