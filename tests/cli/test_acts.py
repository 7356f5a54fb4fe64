"""The acts of an editor, typed."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from syndicate.audience.models import Subscription, Suppression
from syndicate.cli.edition import moment
from syndicate.lib.errors import BadInput
from syndicate.lib.status import Status
from syndicate.mail.compose import compose
from syndicate.mail.models import Edition
from syndicate.social.models import Post
from syndicate.social.write import write
from syndicate.sources.models import Article, Source
from tests.cli.conftest import Command
from tests.fakes.website import Website
from tests.rows import account, article, mailing_list, newsletter, source, subscriber

pytestmark = pytest.mark.django_db
Asked = Callable[..., Any]


@pytest.fixture
def edition(now: datetime) -> Edition:
    """A held edition of two articles, with one reader."""
    readers = mailing_list(slug="weekly")
    subscriber("ada@example.org", to=readers)
    one = newsletter(list=readers, rhythm="daily", approval="hold", slug="daily")
    article(title="A new pier")
    article(title="Old boats")
    compose(one.pk, now)
    return Edition.objects.get()


@pytest.fixture
def post(now: datetime) -> Post:
    """A held post."""
    one = account(approval="hold")
    article(title="A new pier")
    write(one.pk, now)
    return Post.objects.get()


def test_an_edition_is_shown_with_its_articles(edition: Edition, asked: Asked) -> None:
    told = asked("edition", "show", edition.pk)
    assert (told["status"], told["newsletter"]) == ("held", "daily")
    assert {a["title"] for a in told["articles"]} == {"A new pier", "Old boats"}
    assert [e["id"] for e in asked("edition", "list", "--status", "held")] == [edition.pk]
    assert asked("edition", "list", "--status", "sent") == []


def test_an_edition_is_previewed_as_it_will_be(edition: Edition, syndicate: Command) -> None:
    assert "A new pier" in syndicate("edition", "preview", edition.pk).stdout
    html = syndicate("edition", "preview", edition.pk, "--as", "html").stdout
    assert "<html" in html
    assert "PLACEHOLDER" not in html.upper()


def test_an_edition_is_approved_held_and_cancelled(edition: Edition, asked: Asked) -> None:
    assert asked("edition", "approve", edition.pk)["status"] == "queued"
    assert asked("edition", "hold", edition.pk)["status"] == "held"
    assert asked("edition", "cancel", edition.pk)["status"] == "cancelled"


def test_an_edition_on_its_way_is_paused_and_goes_on(edition: Edition, asked: Asked) -> None:
    Edition.objects.update(status=Status.SENDING)
    assert asked("edition", "pause", edition.pk)["paused_at"]
    assert "Paused" in asked("edition", "show", edition.pk)["obstacle"]["what"]
    assert asked("edition", "resume", edition.pk)["paused_at"] is None


def test_a_dry_run_shows_the_act_and_takes_it_back(edition: Edition, syndicate: Command) -> None:
    done = syndicate("edition", "approve", edition.pk, "--dry-run")
    assert "is approved (queued)" in done.stdout
    assert "Nothing was changed" in done.stderr
    edition.refresh_from_db()
    assert edition.status == Status.HELD


def test_what_cannot_be_done_is_told(edition: Edition, syndicate: Command) -> None:
    syndicate("edition", "cancel", edition.pk)
    assert "cancelled" in syndicate("edition", "approve", edition.pk, code=1).stderr


def test_an_edition_is_watched_until_it_is_sent(
    edition: Edition, now: datetime, asked: Asked, syndicate: Command
) -> None:
    assert "Not begun" in syndicate("edition", "watch", edition.pk, code=3).stdout
    Edition.objects.update(status=Status.SENT, audience=1)
    reader = Subscription.objects.get().subscriber
    edition.deliveries.create(subscriber=reader, seq=1, status=Status.SENT, done_at=now)
    edition.batches.create(first_seq=1, last_seq=1, due_at=now)
    assert asked("edition", "watch", edition.pk)["ledger"] == {"sent": 1}


def test_an_edition_is_approved_for_later(edition: Edition, asked: Asked) -> None:
    told = asked("edition", "approve", edition.pk, "--at", "2030-01-01T08:00")
    assert told["send_at"] == "2030-01-01T07:00:00+00:00"  # Berlin's eight o'clock


def test_a_moment_without_a_zone_is_the_publication_s() -> None:
    assert moment("2030-01-01T08:00").isoformat() == "2030-01-01T08:00:00+01:00"
    assert (
        moment("2030-01-01T08:00Z").utcoffset()
        == datetime.fromisoformat("2030-01-01T08:00+00:00").utcoffset()
    )
    with pytest.raises(BadInput, match="2026-12-24"):
        moment("tomorrow")


def test_an_edition_is_edited_and_the_rest_stays(edition: Edition, asked: Asked) -> None:
    told = asked("edition", "edit", edition.pk, "--subject", "Piers and boats")
    assert (told["subject"], told["preheader"]) == ("Piers and boats", edition.preheader)


def test_articles_are_ordered_and_left_out(edition: Edition, asked: Asked) -> None:
    last = Article.objects.order_by("pk").last()
    assert last is not None
    asked("edition", "arrange", edition.pk, last.pk)
    told = asked("edition", "show", edition.pk)["articles"]
    assert [(a["id"] == last.pk, a["included"]) for a in told] == [(True, True), (False, False)]


def test_an_article_of_another_edition_cannot_be_arranged(
    edition: Edition, syndicate: Command
) -> None:
    assert "no article 999" in syndicate("edition", "arrange", edition.pk, 999, code=1).stderr


def test_a_post_is_shown_as_it_will_stand(post: Post, asked: Asked, syndicate: Command) -> None:
    told = asked("post", "show", post.pk)
    assert told["text"] == post.text
    assert 0 < told["length"] <= told["limit"]
    assert post.text in syndicate("post", "show", post.pk).stdout


def test_a_post_is_edited_approved_and_held(post: Post, asked: Asked) -> None:
    text = f"Look: {post.article.url}"
    assert asked("post", "edit", post.pk, text)["text"] == text
    assert asked("post", "approve", post.pk)["status"] == "queued"
    assert asked("post", "hold", post.pk)["status"] == "held"
    assert asked("post", "cancel", post.pk)["status"] == "cancelled"
    assert asked("post", "retry", post.pk)["status"] == "queued"


def test_a_post_s_text_may_come_from_stdin(post: Post, syndicate: Command) -> None:
    syndicate("post", "edit", post.pk, "-", stdin=f"Two lines\n{post.article.url}\n")
    post.refresh_from_db()
    assert post.text == f"Two lines\n{post.article.url}"


def test_an_unknown_post_is_settled(post: Post, asked: Asked) -> None:
    Post.objects.update(status=Status.UNKNOWN, unsure=True)
    told = asked("post", "resolve", post.pk, "--posted", "--permalink", "https://social.example/1")
    assert (told["status"], told["permalink"]) == ("sent", "https://social.example/1")


def test_a_newsletter_is_set_up_shown_and_composed(asked: Asked) -> None:
    mailing_list(slug="weekly")
    made = asked(
        *("newsletter", "add", "The Weekly", "--list", "weekly"),
        *("--rhythm", "weekly", "--weekday", "friday", "--at", "07:30"),
    )
    assert (made["slug"], made["approval"], made["active"]) == ("the-weekly", "hold", True)
    assert datetime.fromisoformat(made["next"]).isoweekday() == 5
    assert asked("newsletter", "pause", "the-weekly")["active"] is False
    assert asked("newsletter", "resume", "the-weekly")["active"] is True
    assert asked("newsletter", "compose", "the-weekly", code=1)["error"]["message"]


def test_a_newsletter_is_composed_now(asked: Asked) -> None:
    newsletter(rhythm="daily", slug="daily")
    article(title="A new pier")
    assert asked("newsletter", "show", "daily")["planned"]["articles"] == ["A new pier"]
    assert len(asked("newsletter", "compose", "daily")) == 1


@pytest.mark.parametrize("flags", [("--at", "8 o'clock"), ("--timezone", "Mars/Olympus")])
def test_a_newsletter_s_time_must_exist(flags: tuple[str, str], syndicate: Command) -> None:
    mailing_list(slug="weekly")
    assert (
        flags[1]
        in syndicate(*("newsletter", "add", "Weekly", "--list", "weekly"), *flags, code=1).stderr
    )


def test_a_page_without_a_feed_is_said_to_be_one_in_a_dry_run_too(syndicate: Command) -> None:
    with Website() as website:
        website.answer_with(200, "<html><body>Hello</body></html>", url=website.url + "/about")
        website.answer_with(404)
        for path in ("/atom.xml", "/feed.json", "/rdf.xml"):
            website.answer_with(404, url=website.url + path)
        for dry in ([], ["--dry-run"]):
            done = syndicate("source", "add", website.url + "/about", *dry, code=1)
            assert "No feed was found" in done.stderr


def test_a_source_is_found_rehearsed_added_and_looked_at(asked: Asked) -> None:
    with Website() as website:
        website.publish("A new pier")
        assert website.feed_url in [found["url"] for found in asked("source", "find", website.url)]
        asked("source", "add", website.url, "--dry-run")
        assert not Source.objects.exists()
        made = asked("source", "add", website.url, "--newest", 1)
        rehearsed = asked("source", "look", made["id"], "--dry-run")
        assert [found["title"] for found in rehearsed["new"]] == ["A new pier"]
        found = asked("source", "look", made["id"])["found"]
    assert [(a["title"], a["state"]) for a in found] == [("A new pier", "new")]


def test_a_source_is_paused_and_resumed(asked: Asked) -> None:
    one = source()
    assert asked("source", "pause", one.pk)["active"] is False
    assert asked("source", "resume", one.pk)["active"] is True
    assert asked("source", "list")[0]["id"] == asked("source", "show", one.pk)["id"] == one.pk


def test_an_article_is_released_and_withdrawn(asked: Asked) -> None:
    one = article(state=Article.State.HELD, state_reason="too many at once")
    assert asked("article", "show", one.pk)["reason"] == "too many at once"
    assert asked("article", "release", one.pk)["state"] == "new"
    assert asked("article", "withdraw", one.pk)["state"] == "withdrawn"
    assert [a["id"] for a in asked("article", "list", "--state", "withdrawn")] == [one.pk]


def test_readers_are_imported_once_and_exported(asked: Asked, syndicate: Command) -> None:
    mailing_list(slug="weekly")
    rows = "email,name\nada@example.org,Ada\nnot an address,\n"
    told = syndicate("subscriber", "import", "-", stdin=rows, code=3).stdout
    assert "1  new" in told
    assert "line 3: not an address" in told
    assert "1  already there" in syndicate("subscriber", "import", "-", stdin=rows, code=3).stdout
    assert "ada@example.org,Ada,,confirmed" in syndicate("subscriber", "export").stdout


def test_an_import_can_be_rehearsed(syndicate: Command) -> None:
    mailing_list()
    syndicate("subscriber", "import", "-", "--dry-run", stdin="ada@example.org\n")
    assert not Subscription.objects.exists()


def test_with_several_lists_one_must_be_named(syndicate: Command) -> None:
    mailing_list(slug="weekly")
    mailing_list(slug="daily")
    assert "--list" in syndicate("subscriber", "add", "ada@example.org", code=1).stderr
    syndicate("subscriber", "add", "ada@example.org", "--list", "daily")
    assert Subscription.objects.get().list.slug == "daily"


def test_a_reader_is_added_shown_and_let_go(asked: Asked) -> None:
    mailing_list(slug="weekly")
    asked("subscriber", "add", "Ada@Example.org", "--consent", "asked at the fair")
    told = asked("subscriber", "show", "ada@example.org")
    assert told["subscriptions"][0]["consent"] == "asked at the fair"
    told = asked("subscriber", "unsubscribe", "ada@example.org")
    assert told["subscriptions"][0]["status"] == "unsubscribed"
    assert told["suppressed"] == "unsubscribed"


def test_an_address_is_suppressed_and_lifted(asked: Asked) -> None:
    asked("subscriber", "suppress", "ada@example.org", "--why", "asked by phone")
    assert Suppression.objects.get().detail == "asked by phone"
    assert asked("subscriber", "lift", "ada@example.org")["lifted"] is True
    assert asked("subscriber", "lift", "ada@example.org")["lifted"] is False


def test_a_list_is_made_and_counted(asked: Asked) -> None:
    made = asked("list", "add", "Harbour news", "--private")
    assert (made["slug"], made["public"], made["readers"]) == ("harbour-news", False, 0)
    assert asked("list", "show", "harbour-news") == asked("list", "list")[0]


def test_an_account_is_connected_from_a_file(
    asked: Asked, syndicate: Command, tmp_path: Any
) -> None:
    (tmp_path / "url").write_text("https://hooks.example.org/1\n")
    flags = ("--name", "hook", "--credential-file", f"url={tmp_path}/url")
    made = asked("account", "connect", "webhook", *flags)
    assert (made["channel"], made["approval"], made["state"]) == ("webhook", "hold", "ok")
    assert made["made"]["secret"].startswith("whsec_")
    assert made["made"]["secret"] not in syndicate("account", "list", "--json").stdout
    assert "hooks.example.org" not in syndicate("account", "list", "--json").stdout
    assert asked("account", "pause", "hook")["state"] == "paused by an editor"
    assert asked("account", "resume", "hook")["state"] == "ok"


def test_channels_tell_what_they_ask_for(asked: Asked) -> None:
    told = {one["channel"]: one for one in asked("account", "channels")}
    assert "token" in told["mastodon"]["credentials"]
    assert {"x", "bluesky", "webhook"} <= set(told)


def test_an_account_that_does_not_answer_is_the_other_side_s_fault(
    asked: Asked, configure: Any
) -> None:
    configure(social={"timeout_seconds": 2})
    one = account(credentials={"url": "http://127.0.0.1:9/", "secret": "whsec_MfKQ"})
    assert asked("account", "check", one.pk, code=14)["error"]["message"]


def test_an_editor_comes_in_by_a_link_or_a_password(asked: Asked, syndicate: Command) -> None:
    assert "/desk/enter/" in asked("editor", "add", "ada")["link"]
    assert User.objects.get().has_usable_password() is False
    syndicate("editor", "password", "ada", "--password-file", "-", stdin="a long enough one\n")
    assert User.objects.get().check_password("a long enough one")
    assert "/desk/enter/" in syndicate("editor", "link", "ada").stdout
    assert asked("editor", "remove", "ada")["active"] is False


def test_a_poor_password_is_refused(syndicate: Command) -> None:
    syndicate("editor", "add", "ada", "--password-file", "-", stdin="1234\n", code=1)
    syndicate("editor", "add", "bob")
    said = syndicate("editor", "password", "bob", "--password-file", "-", stdin="1234\n", code=1)
    assert "too short" in said.stderr


def test_status_tells_what_waits_and_what_is_wrong(
    edition: Edition, asked: Asked, syndicate: Command
) -> None:
    told = asked("status")
    assert (told["editions_held"], told["readers"], told["sources"]) == (1, 1, 1)
    assert "H01" in [problem["id"] for problem in told["problems"]]
    assert "1 held" in syndicate("status").stdout
    syndicate("status", "--check", code=1)


def test_a_plan_promises_nothing_of_what_is_only_noted(syndicate: Command) -> None:
    with Website() as website:
        website.publish("An old pier")
        syndicate("source", "add", website.url)
        said = syndicate("plan").stdout
    assert said == "note      1 of Harbour Review as seen: not sent\n"


def test_a_plan_is_told_in_words(syndicate: Command, asked: Asked) -> None:
    assert "Nothing would be done" in syndicate("plan").stdout
    newsletter(name="Weekly", approval="hold")
    account(name="@harbour")
    article(title="A new pier", first_seen="2020-01-01T00:00Z", available_at="2026-11-23T11:30Z")
    said = syndicate("plan").stdout
    assert "compose   “A new pier” (Weekly), held; it would go to 0 readers" in said
    assert "post      to @harbour" in said
    assert len(asked("plan")["posts"]) == 1


def test_what_is_no_secret_may_be_said_openly(asked: Asked, configure: Any, tmp_path: Any) -> None:
    configure(social={"timeout_seconds": 2})
    (tmp_path / "token").write_text("tell-no-one\n")
    refused = asked("account", "connect", "mastodon", "--option", "token=tell-no-one", code=1)
    assert "secret" in refused["error"]["message"]
    flags = (
        "--option",
        "server=http://127.0.0.1:9",
        "--credential-file",
        f"token={tmp_path}/token",
    )
    told = asked("account", "connect", "mastodon", *flags, code=14)
    assert "127.0.0.1" in told["error"]["message"]
