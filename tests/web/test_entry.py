"""The first login: a link that works once."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from syndicate.web.entry import link

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough one"


@pytest.fixture
def editor() -> User:
    return User.objects.create_superuser("ada")


def opened(url: str) -> tuple[Client, str, str]:
    """A browser that followed the link: itself, where it is, what it reads."""
    browser = Client(headers={"host": "news.harbour.example.org"})
    answer = browser.get(url, secure=True, follow=True)
    return browser, answer.request["PATH_INFO"], answer.content.decode()


def choose(url: str) -> tuple[Client, int]:
    browser, path, _ = opened(url)
    given = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    return browser, browser.post(path, given, secure=True).status_code


def test_the_link_leads_to_our_public_address(editor: User) -> None:
    assert link(editor).startswith("https://news.harbour.example.org/desk/enter/")


def test_looking_at_it_changes_nothing(editor: User) -> None:
    for _ in range(3):
        assert "Choose a password" in opened(link(editor))[2]
    editor.refresh_from_db()
    assert not editor.has_usable_password()


def test_what_a_password_needs_is_said_in_words(editor: User) -> None:
    page = opened(link(editor))[2]
    assert "at least" in page
    assert "&lt;" not in page


def test_with_a_password_chosen_one_is_in(editor: User) -> None:
    browser, status = choose(link(editor))
    assert status == 302
    assert browser.session["_auth_user_id"] == str(editor.pk)
    assert User.objects.get().check_password(PASSWORD)


def test_it_works_once(editor: User) -> None:
    url = link(editor)
    choose(url)
    assert "used already" in opened(url)[2]


def test_a_poor_password_is_told_and_not_taken(editor: User) -> None:
    browser, path, _ = opened(link(editor))
    answer = browser.post(path, {"new_password1": "1234", "new_password2": "1234"}, secure=True)
    assert "too short" in answer.content.decode()
    assert not User.objects.get().has_usable_password()


def test_a_forged_link_lets_nobody_in(editor: User) -> None:
    url = link(editor)
    forged = url[:-1] + ("0" if url[-1] != "0" else "1")
    assert "used already" in opened(forged)[2]
