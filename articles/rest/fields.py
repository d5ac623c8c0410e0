"""Fields that take JSON as it is: a number is no text and a text no number, whatever could be made of it."""

from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers


class Text(serializers.CharField):
    """Takes a string."""

    def to_internal_value(self, data: Any) -> str:
        """Refuse numbers, which the framework would write out."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Whole(serializers.IntegerField):
    """Takes a whole number that a database column can hold."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_value": 2**31 - 1, **kwargs})

    def to_internal_value(self, data: Any) -> int:
        """Refuse digits in a string, and ``true``, which Python counts as 1."""
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return super().to_internal_value(data)


class Truth(serializers.BooleanField):
    """Takes ``true`` or ``false``."""

    def to_internal_value(self, data: Any) -> bool:
        """Refuse words and numbers that stand for one of the two elsewhere."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Choice(serializers.ChoiceField):
    """Takes one of some strings."""

    def to_internal_value(self, data: Any) -> str:
        """Refuse what only looks like one when written out."""
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return str(super().to_internal_value(data))


class Email(serializers.EmailField):
    """Takes a mail address."""

    def to_internal_value(self, data: Any) -> str:
        """Refuse numbers."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Address(serializers.URLField):
    """Takes an address of the web."""

    def to_internal_value(self, data: Any) -> str:
        """Refuse numbers."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Moment(serializers.DateTimeField):
    """Takes a point in time (RFC 3339), between 1000 and 3000: beyond, offsets lead out of what dates there are."""

    default_error_messages = {"unlikely": "This is no time that an article or a decision could have."}

    def to_internal_value(self, value: Any) -> datetime:
        """Refuse a day without a time, and what no calendar of ours reaches."""
        if not isinstance(value, str):
            self.fail("invalid", format="RFC 3339")
        moment = super().to_internal_value(value)
        if not 1000 < moment.year < 3000:
            self.fail("unlikely")
        return moment.astimezone(UTC)
