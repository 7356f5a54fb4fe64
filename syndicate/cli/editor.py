"""`editor`: who may log in at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO

import click

from syndicate.cli.command import Act, Command, Row
from syndicate.cli.show import columns, show
from syndicate.lib.errors import BadInput

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@click.group()
def editor() -> None:
    """Who may log in at the desk."""


@editor.command("list", cls=Command)
def list_() -> None:
    """Print all editors."""
    from django.contrib.auth.models import User

    told = [describe(user) for user in User.objects.order_by("username")]
    rows = [(user["login"], user["email"], user["last_login"], _state(user)) for user in told]
    show(told, columns(("Login", "Email", "Last login", ""), rows, "Nobody yet."))


@editor.command(cls=Act)
@click.argument("login")
@click.option("--email", default="", help="For a test mail to themselves.")
@click.option("--password-file", type=click.File(), help="The password; - is stdin.")
def add(login: str, email: str, password_file: TextIO | None) -> None:
    """Let somebody in. Without a password, prints a link with which they log in once."""
    from django.contrib.auth.models import User

    if User.objects.filter(username=login).exists():
        raise BadInput(f"There is an editor {login} already.", f"syndicate editor link {login}")
    user = User.objects.create_superuser(login, email)
    if password_file:
        set_password(user, password_file.read().strip("\r\n"))
    link = "" if password_file else login_link(user)
    show({**describe(user), "link": link}, [f"{login} may log in."] + ([link] if link else []))


@editor.command(cls=Act)
@click.argument("editor", type=Row("auth.User", by="username"))
def link(editor: User) -> None:
    """Print a link with which an editor logs in once and chooses a password."""
    url = login_link(editor)
    show({**describe(editor), "link": url}, url)


@editor.command(cls=Act)
@click.argument("editor", type=Row("auth.User", by="username"))
@click.option("--password-file", type=click.File(), help="The password; - is stdin.")
def password(editor: User, password_file: TextIO | None) -> None:
    """Set an editor's password; their other sessions end."""
    if password_file:
        text = password_file.read().strip("\r\n")
    else:
        text = click.prompt("New password", hide_input=True, confirmation_prompt=True, err=True)
    set_password(editor, text)
    show(describe(editor), f"{editor.username} has a new password.")


@editor.command(cls=Act)
@click.argument("editor", type=Row("auth.User", by="username"))
def remove(editor: User) -> None:
    """Let somebody in no more. What they approved stays on record."""
    editor.is_active = False
    editor.save(update_fields=["is_active"])
    show(describe(editor), f"{editor.username} cannot log in any more.")


def describe(user: User) -> dict[str, Any]:
    """An editor as data."""
    return {
        "login": user.username,
        "email": user.email,
        "active": user.is_active,
        "password": user.has_usable_password(),
        "last_login": user.last_login,
    }


def set_password(user: User, password: str) -> None:
    """Check and set it. Raises BadInput, saying what is wrong with it."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    try:
        validate_password(password, user)
    except ValidationError as error:
        raise BadInput("This password will not do.", " ".join(error.messages)) from error
    user.set_password(password)
    user.save(update_fields=["password"])


def login_link(user: User) -> str:
    """A link with which *user* logs in once and chooses a password; good for three days."""
    from syndicate.web.entry import link

    return link(user)


def _state(user: dict[str, Any]) -> str:
    if not user["active"]:
        return "removed"
    return "" if user["password"] else "no password yet"
