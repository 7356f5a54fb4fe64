"""Connecting an account at the desk by authorising: there and back, and what else may come back."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.urls import reverse

from syndicate.lib import clock
from syndicate.social.models import Account
from tests import rows
from tests.fakes.authority import CLIENT, KEYS, Authority
from tests.fakes.x import CREDENTIALS, FakeX
from tests.web.furniture import editor

pytestmark = pytest.mark.django_db
BACK = "http://testserver/desk/accounts/back"


@pytest.fixture
def there() -> Iterator[Authority]:
    with FakeX() as x, Authority() as there:
        there.behind, there.callbacks = x.answer, {BACK}
        yield there


@pytest.fixture
def desk(client: Client, configure: Callable[..., Any]) -> Client:
    """The desk, an editor before it."""
    configure(site={"base_url": "http://testserver"})
    client.force_login(editor())
    return client


def to(name: str, *args: Any) -> str:
    return reverse(f"desk:{name}", args=args)


def app(there: Authority, how: str = "2.0", **values: str) -> dict[str, str]:
    """The form of an app at X, filled in."""
    names = ("client_id", "client_secret") if how == "2.0" else ("consumer_key", "consumer_secret")
    given = {"api": there.url, **dict(zip(names, CLIENT if how == "2.0" else KEYS, strict=True))}
    return {f"app-{name}": value for name, value in (given | {"approval": "auto"} | values).items()}


def begun(desk: Client, form: dict[str, str], address: str = "") -> str:
    """Where the page between leads."""
    answer = desk.post(address or to("account_new_authorise", "x"), form)
    page = answer.content.decode()
    assert answer.status_code == 200, page
    (url,) = re.findall(r'href="(http[^"]+)"', page)
    return html.unescape(url)


def returned(desk: Client, address: str) -> str:
    """What is said to who comes to *address*."""
    answer = desk.get(address)
    assert answer.status_code == 302
    assert "code" not in answer["Location"]
    return " ".join(str(note) for note in get_messages(answer.wsgi_request))


@pytest.mark.parametrize("how", ["1.0a", "2.0"])
def test_an_account_is_connected_and_said_what_it_is_called(
    desk: Client, there: Authority, how: str
) -> None:
    said = returned(desk, there.consent(begun(desk, app(there, how))))
    made = Account.objects.get()
    assert "It works: we are @review there" in said
    assert (made.name, made.approval) == ("@review", "auto")


def test_the_page_tells_the_callback_address_and_keeps_the_other_way(desk: Client) -> None:
    shown = desk.get(to("account_new", "x")).content.decode()
    assert f"<code>{BACK}</code>" in shown and "Or paste credentials" in shown
    assert "Or paste" not in desk.get(to("account_new", "webhook")).content.decode()


def test_secrets_are_neither_shown_nor_kept_open(desk: Client, there: Authority) -> None:
    url = begun(desk, app(there))
    session = str(dict(desk.session))
    assert CLIENT[1] not in session and "verifier" not in session
    returned(desk, there.consent(url))
    made = Account.objects.get()
    assert CLIENT[1] not in desk.get(to("account_reconnect", made.pk)).content.decode()


def test_it_is_connected_again_without_retyping(desk: Client, there: Authority) -> None:
    returned(desk, there.consent(begun(desk, app(there))))
    made = Account.objects.get()
    Account.objects.update(health=Account.Health.RECONNECT, error="401", template="{{ link }}")
    blank = {"app-client_id": CLIENT[0], "app-client_secret": "", "app-api": ""}
    url = begun(desk, blank, to("account_authorise", made.pk))
    assert "What waited goes now" in returned(desk, there.consent(url))
    made.refresh_from_db()
    assert (made.health, made.error, made.template) == ("ok", "", "{{ link }}")


def test_another_account_there_is_remarked_upon(desk: Client, there: Authority) -> None:
    made = rows.account("x", name="@harbour", credentials=CREDENTIALS)
    url = begun(desk, app(there), to("account_authorise", made.pk))
    said = returned(desk, there.consent(url))
    assert "we are @review there" in said and "It is called @harbour here" in said


def test_who_says_no_is_believed(desk: Client, there: Authority) -> None:
    url = begun(desk, app(there))
    assert "X was told not to let us in" in returned(desk, there.consent(url, yes=False))
    assert not Account.objects.exists()


def test_an_answer_is_good_once(desk: Client, there: Authority) -> None:
    back = there.consent(begun(desk, app(there)))
    returned(desk, back)
    tokens = len(there.forms)
    assert "was used already" in returned(desk, back)
    assert len(there.forms) == tokens and Account.objects.count() == 1


def test_a_refused_answer_is_not_tried_again(desk: Client, there: Authority) -> None:
    back = there.consent(begun(desk, app(there)), yes=False)
    returned(desk, back)
    assert "was used already" in returned(desk, back)


@pytest.mark.parametrize("answer", ["", "?state=guessed&code=stolen", "?denied=guessed", "?code=a"])
def test_what_was_never_asked_is_refused(desk: Client, there: Authority, answer: str) -> None:
    begun(desk, app(there))
    assert "nothing that was begun at this login" in returned(desk, to("account_back") + answer)
    assert there.forms == []


def test_another_editor_s_answer_is_refused(desk: Client, there: Authority) -> None:
    back = there.consent(begun(desk, app(there)))
    other = Client()
    other.force_login(editor("ben"))
    assert "nothing that was begun at this login" in returned(other, back)
    # … and is still good for whom it belongs to.
    assert "It works" in returned(desk, back)


def test_a_login_that_came_between_is_another_one(desk: Client, there: Authority) -> None:
    back = there.consent(begun(desk, app(there)))
    desk.logout()
    assert desk.get(back)["Location"].startswith(to("login"))
    desk.force_login(editor("ben"))
    assert "nothing that was begun at this login" in returned(desk, back)


def test_ten_minutes_are_enough(desk: Client, there: Authority) -> None:
    back = there.consent(begun(desk, app(there)))
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        assert "more than ten minutes ago" in returned(desk, back)
    assert not Account.objects.exists()


def test_several_windows_do_not_mix(desk: Client, there: Authority) -> None:
    first, second = begun(desk, app(there)), begun(desk, app(there, "1.0a"))
    assert "It works" in returned(desk, there.consent(first))
    assert "There is an account “@review” on X already" in returned(desk, there.consent(second))


@pytest.mark.django_db(transaction=True)
def test_two_windows_with_one_answer_connect_one_account(desk: Client, there: Authority) -> None:
    back = there.consent(begun(desk, app(there)))
    cookies = desk.cookies

    def window(_: int) -> str:
        one = Client()
        one.cookies = cookies
        try:
            return returned(one, back)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(window, range(4)))
    assert sum("It works" in words for words in said) == 1
    assert sum("was used already" in words for words in said) == 3
    assert sum(form.get("grant_type") == "authorization_code" for _, form, _ in there.forms) == 1


@pytest.mark.parametrize(
    ("form", "complaint"),
    [
        ({}, "X needs an API key with its secret, or a Client ID"),
        ({"app-consumer_key": "a"}, "X needs “API key secret”"),
        ({"app-consumer_key": "a", "app-consumer_secret": "b"}, "X refuses the app"),
    ],
)
def test_an_app_that_will_not_do_is_told_on_its_form(
    desk: Client, there: Authority, form: dict[str, str], complaint: str
) -> None:
    given = {"app-approval": "hold", "app-api": there.url, **form}
    answer = desk.post(to("account_new_authorise", "x"), given)
    assert answer.status_code == 422 and complaint in answer.content.decode()


def test_one_must_begin_where_one_comes_back_to(
    desk: Client, there: Authority, configure: Callable[..., Any]
) -> None:
    configure(site={"base_url": "https://desk.example.org"})
    answer = desk.post(to("account_new_authorise", "x"), app(there))
    assert answer.status_code == 422
    assert "https://desk.example.org" in answer.content.decode()


def test_where_there_is_nothing_to_authorise(desk: Client) -> None:
    assert desk.post(to("account_new_authorise", "webhook"), {}).status_code == 404


def test_an_account_that_went_meanwhile(desk: Client, there: Authority) -> None:
    made = rows.account("x", name="@harbour", credentials=CREDENTIALS)
    back = there.consent(begun(desk, app(there), to("account_authorise", made.pk)))
    made.delete()
    answer = desk.get(back)
    notes = " ".join(str(note) for note in get_messages(answer.wsgi_request))
    assert "The account is gone" in notes


def test_the_permission_s_end_and_a_remark_are_shown(desk: Client) -> None:
    made = rows.account(
        expires_at=clock.now() + timedelta(days=5), remark="Mark it as automated <there>."
    )
    shown = desk.get(to("account", made.pk)).content.decode()
    assert "The permission ends" in shown and "Mark it as automated &lt;there&gt;." in shown
    assert "permission until" in desk.get(to("accounts")).content.decode()
    Account.objects.update(expires_at=clock.now() - timedelta(days=1))
    assert "The permission ended" in desk.get(to("account", made.pk)).content.decode()


def test_the_page_between_names_the_host_it_leads_to(desk: Client, there: Authority) -> None:
    answer = desk.post(to("account_new_authorise", "x"), app(there))
    assert urlsplit(there.url).netloc in answer.content.decode()
    assert "form-action 'self'" in answer["Content-Security-Policy"]
