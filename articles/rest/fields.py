"""Fields that take JSON as it is: a number is no text and a text no number, whatever could be made of it.

What a field takes beyond its type, ``constraints`` says in JSON Schema, for the API's document.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

Constraints = dict[str, Any]

ANY_TEXT = r"^[^\u0000]*$"
"""No U+0000, which databases do not hold."""

SOME_TEXT = r"^[^\u0000]*[^\s\u0000\u001c-\u001f\u0085][^\u0000]*$"
"""Nor white space alone, by the rules of Python and of JavaScript."""

MOMENT = (
    r"^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$"
)
"""A point in time (RFC 3339), of the years that are taken."""

_NO_SPACE = r"[^\s\u0000-\u0020\u007f-\u00a0]*"
_NOTHING_STRANGE = r"[^\s\\\u0000-\u0020\u007f-\u00a0]*"
"""Nor a backslash, which some read as a slash."""
_HOST = r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+([A-Za-z]{2,63}|xn--[a-z0-9]{2,59})"


_TOO_LONG = _("Ensure this field has no more than {max_length} characters.")
FRAMEWORKS_OWN = (_("Surrogate characters are not allowed: U+{code_point:X}."), _("Null characters are not allowed."))
"""What the framework says of fields that readers fill in, in our words: its own lack languages, or are too familiar."""


class Text(serializers.CharField):
    """Takes a string."""

    default_error_messages: ClassVar = {"invalid": _("Not a valid string."), "max_length": _TOO_LONG}

    @property
    def constraints(self) -> Constraints:
        """Say what is refused: U+0000, and white space alone where something has to be said."""
        return {"pattern": ANY_TEXT} if self.allow_blank else {"minLength": 1, "pattern": SOME_TEXT}

    def to_internal_value(self, data: Any) -> str:
        """Refuse numbers, which the framework would write out."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Language(serializers.RegexField):
    """Takes the tag of a language (BCP 47)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", **{"max_length": 35, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        """Refuse numbers."""
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

    default_error_messages: ClassVar = {"invalid": _("Must be a valid boolean.")}

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

    default_error_messages: ClassVar = {"invalid": _("Enter a valid email address."), "max_length": _TOO_LONG}

    def to_internal_value(self, data: Any) -> str:
        """Refuse numbers."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Address(Text):
    """Takes an address of the web."""

    @property
    def constraints(self) -> Constraints:
        """Say what an address is."""
        return {"minLength": 1, "pattern": rf"^https?://{_HOST}(:[1-9][0-9]{{0,3}})?([/?#]{_NO_SPACE})?$"}

    def to_internal_value(self, data: Any) -> str:
        """Refuse what is no address, and what leads elsewhere than it seems to: ``https://post.example@evil.example``."""
        text = super().to_internal_value(data)
        if text:
            URLValidator(schemes=["http", "https"])(text)
            if "@" in urlsplit(text).netloc or not _has_port(text):
                raise serializers.ValidationError("Enter an address without a user name, with a port that there is.")
        return text


def _has_port(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


class SecureAddress(Text):
    """Takes an address that is asked by https; which hosts may be, is for who asks them to say."""

    @property
    def constraints(self) -> Constraints:
        """Say what an address is."""
        ports = "|".join(map(str, settings.OUTGOING_PORTS))
        return {"minLength": 1, "pattern": rf"^https://{_HOST}(:({ports}))?([/?]{_NOTHING_STRANGE})?$"}


class Moment(serializers.DateTimeField):
    """Takes a point in time (RFC 3339), between 1000 and 3000: beyond, offsets lead out of what dates there are."""

    constraints: ClassVar[Constraints] = {"pattern": MOMENT}
    default_error_messages = {"unlikely": "This is no time that an article or a decision could have."}

    def to_internal_value(self, value: Any) -> datetime:
        """Refuse a day without a time, and what no calendar of ours reaches."""
        if not isinstance(value, str):
            self.fail("invalid", format="RFC 3339")
        moment = super().to_internal_value(value)
        if not is_taken(moment):
            self.fail("unlikely")
        return moment.astimezone(UTC)


class At(serializers.DateTimeField):
    """Gives a point in time (RFC 3339) in UTC, whatever zone the desk's pages are shown in."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"default_timezone": UTC, **kwargs})


def is_taken(moment: datetime) -> bool:
    """Tell whether a time lies between 1000 and 3000, with a day on either side for what offsets do."""
    return 999 <= moment.year <= 3000


class Body(serializers.Serializer[Any]):
    """Takes an object of the fields that it names, and no others: a slip in a name is told, not lost."""

    constraints: ClassVar[Constraints] = {"additionalProperties": False}

    def to_internal_value(self, data: Any) -> Any:
        """Refuse fields that there are not, together with what is wrong with the others."""
        known = ", ".join(self.fields)
        listed = f"Choose from: {known}." if known else "There are none here."
        unknown = {
            name: [f"There is no such field. {listed}"] for name in (data if isinstance(data, dict) else ())
            if name not in self.fields
        }  # fmt: skip
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if unknown and isinstance(error.detail, dict):
                raise serializers.ValidationError({**error.detail, **unknown}) from error
            raise
        if unknown:
            raise serializers.ValidationError(unknown)
        return values
