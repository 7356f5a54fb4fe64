"""The desk's addresses. All but the door ask for a login: LoginRequiredMiddleware."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from syndicate.web.desk import (
    accounts,
    articles,
    editions,
    lists,
    newsletters,
    posts,
    proof,
    sources,
    subscribers,
)
from syndicate.web.desk.door import Door
from syndicate.web.desk.home import home

app_name = "desk"
urlpatterns = [
    path("", home, name="home"),
    path("login", Door.as_view(), name="login"),
    path("logout", LogoutView.as_view(), name="logout"),
    path("editions", editions.editions, name="editions"),
    path("editions/<int:pk>", editions.edition, name="edition"),
    path("editions/<int:pk>/preview.<str:form>", proof.preview, name="edition_preview"),
    path("editions/<int:pk>/going", editions.edition_going, name="edition_going"),
    path("editions/<int:pk>/save", editions.save, name="edition_save"),
    path("editions/<int:pk>/approve", editions.approve, name="edition_approve"),
    path("editions/<int:pk>/test", editions.send_test, name="edition_test"),
    path("editions/<int:pk>/do/<slug:word>", editions.edition_act, name="edition_act"),
    path("posts", posts.posts, name="posts"),
    path("posts/<int:pk>", posts.post, name="post"),
    path("posts/<int:pk>/save", posts.save, name="post_save"),
    path("posts/<int:pk>/count", posts.post_count, name="post_count"),
    path("posts/<int:pk>/resolve", posts.resolve, name="post_resolve"),
    path("posts/<int:pk>/do/<slug:word>", posts.post_act, name="post_act"),
    path("articles", articles.articles, name="articles"),
    path("articles/<int:pk>", articles.article, name="article"),
    path("articles/<int:pk>/body", articles.article_body, name="article_body"),
    path("articles/<int:pk>/do/<slug:word>", articles.article_act, name="article_act"),
    path("newsletters", newsletters.newsletters, name="newsletters"),
    path("newsletters/new", newsletters.newsletter_new, name="newsletter_new"),
    path("newsletters/<int:pk>", newsletters.newsletter, name="newsletter"),
    path("newsletters/<int:pk>/do/<slug:word>", newsletters.newsletter_act, name="newsletter_act"),
    path("sources", sources.sources, name="sources"),
    path("sources/new", sources.source_new, name="source_new"),
    path("sources/add", sources.source_add, name="source_add"),
    path("sources/<int:pk>", sources.source, name="source"),
    path("sources/<int:pk>/do/<slug:word>", sources.source_act, name="source_act"),
    path("accounts", accounts.accounts, name="accounts"),
    path("accounts/new/<slug:channel>", accounts.account_new, name="account_new"),
    path("accounts/<int:pk>", accounts.account, name="account"),
    path("accounts/<int:pk>/reconnect", accounts.account_reconnect, name="account_reconnect"),
    path("accounts/<int:pk>/do/<slug:word>", accounts.account_act, name="account_act"),
    path("subscribers", subscribers.subscribers, name="subscribers"),
    path("subscribers/new", subscribers.subscriber_new, name="subscriber_new"),
    path("subscribers/<int:pk>", subscribers.subscriber, name="subscriber"),
    path("subscribers/<int:pk>/do/<slug:word>", subscribers.subscriber_act, name="subscriber_act"),
    path("lists", lists.lists, name="lists"),
    path("lists/new", lists.list_new, name="list_new"),
    path("lists/<int:pk>", lists.one_list, name="list"),
    path("lists/<int:pk>/import", lists.list_import, name="list_import"),
    path("lists/<int:pk>/import/now", lists.list_import_now, name="list_import_now"),
    path("lists/<int:pk>/export.csv", lists.list_export, name="list_export"),
]
