"""What lists of corrections and cases can be cut down to."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field

from articles.rest.fields import SOME_TEXT
from articles.rest.filters import MomentFilter, text_filter
from corrections.models import Case, Category, Correction, Outcome, Resolution
from corrections.policy import Kind, Severity
from corrections.webhooks.models import TEST, Delivery, EventType

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
DURATION = r"^[1-9][0-9]{0,4}[mhdw]$"
"""A whole number of minutes, hours, days or weeks, such as ``90m`` or ``3d``."""
NOBODY = "none"


class DurationField(forms.RegexField):
    """Reads a duration such as ``36h``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            regex=DURATION, error_messages={"invalid": "Write a duration like 90m, 36h, 3d or 2w."}, **kwargs
        )

    def clean(self, value: Any) -> Any:
        """Give a ``timedelta``."""
        text = super().clean(value)
        return int(text[:-1]) * _UNITS[text[-1]] if text else None


@extend_schema_field({"type": "string", "pattern": DURATION})
class OlderThanFilter(filters.Filter):
    """Keeps what was first reported longer ago than a duration."""

    field_class = DurationField

    def filter(self, qs: QuerySet[Any], value: timedelta | None) -> QuerySet[Any]:
        """Count back from now."""
        return qs if value is None else qs.filter(first_reported_at__lt=timezone.now() - value)


class AssigneeField(forms.CharField):
    """Reads the name of an account, or ``none``."""

    def clean(self, value: Any) -> Any:
        """Give the account; "none" for the word, ``None`` without a value."""
        name = super().clean(value)
        if name in ("", NOBODY):
            return name or None
        account = User.objects.filter(username=name).first()
        if account is None:
            raise forms.ValidationError(f"There is no account “{name}”.")
        return account


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": 150, "pattern": SOME_TEXT})
class AssigneeFilter(filters.Filter):
    """Keeps the cases that an account holds, or nobody."""

    field_class = AssigneeField

    def filter(self, qs: QuerySet[Any], value: User | str | None) -> QuerySet[Any]:
        """Compare the holder."""
        if value is None:
            return qs
        return qs.filter(assignee=value) if isinstance(value, User) else qs.filter(assignee__isnull=True)


class CorrectionFilter(filters.FilterSet):
    """Filters of the public log. Several together all have to hold; several values of one, any of them."""

    kind = filters.MultipleChoiceFilter(choices=Kind.choices, help_text="Of these kinds.")
    severity = filters.MultipleChoiceFilter(choices=Severity.choices, help_text="Of these severities.")
    article = filters.UUIDFilter("article_id", help_text="About this article.")
    section = text_filter("article__section", max_length=100, help_text="About articles of this section.")
    published_after = MomentFilter("published_at", "gt", help_text="Published after this time.")
    published_before = MomentFilter("published_at", "lt", help_text="Published before this time.")

    class Meta:
        model = Correction
        fields: list[str] = []


class CaseFilter(filters.FilterSet):
    """Filters of the list of cases. Several together all have to hold; several values of one, any of them."""

    status = filters.MultipleChoiceFilter(choices=Case.Status.choices, help_text="Where the case stands.")
    article = filters.UUIDFilter("article_id", help_text="About this article.")
    assignee = AssigneeFilter(help_text="Held by the account with this name; `none` for held by nobody.")
    category = filters.MultipleChoiceFilter(choices=Category.choices, help_text="What readers call the error.")
    outcome = filters.MultipleChoiceFilter(choices=Outcome.choices, help_text="How surely the passage was found.")
    resolution = filters.MultipleChoiceFilter(choices=Resolution.choices, help_text="How the case ended.")
    arrival = filters.MultipleChoiceFilter(choices=Case.Arrival.choices, help_text="Why the case is in the queue.")
    older_than = OlderThanFilter(help_text="First reported longer ago than this: `90m`, `36h`, `3d`, `2w`.")

    class Meta:
        model = Case
        fields: list[str] = []


class DeliveryFilter(filters.FilterSet):
    """Filters of an endpoint's log. Several together all have to hold; several values of one, any of them."""

    status = filters.MultipleChoiceFilter(choices=Delivery.Status.choices, help_text="Where the delivery stands.")
    type = filters.MultipleChoiceFilter(
        choices=[*EventType.choices, (TEST, TEST)], help_text="Messages of these types."
    )

    class Meta:
        model = Delivery
        fields: list[str] = []
