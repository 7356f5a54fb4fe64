"""Every address: the desk for editors, hooks for machines, the rest for readers."""

from django.urls import include, path

from syndicate.web.entry import enter

urlpatterns = [
    path("desk/enter/<uidb64>/<token>", enter, name="enter"),
    path("desk/", include("syndicate.web.desk.urls")),
    path("hooks/", include("syndicate.web.hooks.urls")),
    path("", include("syndicate.web.public.urls")),
]
handler500 = "syndicate.web.trouble.trouble"
