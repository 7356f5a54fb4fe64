"""`run`, `web` and `worker`, as processes: start, work, and end when told to."""

import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests.fakes.postgres import Postgres
from tests.fakes.website import Website
from tests.installation import Installation, until

OPTIONS = {
    "SOURCES__ALLOW_PRIVATE": '["127.0.0.1"]',
    "DAEMON__TICK_SECONDS": "0.1",
    "WEB__PORT": "0",
}
FLAGS = ("init", "--no-input", "--name", "Review", "--from", "Review <news@harbour.example.org>")


@pytest.fixture(scope="module")
def publication() -> Iterator[Website]:
    """A publication with one article."""
    with Website() as site:
        site.publish("A new pier")
        yield site


@pytest.fixture(scope="module")
def template(publication: Website, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that watches it, fresh from init."""
    home = tmp_path_factory.mktemp("site")
    Installation(home, OPTIONS).syndicate(*FLAGS, "--url", publication.url, "--newest", "1")
    return home


@pytest.fixture
def website(publication: Website) -> Website:
    """The publication, well again."""
    publication.recover()
    publication.requests.clear()
    return publication


@pytest.fixture
def site(template: Path, website: Website, tmp_path: Path) -> Installation:
    """That site, for one test."""
    shutil.copytree(template, tmp_path / "site")
    return Installation(tmp_path / "site", OPTIONS)


Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(site: Installation) -> Iterator[Start]:
    """``start("worker")``: a command in the background, which does not outlive the test."""
    begun: list[subprocess.Popen[str]] = []

    def run(*arguments: str, on: Installation = site) -> subprocess.Popen[str]:
        begun.append(on.start(*arguments))
        return begun[-1]

    yield run
    for process in begun:
        process.kill()
        process.wait(10)


def log(site: Installation) -> str:
    file = site.home / "log"
    return file.read_text() if file.exists() else ""


def address(site: Installation) -> str:
    """Where the pages are, as soon as that is said."""
    found = until(lambda: re.search(r"readers +(http\S+)", log(site)), what="the address")
    return str(found[1])


def told(process: subprocess.Popen[str], number: signal.Signals) -> int:
    process.send_signal(number)
    return process.wait(30)


def test_one_turn_does_what_is_due_and_ends(site: Installation) -> None:
    assert site.json("run", "--once")["failed"] == []
    assert [edition["subject"] for edition in site.json("edition", "list")] == ["A new pier"]
    assert site.json("run", "--once")["done"] <= 1  # an every-article newsletter is always asked


def test_it_serves_the_pages_does_the_work_and_ends_orderly(
    site: Installation, start: Start
) -> None:
    process = start("run")
    assert requests.get(address(site) + "desk/login", timeout=10).status_code == 200
    until(lambda: site.json("edition", "list"), what="an edition")
    assert site.json("status")["daemon_seen_at"]
    assert told(process, signal.SIGTERM) == 0
    assert "Stopped." in log(site)
    assert site.json("status")["daemon_seen_at"] is None


def test_work_in_hand_ends_before_the_process(
    site: Installation, website: Website, start: Start
) -> None:
    website.stall(1)
    process = start("worker")
    until(lambda: website.requests, what="a look that waits")
    assert told(process, signal.SIGTERM) == 0
    assert site.json("source", "list")[0]["checked_at"]


def test_a_second_signal_ends_it_at_once(
    site: Installation, website: Website, start: Start
) -> None:
    website.stall(60)
    process = start("worker")
    until(lambda: "Running." in log(site), what="the start")
    until(lambda: website.requests, what="a look that hangs")
    process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    assert process.poll() is None  # it waits for the look
    assert told(process, signal.SIGTERM) == 130


def test_two_workers_on_one_database_do_everything_once(
    site: Installation, website: Website, start: Start
) -> None:
    more = [website.publish(f"Pier {n}") for n in range(4)]
    pair = [start("worker") for _ in range(2)]
    until(lambda: site.json("source", "list")[0]["health"] == "ok", what="a look")
    time.sleep(0.5)
    assert [told(process, signal.SIGTERM) for process in pair] == [0, 0]
    assert sum(asked.path == "/feed.xml" for asked in website.requests) == 1
    assert len(site.json("article", "list")) == 5
    for url in more:
        website.withdraw(url)


def test_several_first_starts_at_once_agree_on_one_database(
    site: Installation, start: Start
) -> None:
    for file in (site.home / "data").glob("syndicate.sqlite3*"):
        file.unlink()
    starts = [start("run", "--once") for _ in range(3)]
    assert [process.wait(60) for process in starts] == [0, 0, 0]
    assert log(site).count("database brought up to date") == 1


def test_the_pages_alone_do_no_work(site: Installation, start: Start) -> None:
    process = start("web")
    assert requests.get(address(site) + "desk/login", timeout=10).status_code == 200
    assert told(process, signal.SIGINT) == 0  # as Ctrl-C does
    assert site.json("source", "list")[0]["checked_at"] is None


def test_while_it_runs_its_port_is_taken_and_a_backup_can_be(site: Installation) -> None:
    with site.running():
        port = address(site).rstrip("/").rpartition(":")[2]
        second = Installation(site.home, OPTIONS | {"WEB__PORT": port})
        assert "C020" in second.syndicate("web", "--json", status=12)
        copied = site.json("backup", str(site.home / "copy.sqlite3"))
    assert copied["bytes"] > 100_000


@pytest.mark.postgres
def test_on_postgresql_too_first_starts_wait_for_each_other(
    site: Installation, start: Start, website: Website, postgres: Postgres
) -> None:
    shared = Installation(site.home, OPTIONS | {"DATABASE__URL": postgres.url()})
    starts = [start("run", "--once", on=shared) for _ in range(3)]
    assert [process.wait(60) for process in starts] == [0, 0, 0]
    assert log(site).count("database brought up to date") == 1
    shared.syndicate("source", "add", website.url, "--newest", "1")
    workers = [start("worker", on=shared) for _ in range(2)]
    until(lambda: shared.json("source", "list")[0]["health"] == "ok", 90, "a look")
    assert [told(process, signal.SIGTERM) for process in workers] == [0, 0]
    assert len(shared.json("article", "list")) == 1
