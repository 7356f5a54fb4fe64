"""Settings, changed from a shell: what is given changes, all else stays."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.forms.models import model_to_dict

from syndicate.cli.exits import Exit
from syndicate.cli.newsletter import edit
from syndicate.lib import clock
from syndicate.mail.models import Newsletter
from syndicate.social.models import Account
from syndicate.web.desk.newsletters import NewsletterForm
from tests.cli.conftest import Command
from tests.cli.test_acts import Asked
from tests.rows import account, mailing_list, newsletter, source

pytestmark = pytest.mark.django_db

SETTINGS = {
    "name": "Renamed", "rhythm": "weekly", "at": "07:30", "weekday": "friday",
    "timezone": "Asia/Tokyo", "template": "plain", "subject": "{{ newsletter }}", "intro": "Hello.",
    "from_name": "Ada", "from_address": "ada@example.org", "reply_to": "desk@example.org",
    "max_articles": 5,
}  # fmt: skip


@pytest.mark.parametrize("field", SETTINGS)
def test_one_setting_changes_and_the_others_stay(field: str, asked: Asked) -> None:
    newsletter(rhythm="daily", slug="daily")
    before = asked("newsletter", "show", "daily")
    told = asked("newsletter", "edit", "daily", f"--{field.replace('_', '-')}", SETTINGS[field])
    stays = before.keys() - {field, "next"}
    assert told[field] == SETTINGS[field] != before[field]
    assert {key: told[key] for key in stays} == {key: before[key] for key in stays}
    assert asked("newsletter", "show", "daily") == told


def test_every_setting_of_the_desk_has_its_option() -> None:
    options = {param.name for param in edit.params if param.param_type_name == "option"}
    assert set(NewsletterForm.base_fields) <= options


def test_another_time_moves_what_is_due_and_another_name_does_not(asked: Asked) -> None:
    one = newsletter(rhythm="daily", slug="daily", at="08:00")
    asked("newsletter", "edit", "daily", "--name", "Renamed", "--at", "08:00")
    assert Newsletter.objects.get().next_slot_at == one.next_slot_at
    asked("newsletter", "edit", "daily", "--at", "09:00")
    moved = Newsletter.objects.get()
    assert timedelta() < moved.next_slot_at - clock.now() <= timedelta(days=1, hours=1)
    assert moved.next_slot_at.astimezone(moved.zone).hour == 9


def test_the_hours_for_mail_have_two_ends(asked: Asked, syndicate: Command) -> None:
    newsletter(slug="daily")
    hours = ("--window-from", "08:00", "--window-until", "20:00")
    told = asked("newsletter", "edit", "daily", *hours)
    assert (told["window_from"], told["window_until"]) == ("08:00", "20:00")
    assert "one end" in syndicate("newsletter", "edit", "daily", "--window-from", "", code=1).stderr
    told = asked("newsletter", "edit", "daily", "--window-from", "", "--window-until", "")
    assert Newsletter.objects.get().window_from is None and told["window_until"] == ""


def test_a_newsletter_goes_to_another_list_by_itself(asked: Asked) -> None:
    mailing_list(slug="others")
    newsletter(slug="daily", approval="hold")
    told = asked("newsletter", "edit", "daily", "--list", "others", "--auto")
    assert (told["list"], told["approval"]) == ("others", "auto")
    assert asked("newsletter", "edit", "daily", "--hold")["approval"] == "hold"


@pytest.mark.parametrize("noun", ["newsletter", "account"])
def test_sources_are_chosen_kept_and_unchosen(noun: str, asked: Asked, syndicate: Command) -> None:
    one = newsletter() if noun == "newsletter" else account(credentials=HOOK)
    first, second, _ = (source() for _ in range(3))
    both = ("--source", first.pk, "--source", second.url)
    assert asked(noun, "edit", one.pk, *both)["sources"] == [first.url, second.url]
    assert asked(noun, "edit", one.pk, "--hold")["sources"] == [first.url, second.url]
    syndicate(noun, "edit", one.pk, *both, "--all-sources", code=Exit.USAGE)
    assert asked(noun, "edit", one.pk, "--all-sources")["sources"] == []


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [
        ("--name", " ", Exit.FAILED),
        ("--at", "8 o'clock", Exit.FAILED),
        ("--timezone", "Mars/Olympus", Exit.FAILED),
        ("--from-address", "nobody", Exit.FAILED),
        ("--subject", "x" * 301, Exit.FAILED),
        ("--max-articles", 0, Exit.USAGE),
    ],
)
def test_what_cannot_be_is_refused(option: str, value: Any, code: int, syndicate: Command) -> None:
    one = newsletter()
    syndicate("newsletter", "edit", one.pk, "--intro", "Hello.", option, value, code=code)
    assert model_to_dict(Newsletter.objects.get()) == model_to_dict(one)


def test_an_edit_is_rehearsed(syndicate: Command) -> None:
    newsletter(slug="daily", name="Daily")
    said = syndicate("newsletter", "edit", "daily", "--name", "Other", "--dry-run")
    assert (said.stdout, Newsletter.objects.get().name) == ("Other is saved.\n", "Daily")


def test_a_list_is_edited_and_the_rest_stays(asked: Asked, syndicate: Command) -> None:
    mailing_list(slug="weekly", name="Weekly", description="Each Friday.")
    told = asked("list", "edit", "weekly", "--private")
    assert (told["name"], told["description"], told["public"]) == ("Weekly", "Each Friday.", False)
    told = asked("list", "edit", "weekly", "--name", "Friday", "--description", "", "--public")
    assert (told["name"], told["description"], told["public"]) == ("Friday", "", True)
    assert asked("list", "show", "weekly") == told
    assert "blank" in syndicate("list", "edit", "weekly", "--name", "", code=1).stderr


HOOK = {"url": "https://hooks.example.org/1", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}


def test_an_account_is_edited_and_the_rest_stays(asked: Asked, tmp_path: Path) -> None:
    one = account(credentials=HOOK, approval="hold")
    told = asked("account", "edit", one.pk, "--option", "limit=200", "--template", "{{ link }}")
    assert (told["options"], told["template"]) == ({"limit": 200}, "{{ link }}")
    (tmp_path / "words").write_text("{{ title }}\n{{ link }}\n")
    told = asked("account", "edit", one.pk, "--template-file", tmp_path / "words", "--auto")
    assert (told["template"], told["approval"]) == ("{{ title }}\n{{ link }}", "auto")
    assert told["options"] == {"limit": 200}
    kept = Account.objects.get()
    assert (kept.template, kept.approval, kept.sealed) == (told["template"], "auto", one.sealed)


def test_habits_are_set_one_by_one(asked: Asked) -> None:
    one = account(credentials=HOOK)
    told = asked("account", "edit", one.pk, "--habit", "thread=3", "--habit", "link=off")
    assert told["habits"] == {"thread": 3, "link": False}
    told = asked("account", "edit", one.pk, "--habit", "quiet=22:00-07:00", "--habit", "thread=")
    assert told["habits"] == {"thread": 1, "link": False, "quiet": "22:00-07:00"}
    present = {row["habit"]: row["value"] for row in asked("account", "habits", one.pk)}
    assert (present["quiet"], present["link"], present["daily"]) == ("22:00-07:00", False, 0)
    assert {row["habit"]: row["value"] for row in asked("account", "habits")}["link"] is True


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (("--template", "{{ nonsense"), Exit.FAILED),
        (("--option", "limit=many"), Exit.FAILED),
        (("--option", "colour=red"), Exit.FAILED),
        (("--template-file", "/nowhere/words"), Exit.FAILED),
        (("--template", "{{ link }}", "--template-file", "-"), Exit.USAGE),
    ],
)
def test_an_account_refuses_what_cannot_be(
    given: tuple[str, ...], code: int, syndicate: Command
) -> None:
    one = account(credentials=HOOK, approval="auto")
    syndicate("account", "edit", one.pk, "--hold", *given, code=code)
    assert Account.objects.get().approval == "auto"
