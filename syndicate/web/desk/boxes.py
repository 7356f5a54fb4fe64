"""A form's boxes for fields that are declared elsewhere: a channel's, and accounts' habits."""

from __future__ import annotations

from typing import Any

from django import forms

from syndicate.social.channels.fields import Field, entries
from syndicate.social.habits import GROUPS, Habits

# A channel's option may have the name of a habit.
_PREFIX = "habit_"


def box(one: Field) -> forms.Field:
    """A form's field for a declared one."""
    about = {"label": one.label, "help_text": one.help, "initial": one.default}
    if isinstance(one.default, bool):
        return forms.BooleanField(required=False, **about)
    if isinstance(one.default, int):
        return forms.IntegerField(required=one.required, min_value=one.least, **about)
    if one.choices:
        choices = [(choice, choice) for choice in one.choices]
        return forms.ChoiceField(required=one.required, choices=choices, **about)
    field = forms.CharField(required=one.required, max_length=4000, **about)
    if one.secret:
        field.widget = forms.PasswordInput(attrs={"autocomplete": "off"})
    elif one.lines:
        field.widget = forms.Textarea(attrs={"rows": 3})
    return field


class HabitsPart(forms.BaseForm):
    """The habits of accounts, among a form's other fields."""

    def add_habits(self, present: Habits) -> None:
        """Put them in, with what they are now."""
        for one in entries(Habits):
            field = self.fields[_PREFIX + one.name] = box(one)
            field.initial = getattr(present, one.name)

    @property
    def apart(self) -> list[str]:
        """The names of their fields."""
        return [_PREFIX + one.name for one in entries(Habits)]

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Them, under the words for what they are about."""
        return [
            (label, [self[_PREFIX + name] for name in names]) for label, names in GROUPS.items()
        ]

    @property
    def customs(self) -> dict[str, Any]:
        """Them, as given."""
        return {name.removeprefix(_PREFIX): self.cleaned_data[name] for name in self.apart}
