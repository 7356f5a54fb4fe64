"""`run`, `web` and `worker`: the program at work.

run    = migrate → web server + daemon, until a signal
web    = the web server alone        worker = the daemon alone
run --once = one full turn, then the end
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from syndicate import paths
from syndicate.cli.command import Command
from syndicate.cli.exits import Exit
from syndicate.cli.show import say, show

if TYPE_CHECKING:
    from syndicate.daemon import Daemon
    from syndicate.web.server import Server

# How often the main thread looks whether the clock still ticks.
WATCH_SECONDS = 1.0


@click.command(cls=Command)
@click.option("--once", is_flag=True, help="Do all that is due now, then end.")
def run(once: bool) -> None:
    """Do the work and serve the pages.

    Watches, composes, delivers and posts, until Ctrl-C or SIGTERM. Brings the database up to
    date first. What would happen: syndicate plan.
    """
    prepare()
    if once:
        _turn()
    else:
        serve(pages=True, work=True)


@click.command(cls=Command)
def web() -> None:
    """Serve the pages only."""
    prepare()
    serve(pages=True, work=False)


@click.command(cls=Command)
def worker() -> None:
    """Do the work only, without pages. Any number may run on one database."""
    prepare()
    serve(pages=False, work=True)


def prepare() -> None:
    """Logging as configured, and a database that is up to date."""
    from syndicate.lib import clock, log
    from syndicate.lib.config import site
    from syndicate.lib.migrate import migrate

    log.set_up(site().log.level, site().log.json)
    migrate(clock.now(), paths.data())


def serve(*, pages: bool, work: bool) -> None:
    """Run until a signal; then let work in hand come to its next safe point."""
    from syndicate.lib import stop
    from syndicate.lib.signals import orderly

    ended = True
    with orderly():
        server, daemon = _server() if pages else None, _daemon() if work else None
        try:
            _greet(server)
            while not stop.wait(WATCH_SECONDS):
                if daemon is not None:
                    daemon.watch()
        finally:
            if server is not None:
                server.stop()
            if daemon is not None:
                ended = daemon.stop()
    say("Stopped." if ended else "Stopped, leaving work unfinished; the next start takes it up.")
    if not ended:
        # Threads that did not come to an end would keep the process alive.
        os._exit(Exit.FAILED)


def _server() -> Server:
    from syndicate.lib.config import site
    from syndicate.web.server import Server
    from syndicate.web.wsgi import application

    server = Server(application, site())
    server.start()
    return server


def _daemon() -> Daemon:
    from syndicate.daemon import Daemon

    daemon = Daemon()
    daemon.start()
    return daemon


def _greet(server: Server | None) -> None:
    if server is not None:
        say(f"Pages for readers  {server.url}")
        say(f"The editors' desk  {server.url}desk/")
    say("Ctrl-C stops it." if os.isatty(2) else "Running.")


def _turn() -> None:
    """One turn in this thread. Ends with PARTLY when a job of it failed."""
    from syndicate.engine import instance
    from syndicate.engine.inline import turn
    from syndicate.engine.models import Failure
    from syndicate.lib import clock
    from syndicate.lib.errors import SyndicateError
    from syndicate.lib.signals import orderly
    from syndicate.mail.recover import recover

    begun = clock.now()
    if (doubt := instance.beat(begun)) is not None:
        raise SyndicateError(doubt.message, instance.HINT)
    with orderly():
        recover(begun)
        done = turn()
    instance.beat(clock.now())
    failed = Failure.objects.filter(last_at__gte=begun)
    told = [{"job": f.job, "key": f.key, "error": f.error, "hint": f.hint} for f in failed]
    words = [f"{done} job{'s' * (done != 1)} done." if done else "Nothing was due."]
    show({"done": done, "failed": told}, words + [f"Failed: {failure}" for failure in failed])
    if told:
        raise click.exceptions.Exit(Exit.PARTLY)
