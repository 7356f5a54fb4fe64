"""Every address: the desk for editors, the rest for readers."""

from django.urls import include, path

urlpatterns = [
    path("desk/", include("syndicate.web.desk.urls")),
    path("", include("syndicate.web.public.urls")),
]
