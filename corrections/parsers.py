"""Reads JSON strictly, so that nothing that cannot be stored or compared gets in."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

MAX_DEPTH = 20


class TooLarge(APIException):
    """The body has more bytes than the call takes (413)."""

    status_code = 413
    default_detail = "The request body is too large."
    default_code = "too_large"


class JSONObject(dict[str, Any]):
    """A parsed JSON object that remembers the bytes it came in as (``raw``)."""

    raw: bytes = b""


class StrictJSONParser(JSONParser):
    """Parses UTF-8 JSON; refuses what is malformed, nested deeper than ``MAX_DEPTH``, or not a finite number (400).

    Gives a ``JSONObject`` for an object. ``max_bytes`` is the largest body it reads (413).
    """

    max_bytes = settings.MAX_JSON_BYTES

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Give the parsed body. Raises ``TooLarge`` past ``max_bytes``, ``ParseError`` when malformed."""
        raw = stream.read(self.max_bytes + 1)
        if len(raw) > self.max_bytes:
            raise TooLarge(f"The request body has more than {self.max_bytes} bytes. Send less.")
        try:
            data = json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant)
        except RecursionError as error:
            raise ParseError(f"The JSON is nested deeper than {MAX_DEPTH} levels.") from error
        except (ValueError, UnicodeDecodeError) as error:
            raise ParseError(f"The body is not valid JSON: {error}") from error
        if _is_deeper_than(data, MAX_DEPTH):
            raise ParseError(f"The JSON is nested deeper than {MAX_DEPTH} levels.")
        if isinstance(data, dict):
            data = JSONObject(data)
            data.raw = raw
        return data


class ReportParser(StrictJSONParser):
    """Reads a report: some 12,000 characters of text at most, each of which JSON may write in twelve bytes."""

    max_bytes = 160_000


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON value")


def _is_deeper_than(data: Any, depth: int) -> bool:
    level = [data]
    for _ in range(depth):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True
