"""`init`: a site's own configuration, its database, its first rows, its first editor.

    flags, or questions → answers.options → fill → config/syndicate.toml
        → migrate → list + newsletter + source (rows) → an editor with a login link or a password

Running it again changes nothing that is there, and makes what is missing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from syndicate import paths
from syndicate.cli.answers import (
    Answers,
    label_and_address,
    options,
    sender,
    web_address,
    zone,
    zone_here,
)
from syndicate.cli.command import Command, set_up
from syndicate.cli.exits import Exit
from syndicate.cli.fill import fill
from syndicate.cli.show import say, show
from syndicate.lib.errors import BadInput, SyndicateError

# What cannot be guessed, when nobody can be asked.
NEEDED = {"name": "--name", "url": "--url", "sender": "--from"}


@click.command(cls=Command, site=False)
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), required=False)
@click.option("--name", help="The publication's name.")
@click.option("--url", help="The publication's own address.")
@click.option("--feed", help="Its feed; without it the feed is looked for at --url.")
@click.option("--from", "sender", help="Who mail comes from: 'The Review <news@example.org>'.")
@click.option("--base-url", help="Where readers will reach these pages.")
@click.option("--timezone", help="In which schedules are meant, like Europe/Berlin.")
@click.option("--language", help="Of pages and mail, like en.")
@click.option("--postal-address", help="For the footer of each mail.")
@click.option("--contact", help='"Get in touch"; without it the From address.')
@click.option(
    "--follow", multiple=True, metavar="LABEL=URL", help="A “Follow us” link; repeatable."
)
@click.option("--smtp-host", help="The mail server; without one, mail is written to files.")
@click.option("--smtp-port", type=int)
@click.option("--smtp-security", type=click.Choice(["starttls", "tls", "none"]))
@click.option("--smtp-username")
@click.option(
    "--smtp-password-file", help="A file with the password in it, for the program to read."
)
@click.option(
    "--rhythm",
    type=click.Choice(["article", "hourly", "daily", "weekly"]),
    default="article",
    show_default=True,
    help="When the first newsletter makes an edition.",
)
@click.option("--newest", type=int, default=0, help="Send this many of the articles already there.")
@click.option("--editor", default="editor", show_default=True, help="The first editor's login.")
@click.option("--password-file", type=click.File(), help="The editor's password; - is stdin.")
@click.option("--no-input", is_flag=True, help="Ask nothing.")
def init(directory: Path | None, **flags: Any) -> None:
    """Set a site up, here or in DIRECTORY.

    Asks for what no option gives, and writes config/syndicate.toml.

    \b
    syndicate init
    syndicate init /srv/news --no-input --name "The Harbour Review" \\
      --url https://harbour.example.org --from "The Review <news@harbour.example.org>" \\
      --smtp-host mail.example.org --follow "Mastodon=https://social.example/@harbour"
    """
    if directory is not None:
        os.environ["SYNDICATE_HOME"] = str(directory.resolve())
    asked, wrote = not flags.pop("no_input"), not paths.config_file().exists()
    if wrote:
        _write(_ask(flags) if asked else flags)
    elif given := [flag for name, flag in NEEDED.items() if flags[name]]:
        hint = f"Edit it, or remove it first. Without {' and '.join(given)} it is kept as it is."
        raise BadInput(f"{paths.config_file()} is there already.", hint)
    set_up()
    _make(flags, wrote)


def _write(flags: dict[str, Any]) -> None:
    """The whole shipped file with what was answered in it."""
    if missing := [flag for name, flag in NEEDED.items() if not flags[name]]:
        raise BadInput(f"Missing: {', '.join(missing)}.", "Give them, or leave out --no-input.")
    known = {
        name: flags[name]
        for name in Answers.__dataclass_fields__
        if name != "follow" and flags.get(name)
    }
    follow = dict(label_and_address(link) for link in flags["follow"])
    shipped = (paths.shipped("config") / "syndicate.toml").read_text(encoding="utf-8")
    text = fill(shipped, options(Answers(**{"timezone": zone_here(), **known, "follow": follow})))
    file = paths.config_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    say(f"Wrote {file}")


def _make(flags: dict[str, Any], wrote: bool) -> None:
    from syndicate.cli import first
    from syndicate.lib import clock
    from syndicate.lib.config import site
    from syndicate.lib.migrate import migrate

    now = clock.now()
    made: dict[str, Any] = {"home": str(paths.home()), "config": str(paths.config_file())}
    made["migrations"] = len(migrate(now, paths.data()))
    publication, troubles = site().publication, []
    newsletter = first.newsletter(publication.name, flags["rhythm"], now)
    made |= {"list": newsletter.list.slug, "newsletter": newsletter.slug}
    try:
        source = first.source(flags["feed"] or publication.url, flags["newest"], now)
        made["source"] = source.url
    except SyndicateError as error:
        troubles.append(f"{error} Add it later: syndicate source add URL")
    password = flags["password_file"].read().strip("\r\n") if flags["password_file"] else ""
    made["editor"], made["login"] = first.editor(flags["editor"], password)
    made["troubles"] = troubles
    show(made, _told(made, wrote))
    if troubles:
        raise click.exceptions.Exit(Exit.PARTLY)


def _told(made: dict[str, Any], wrote: bool) -> list[str]:
    lines = [f"A site is set up in {made['home']}." if wrote else f"The site in {made['home']}:"]
    if "source" in made:
        lines.append(f"  watches     {made['source']}")
    lines += [
        f"  newsletter  {made['newsletter']}: each edition waits for your approval",
        f"  editor      {made['editor']}",
        *(f"  trouble     {trouble}" for trouble in made["troubles"]),
        "",
        "Next:",
        "  syndicate doctor    is anything wrong or missing?",
        "  syndicate run       starts it, with the desk",
    ]
    if made["login"]:
        lines += ["", "Once it runs, log in here (once, within three days):", f"  {made['login']}"]
    return lines


def _ask(flags: dict[str, Any]) -> dict[str, Any]:
    """Each thing that no flag gave."""
    say("A few questions; Enter takes what stands in brackets. All can be changed later.\n")
    for name, question, default, check in QUESTIONS:
        if not flags[name]:
            flags[name] = _answer(question, default() if callable(default) else default, check)
    if not flags["follow"]:
        flags["follow"] = _ask_links()
    if not flags["smtp_host"]:
        flags["smtp_host"] = click.prompt(
            "Your mail server (empty: write mail to files for now)", default="", err=True
        )
    if flags["smtp_host"]:
        _ask_login(flags)
    return flags


def _answer(question: str, default: str | None, check: Callable[[str], object]) -> str:
    """What was answered, once *check* finds nothing wrong with it."""
    while True:
        given: str = click.prompt(question, default=default, err=True, type=str)
        try:
            check(given)
            return given
        except BadInput as error:
            say(str(error))


def _ask_links() -> list[str]:
    links: list[str] = []
    while link := click.prompt(
        "A “Follow us” link, like Mastodon=https://social.example/@you (empty: no more)",
        default="",
        show_default=False,
        err=True,
    ):
        try:
            label_and_address(link)
            links.append(link)
        except BadInput as error:
            say(str(error))
    return links


def _ask_login(flags: dict[str, Any]) -> None:
    if not flags["smtp_port"]:
        flags["smtp_port"] = click.prompt("Its port", default=587, type=int, err=True)
    if not flags["smtp_username"]:
        flags["smtp_username"] = click.prompt(
            "Its user name (empty: no login)", default="", err=True
        )
    if flags["smtp_username"] and not flags["smtp_password_file"]:
        password = click.prompt("Its password", hide_input=True, err=True)
        flags["smtp_password_file"] = _keep_secret("smtp.password", password)


def _keep_secret(name: str, value: str) -> str:
    """Write a secret where only we can read it; returns its path below the site's folder."""
    paths.data().mkdir(parents=True, exist_ok=True)
    file = paths.data() / name
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_text(value + "\n", encoding="utf-8")
    return f"data/{name}"


def _may_be_empty(text: str) -> None:
    if text:
        web_address(text, "That")


# What to ask, what Enter means, and what raises BadInput for an answer that cannot be.
QUESTIONS: tuple[tuple[str, str, Any, Callable[[str], object]], ...] = (
    ("name", "The publication's name", None, str),
    ("url", "Its address", None, lambda text: web_address(text, "That")),
    ("feed", "Its feed (empty: look for it there)", "", _may_be_empty),
    ("sender", "Mail comes from, like The Review <news@example.org>", None, sender),
    ("base_url", "Readers will reach these pages at", "http://127.0.0.1:8000", _may_be_empty),
    ("timezone", "Time zone", zone_here, zone),
    ("postal_address", "Postal address for the footer of each mail", "", str),
)
