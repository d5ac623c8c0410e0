"""Filters that several lists share."""

from datetime import datetime
from typing import Any

from django import forms
from django_filters.fields import IsoDateTimeField
from django_filters.rest_framework import CharFilter, IsoDateTimeFilter
from drf_spectacular.drainage import set_override
from drf_spectacular.utils import extend_schema_field

from articles.rest.fields import MOMENT, SOME_TEXT, is_taken


class MomentField(IsoDateTimeField):
    """Reads a point in time (RFC 3339), between 1000 and 3000: beyond, offsets lead out of what dates there are."""

    def to_python(self, value: Any) -> datetime | None:
        """Refuse what no calendar of ours reaches."""
        try:
            moment: datetime | None = super().to_python(value)
            is_likely = moment is None or is_taken(moment)
        except OverflowError:
            is_likely = False
        if not is_likely:
            raise forms.ValidationError("Give a time between the years 1000 and 3000.")
        return moment


@extend_schema_field({"type": "string", "format": "date-time", "pattern": MOMENT})
class MomentFilter(IsoDateTimeFilter):
    """Compares with a point in time."""

    field_class = MomentField


def text_filter(field_name: str | None = None, *, max_length: int, help_text: str) -> CharFilter:
    """Give a filter that compares with some text, up to ``max_length`` code points."""
    schema = {"type": "string", "minLength": 1, "maxLength": max_length, "pattern": SOME_TEXT}
    made = CharFilter(field_name, max_length=max_length, help_text=help_text)
    set_override(made, "field", schema)
    return made
