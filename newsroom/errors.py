"""Turns errors into RFC 9457 problem details. The one place where domain errors become HTTP statuses."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseServerError, JsonResponse
from django.template import loader
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from articles.rest import idempotency
from corrections import intake
from newsroom.problems import Kind, kind_of, title_of

_MEDIA_TYPE = "application/problem+json"


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """Give the problem details of an error that a view raised; ``None`` for one that nobody foresaw (500)."""
    if isinstance(error, idempotency.InvalidKey):
        error = exceptions.ValidationError({"Idempotency-Key": [str(error)]})
    kind = kind_of(error)
    response = exception_handler(error, context)
    if response is None and kind is None:
        return None
    set_rollback()
    if isinstance(error, exceptions.ValidationError):
        errors = error.get_full_details() if isinstance(error.detail, dict) else {}
        flat = _flat(errors) or {"body": ["Send a JSON object."]}
        return _answer(422, "Some fields are not valid.", kind=kind, errors=flat)
    if response is None:
        assert kind is not None  # noqa: S101  # for the type checker: there is one or the other
        headers = {"Retry-After": str(error.retry_after)} if isinstance(error, intake.TooManyReports) else {}
        return _answer(kind.status, str(error), kind=kind, headers=headers)
    detail = str(error) if isinstance(error, Http404 | PermissionDenied) and str(error) else _detail_of(response)
    return _answer(response.status_code, detail, kind=kind, headers=dict(response.headers))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an unknown address: as a problem under ``/api/``, as a page elsewhere."""
    if request.path.startswith("/api/"):
        return _json(404, "There is nothing at this address.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer an error that nobody foresaw, without telling its inside."""
    if request.path.startswith("/api/"):
        return _json(500, "Something went wrong here. Nothing was stored; send the request again later.")
    # No context processors: they may be what failed.
    context = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}
    return HttpResponseServerError(loader.render_to_string("500.html", context))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that cannot be understood."""
    if request.path.startswith("/api/"):
        return _json(400, "The request cannot be understood.")
    return defaults.bad_request(request, exception)


def _answer(
    status: int,
    detail: str,
    *,
    kind: Kind | None = None,
    errors: dict[str, list[str]] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    content = _content(status, _writable(detail), kind=kind)
    if errors:
        content["errors"] = {_writable(name): [*map(_writable, told)] for name, told in errors.items()}
    kept = {
        name: value for name, value in (headers or {}).items() if name in ("Allow", "Retry-After", "WWW-Authenticate")
    }
    return Response(content, status=status, headers=kept, content_type=_MEDIA_TYPE)


def _json(status: int, detail: str) -> JsonResponse:
    return JsonResponse(_content(status, detail), status=status, content_type=_MEDIA_TYPE)


def _content(status: int, detail: str, *, kind: Kind | None = None) -> dict[str, Any]:
    return {
        "type": kind.type if kind else "about:blank",
        "title": kind.title if kind else title_of(status),
        "status": status,
        "detail": detail,
    }


def _writable(text: str) -> str:
    """Put a question mark where what was sent, and is quoted, has half a character that UTF-8 cannot write."""
    return text.encode("utf-8", "replace").decode()


def _detail_of(response: Response) -> str:
    return str(response.data.get("detail", "")) if isinstance(response.data, dict) else ""


def _flat(errors: Any, path: str = "") -> dict[str, list[str]]:
    """Give nested field errors as ``{"quote.exact": ["…"]}``."""
    if isinstance(errors, list) and all(isinstance(item, dict) and "message" in item for item in errors):
        return {path: [str(item["message"]) for item in errors]}
    flat: dict[str, list[str]] = {}
    inner = errors.items() if isinstance(errors, dict) else enumerate(errors)
    for name, value in inner:
        flat |= _flat(value, path if name == "non_field_errors" and path else f"{path}.{name}" if path else str(name))
    return flat
