"""Filters that several lists share."""

from datetime import datetime
from typing import Any

from django import forms
from django_filters.fields import IsoDateTimeField
from django_filters.rest_framework import IsoDateTimeFilter


class MomentField(IsoDateTimeField):
    """Reads a point in time (RFC 3339), between 1000 and 3000: beyond, offsets lead out of what dates there are."""

    def to_python(self, value: Any) -> datetime | None:
        """Refuse what no calendar of ours reaches."""
        try:
            moment: datetime | None = super().to_python(value)
            is_likely = moment is None or 1000 < moment.year < 3000
        except OverflowError:
            is_likely = False
        if not is_likely:
            raise forms.ValidationError("Give a time between the years 1000 and 3000.")
        return moment


class MomentFilter(IsoDateTimeFilter):
    """Compares with a point in time."""

    field_class = MomentField
