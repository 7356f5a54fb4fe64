"""The addresses of this face; each holds a token that nobody can guess, but for Micropub's."""

from django.urls import path

from syndicate.web.hooks.micropub import micropub
from syndicate.web.hooks.ping import ping
from syndicate.web.hooks.websub import websub

app_name = "hooks"
urlpatterns = [
    path("websub/<str:token>", websub, name="websub"),
    path("ping/<str:token>", ping, name="ping"),
    path("micropub", micropub, name="micropub"),
]
