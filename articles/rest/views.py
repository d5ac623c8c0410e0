"""What every call does alike: strict parameters, sparse fields, entity tags, and unsafe work done once."""

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, ClassVar

from django.http import HttpResponseNotModified
from django.http.response import HttpResponseBase
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, ListSerializer

from articles.rest import conditions, keys
from articles.rest.access import PUBLIC
from articles.rest.idempotency import Answer, answer_once
from articles.rest.models import Key
from articles.rest.pages import CursorPages


class ByAccept(DefaultContentNegotiation):
    """Chooses the answer's media type by ``Accept`` alone: ``?format=`` is no parameter of ours."""

    settings = SimpleNamespace(URL_FORMAT_OVERRIDE=None)  # type: ignore[assignment]  # all that is asked of it


class ApiView(GenericAPIView[Any]):
    """A call of the API. ``scopes`` says what each method takes (see ``articles.rest.access``).

    Parameters that the call does not know are refused (422) instead of ignored, so that a slip in a filter's name does
    not give everything. An answer to GET has a strong ``ETag``, and 304 follows from it.
    """

    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    content_negotiation_class = ByAccept
    scopes: ClassVar[Mapping[str, str]] = {}
    permissions: ClassVar[Mapping[str, str]] = {}
    """The right that the account needs for whom the key acts, by method."""
    problems: ClassVar[Mapping[str, Sequence[int]]] = {}
    """Statuses of problems that are this call's own, by method; those of every call are in ``articles.rest.schema``."""
    query_parameters: ClassVar[frozenset[str]] = frozenset()
    """Parameters beside those of filters, pages and ``fields``."""
    path_parameters: ClassVar[Mapping[str, str]] = {}
    """What each part of the address means."""
    has_sparse_fields: ClassVar[bool] = True
    """Whether ``?fields=`` cuts down what ``serializer_class`` gives."""
    pagination_class: type[CursorPages] | None = None
    filter_backends: Sequence[type[DjangoFilterBackend]] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check who calls (401, 403), whether there is such a method (405), then the parameters, before all else."""
        super().initial(request, *args, **kwargs)
        if request.method in self.allowed_methods:
            self._check_parameters(request)
            self.wanted_fields()

    def wanted_fields(self) -> frozenset[str]:
        """Give the fields that ``?fields=`` asks for; empty for all of them."""
        raw = self.request.query_params.get("fields") if self._cuts_fields() else None
        if raw is None:
            return frozenset()
        wanted = frozenset(name.strip() for name in raw.split(","))
        serializer: Any = self.get_serializer_class()()
        known = serializer.fields.keys()
        if unknown := wanted - known:
            told = ", ".join(sorted(f"“{name}”" for name in unknown))
            raise ValidationError({"fields": [f"There is no {told}. Choose from: {', '.join(known)}."]})
        return wanted

    def get_serializer(self, *args: Any, **kwargs: Any) -> BaseSerializer[Any]:
        """Give the serializer, cut down to the fields that are wanted."""
        serializer = super().get_serializer(*args, **kwargs)
        if wanted := self.wanted_fields():
            inner: Any = serializer.child if isinstance(serializer, ListSerializer) else serializer
            for name in inner.fields.keys() - wanted:
                inner.fields.pop(name)
        return serializer

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Give what was read its entity tag, or say that the client has it already."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        if request.method not in ("GET", "HEAD") or answer.status_code != 200:
            return answer
        etag = conditions.etag_of(response.data)
        answer.headers.setdefault("Cache-Control", "no-cache" if self._is_public() else "private, no-cache")
        answer.headers["ETag"] = etag
        if conditions.is_known(request, etag):
            kept = {name: answer.headers[name] for name in ("ETag", "Cache-Control", "Vary") if name in answer.headers}
            unchanged: HttpResponseBase = HttpResponseNotModified(headers=kept)
            return unchanged  # type: ignore[return-value]  # Django's own answer: it has no body to render
        return answer

    def once(self, request: Request, answer: Callable[[], Answer]) -> Response:
        """Do an unsafe call, in the name of its key, and answer; with ``Idempotency-Key``, once (``idempotency``).

        The same idempotency key at another address or with another body is a conflict.
        """
        key = request.auth if isinstance(request.auth, Key) else None
        raw: bytes = getattr(request.data, "raw", b"")
        body = f"{request.method} {request.get_full_path()}\n".encode() + raw
        scope = f"key {key.pk}" if key else "anyone"
        with keys.acting_through(key):
            status, content = answer_once(scope, request.headers.get("Idempotency-Key"), body, answer)
        return Response(content if status != 204 else None, status=status)

    def _check_parameters(self, request: Request) -> None:
        known = self._known_parameters()
        errors = {}
        for name, values in request.query_params.lists():
            if name not in known:
                listed = f"Choose from: {', '.join(sorted(known))}." if known else "This call has none."
                errors[name] = [f"There is no such parameter. {listed}"]
            elif not all(value.strip() for value in values) and name not in self.query_parameters:
                errors[name] = ["Give a value, or leave the parameter out."]
            elif "\0" in "".join(values):
                errors[name] = ["U+0000 cannot be part of a value."]
        if errors:
            raise ValidationError(errors)

    def _known_parameters(self) -> frozenset[str]:
        filters = getattr(self, "filterset_class", None) if self._is_safe() else None
        pages: frozenset[str] = getattr(self.pagination_class, "query_parameters", frozenset())
        return (
            self.query_parameters
            | (frozenset(filters.base_filters) if filters else frozenset())
            | (pages if self._is_safe() else frozenset())
            | (frozenset(("fields",)) if self._cuts_fields() else frozenset())
        )

    def _cuts_fields(self) -> bool:
        return self._is_safe() and self.has_sparse_fields and self.serializer_class is not None

    def _is_safe(self) -> bool:
        return self.request.method in ("GET", "HEAD")

    def _is_public(self) -> bool:
        return self.scopes.get("GET") == PUBLIC


class ListView(ApiView):
    """A list in pages. Its subclass gives ``ordering`` (see ``pages``) and, for its documentation, ``get``."""

    pagination_class: type[CursorPages] | None = CursorPages
    filter_backends = (DjangoFilterBackend,)
    ordering: ClassVar[Sequence[str]]

    def list(self, _request: Request) -> Response:
        """Give the page that is asked for."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)
