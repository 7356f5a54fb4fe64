"""For whoever watches the server: whether pages and database answer, and whether work moves.

/healthz        pages and database: whoever starts this process anew asks here
/healthz/work   and the work: a wrong password of the mail server mends by no new start
"""

from __future__ import annotations

import logging

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

from syndicate import health
from syndicate.lib import clock
from syndicate.web.public.page import readable

log = logging.getLogger("syndicate.web")


@readable
def healthz(request: HttpRequest) -> HttpResponse:
    """200 ``ok``, or 503 with a word about what is not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        log.error("the database does not answer: %s", error)
        return _plain("the database does not answer", 503)
    return _plain("ok", 200)


@readable
def healthz_work(request: HttpRequest) -> HttpResponse:
    """200 ``ok``, or 503 with the ids of what stands still; docs/errors.md tells what they mean."""
    try:
        ids = sorted({problem.id for problem in health.standstill(clock.now())})
    except DatabaseError as error:
        log.error("the database does not answer: %s", error)
        return _plain("the database does not answer", 503)
    return _plain(f"stands still: {' '.join(ids)}", 503) if ids else _plain("ok", 200)


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(
        f"{text}\n",
        status=status,
        content_type="text/plain; charset=utf-8",
        headers={"Cache-Control": "no-store"},
    )
