"""What holds for every page of the desk, read off the table of addresses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.core import serializers
from django.test import Client
from django.urls import reverse

from tests.web.furniture import editor, furnish

pytestmark = pytest.mark.django_db
XSS = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
OPEN = {"login"}


def everything() -> Iterator[str]:
    """All rows of all tables, as text."""
    for model in sorted(apps.get_models(), key=lambda model: model._meta.label):
        yield serializers.serialize("json", model._base_manager.order_by("pk"))


def test_a_stranger_is_led_to_the_door_and_changes_nothing(client: Client) -> None:
    addresses = furnish().addresses()
    before = [*everything()]
    for name, address in addresses.items():
        for ask in (client.get, client.post):
            if name not in OPEN:
                answer = ask(address)
                assert answer.status_code == 302, name
                assert answer["Location"].startswith(reverse("desk:login")), name
    assert [*everything()] == before


def test_looking_changes_no_row(client: Client) -> None:
    addresses = furnish().addresses()
    client.force_login(editor())
    before = [*everything()]
    for name, address in addresses.items():
        for ask in (client.get, client.head, client.options):
            assert ask(address).status_code in {200, 302, 405}, name
    assert [*everything()] == before


def test_every_page_or_act_can_be_asked_for(client: Client) -> None:
    addresses = furnish().addresses()
    client.force_login(editor())
    answers = {name: client.get(address).status_code for name, address in addresses.items()}
    acts = {name for name, code in answers.items() if code == 302} - OPEN
    assert set(answers.values()) == {200, 302}
    assert "logout" in acts
    assert "edition_approve" in acts
    assert "edition" not in acts


def test_an_act_that_is_looked_at_leads_to_its_page(client: Client) -> None:
    made = furnish()
    addresses = made.addresses()
    client.force_login(editor())
    for name in ("edition_save", "edition_act cancel", "edition_approve"):
        assert client.get(addresses[name])["Location"] == addresses["edition"]
    assert (
        client.get(addresses["list_import_now"], follow=True).request["PATH_INFO"]
        == (addresses["list"])
    )
    assert client.get(addresses["logout"])["Location"] == reverse("desk:home")


def test_without_its_token_no_form_is_taken() -> None:
    addresses = furnish().addresses()
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor())
    before = [*everything()]
    for name, address in addresses.items():
        assert client.post(address).status_code in {403, 405}, name
    assert [*everything()] == before


def test_no_text_from_outside_becomes_markup(client: Client) -> None:
    addresses = furnish(XSS).addresses()
    client.force_login(editor())
    for name, address in [*addresses.items(), ("posts all", reverse("desk:posts") + "?show=all")]:
        answer = client.get(address)
        if answer["Content-Type"].startswith("text/html"):
            text = answer.getvalue().decode()
            assert "<script>alert" not in text, name
            assert "<img src=x" not in text, name


def test_pages_load_only_our_own_files_and_mails_are_sandboxed(client: Client) -> None:
    addresses = furnish().addresses()
    client.force_login(editor())
    framed = {"edition_preview", "article_body"}
    for name, address in addresses.items():
        answer = client.get(address)
        policy = answer["Content-Security-Policy"]
        assert ("sandbox" in policy) == (name in framed), name
        assert "default-src 'none'" in policy
        if name not in framed and answer.status_code == 200:
            assert " style=" not in answer.getvalue().decode(), name


def test_an_act_nobody_knows_is_not_found(client: Client) -> None:
    furniture = furnish()
    client.force_login(editor())
    for name, address in furniture.addresses().items():
        if name.endswith(("approve", "withdraw", "pause", "suppress")) and "/do/" in address:
            unknown = address.rpartition("/")[0] + "/drop-tables"
            assert client.post(unknown).status_code == 404, name


def test_a_form_cannot_send_an_editor_elsewhere(client: Client) -> None:
    furniture = furnish()
    client.force_login(editor())
    address = reverse("desk:article_act", args=[furniture.article.pk, "withdraw"])
    for elsewhere in ("https://evil.example", "//evil.example", "/\\evil.example"):
        assert client.post(address, {"back": elsewhere})["Location"].startswith("/desk/articles/")
    assert client.post(address, {"back": "/desk/articles?page=2"})["Location"].endswith("page=2")


def test_a_machine_that_guesses_is_shut_out(client: Client) -> None:
    user = editor()
    user.set_password("a long enough word")
    user.save()
    door, right = reverse("desk:login"), {"username": "ada", "password": "a long enough word"}
    codes = [client.post(door, right | {"password": str(n)}).status_code for n in range(21)]
    assert codes == [200] * 20 + [429]
    assert client.post(door, right).status_code == 429
    assert client.post(door, right, REMOTE_ADDR="192.0.2.7").status_code == 302


def test_after_logging_in_one_stays_here(client: Client) -> None:
    user = editor()
    user.set_password("a long enough word")
    user.save()
    answer = client.post(
        reverse("desk:login"),
        {"username": "ada", "password": "a long enough word", "next": "https://evil.example/"},
    )
    assert answer["Location"] == reverse("desk:home")
