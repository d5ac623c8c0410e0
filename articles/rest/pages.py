"""Lists in pages that stay whole while rows come and go: a cursor names the last row that was shown, not a count."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core import signing
from django.db.models import Model, Q
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

PAGE_SIZE, LARGEST_PAGE = 50, 200


class CursorPages(BasePagination):
    """Pages of a view with ``ordering``: names of fields that are never null and together tell any two rows apart.

    A cursor is signed for its list, so nobody can make one up, and what is in it fits the fields.
    """

    query_parameters = frozenset(("cursor", "page_size"))

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Give the rows of the page that ``?cursor=`` asks for, the first one without. Takes a ``QuerySet``."""
        self.request = request
        self.ordering: Sequence[str] = view.ordering
        size = self._size()
        is_backwards, position = self._cursor(queryset.model)
        directions = [(name.removeprefix("-"), name.startswith("-") != is_backwards) for name in self.ordering]
        ordered = queryset.order_by(*("-" * falls + name for name, falls in directions))
        if position:
            ordered = ordered.filter(_beyond(directions, position))
        rows = list(ordered[: size + 1])
        has_more = len(rows) > size
        rows = rows[:size]
        if is_backwards:
            rows.reverse()
        self.next = self._link(rows[-1], "next") if rows and (has_more or is_backwards) else None
        self.previous = (
            self._link(rows[0], "previous") if rows and (has_more if is_backwards else bool(position)) else None
        )
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        """Put the rows between the addresses of the pages around."""
        return Response({"next": self.next, "previous": self.previous, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe a page."""
        link = {"type": ["string", "null"], "format": "uri", "example": None}
        return {
            "type": "object",
            "description": "A page of the list, and where those before and after it are.",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": link
                | {
                    "description": "The page after this one.",
                    "example": "https://news.example/api/v1/articles/?cursor=WyJuZXh0Ii...",
                },
                "previous": link | {"description": "The page before this one."},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe the parameters."""
        size = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE_SIZE}
        return [
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "From `next` or `previous` of another page of this list.",
                "schema": {"type": "string", "minLength": 1},
            },
            {
                "name": "page_size",
                "in": "query",
                "required": False,
                "description": "How many entries a page has at most.",
                "schema": size,
            },
        ]

    def _size(self) -> int:
        raw = self.request.query_params.get("page_size")
        if raw is None:
            return PAGE_SIZE
        if not (raw.isascii() and raw.isdecimal() and len(raw) < 6 and 1 <= int(raw) <= LARGEST_PAGE):
            raise ValidationError({"page_size": [f"Give a whole number from 1 to {LARGEST_PAGE}."]})
        return int(raw)

    def _cursor(self, model: type[Model]) -> tuple[bool, list[Any]]:
        raw = self.request.query_params.get("cursor")
        if raw is None:
            return False, []
        try:
            direction, *values = signing.loads(raw, salt=self._salt())
        except signing.BadSignature as error:
            raise ValidationError({"cursor": ["This is no cursor of this list. Begin without one."]}) from error
        fields: list[Any] = [
            model._meta.pk if name == "pk" else model._meta.get_field(name)  # noqa: SLF001  # its documented way
            for name in (name.removeprefix("-") for name in self.ordering)
        ]
        return direction == "previous", [field.to_python(value) for field, value in zip(fields, values, strict=True)]

    def _link(self, row: Any, direction: str) -> str:
        values = [_plain(getattr(row, name.removeprefix("-"))) for name in self.ordering]
        cursor = signing.dumps([direction, *values], salt=self._salt())
        return replace_query_param(self.request.build_absolute_uri(), "cursor", cursor)

    def _salt(self) -> str:
        return f"articles.rest.pages {self.request.path} {' '.join(self.ordering)}"


def _beyond(directions: Sequence[tuple[str, bool]], position: Sequence[Any]) -> Q:
    """Keep the rows after a position, in the order of ``directions``: names, and whether the values fall."""
    beyond = Q()
    equal: dict[str, Any] = {}
    for (name, falls), value in zip(directions, position, strict=True):
        beyond |= Q(**equal, **{f"{name}__{'lt' if falls else 'gt'}": value})
        equal[name] = value
    first, falls = directions[0]
    # Follows from the rest; said apart, it lets the database start in the middle of an index.
    return Q(**{f"{first}__{'lte' if falls else 'gte'}": position[0]}) & beyond


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, uuid.UUID) else value.isoformat() if isinstance(value, datetime) else value
