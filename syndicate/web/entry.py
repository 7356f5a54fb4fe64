"""The first login: a link that works once, at which an editor chooses a password.

Django's password reset does the work: its token dies with the first login, with a new password,
and after PASSWORD_RESET_TIMEOUT (three days).
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import password_validators_help_texts
from django.contrib.auth.tokens import default_token_generator
from django.contrib.auth.views import PasswordResetConfirmView
from django.urls import reverse, reverse_lazy
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from syndicate.lib.config import site


class ChoosePassword(SetPasswordForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """Django's form in our words: its own help is HTML, and ours stands as text."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first, again = self.fields["new_password1"], self.fields["new_password2"]
        first.label, first.help_text = "Password", " ".join(password_validators_help_texts())
        again.label, again.help_text = "The same once more", ""


enter = login_not_required(
    PasswordResetConfirmView.as_view(
        template_name="desk/enter.html",
        form_class=ChoosePassword,
        post_reset_login=True,
        success_url=reverse_lazy("desk:home"),
    )
)


def link(user: User) -> str:
    """The address, below site.base_url."""
    token = default_token_generator.make_token(user)
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return site().site.base_url + reverse("enter", args=[uid, token])
