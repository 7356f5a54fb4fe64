"""The addresses of this face; audience.links and mail.links build those that stand in mails."""

from django.urls import path

from syndicate.web.public.archive import archive, edition, feed
from syndicate.web.public.arrivals import arrival
from syndicate.web.public.confirm import confirm
from syndicate.web.public.front import accent, front
from syndicate.web.public.healthz import healthz, healthz_work
from syndicate.web.public.picture import picture
from syndicate.web.public.preferences import preferences
from syndicate.web.public.subscribe import embed, snippet, subscribe
from syndicate.web.public.unsubscribe import one_click, unsubscribe, your_mail

app_name = "public"
urlpatterns = [
    path("", front, name="front"),
    path("subscribe", subscribe, name="subscribe"),
    path("subscribe/<slug:slug>", subscribe, name="subscribe_to"),
    path("embed/<slug:slug>", embed, name="embed"),
    path("embed/<slug:slug>/snippet", snippet, name="snippet"),
    path("confirm/<str:token>", confirm, name="confirm"),
    path("preferences/<str:token>", preferences, name="preferences"),
    path("u/<str:token>", unsubscribe, name="unsubscribe"),
    path("o/<str:token>", one_click, name="one_click"),
    path("your-mail", your_mail, name="your_mail"),
    path("archive", archive, name="archive"),
    path("archive/feed.xml", feed, name="feed"),
    path("archive/<str:key>", edition, name="edition"),
    path("arrived", arrival, name="arrived"),
    path("picture/<str:token>.jpg", picture, name="picture"),
    path("accent.css", accent, name="accent"),
    path("healthz", healthz, name="healthz"),
    path("healthz/work", healthz_work, name="healthz_work"),
]
