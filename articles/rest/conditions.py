"""Conditional requests (RFC 9110, section 13): strong entity tags, and what a request makes depend on them."""

import hashlib
import json
from typing import Any

from django.utils.http import parse_etags
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder


class PreconditionFailed(APIException):
    """What is there now is not what the request's condition names (412)."""

    status_code = 412
    default_detail = "What is there now is not what If-Match or If-None-Match names. Load it again."
    default_code = "precondition_failed"


class PreconditionRequired(APIException):
    """The call takes a condition, so that nobody overwrites what they have not seen (428)."""

    status_code = 428
    default_detail = "Say which state you saw: send its ETag in If-Match."
    default_code = "precondition_required"


def etag_of(data: Any) -> str:
    """Give the strong entity tag of a representation: a digest of its content."""
    canonical = json.dumps(data, cls=JSONEncoder, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f'"{hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:32]}"'


def is_known(request: Request, etag: str) -> bool:
    """Tell whether the client has what ``etag`` names (``If-None-Match``), so that 304 is the answer."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return known == ["*"] or etag in (tag.removeprefix("W/") for tag in known)


def check(request: Request, etag: str | None) -> None:
    """Raise ``PreconditionFailed`` unless the thing to be changed is in the state that the request wants.

    ``etag`` is its tag now, ``None`` when there is no such thing yet. Weak tags never match (RFC 9110, 13.1.1).
    """
    wanted = parse_etags(request.headers.get("If-Match", ""))
    if wanted and (etag is None or (wanted != ["*"] and etag not in wanted)):
        raise PreconditionFailed
    if "If-None-Match" in request.headers and etag is not None and is_known(request, etag):
        raise PreconditionFailed
