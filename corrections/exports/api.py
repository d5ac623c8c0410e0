"""The API's share of the exports: what needs a key."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from articles.rest.models import Scope
from articles.rest.views import ApiView
from corrections.exports import annotations
from corrections.exports.views import reports_as_annotations

_COLLECTION = annotations.collection(
    "https://news.example/api/v1/reports.jsonld", label="Reports: The Daily Example", total=142, per_page=100
)


class AnnotationRenderer(JSONRenderer):
    """JSON-LD under its own media type, whatever profile the client asks for."""

    media_type = "application/ld+json"
    format = "jsonld"


class ReportAnnotationsView(ApiView):
    """Gives readers' reports as W3C Web Annotations."""

    scopes = {"GET": Scope.CASES_READ}
    query_parameters = frozenset(("page",))
    problems = {"GET": (404,)}
    renderer_classes = [AnnotationRenderer]
    has_sparse_fields = False

    @extend_schema(
        operation_id="list_report_annotations",
        tags=["reports"],
        parameters=[
            OpenApiParameter("page", {"type": "integer", "minimum": 1}, description="A page of the collection.")
        ],
        responses={
            (200, "application/ld+json"): OpenApiResponse(
                {"type": "object"},
                description="An `AnnotationCollection`, or with `page` an `AnnotationPage`.",
                examples=[OpenApiExample("The collection", _COLLECTION)],
            )
        },
    )
    def get(self, request: Request) -> Response:
        """Give readers' reports as W3C Web Annotations: the collection, or one of its pages.

        Nothing in it says who a reader is.
        """
        page = request.query_params.get("page")
        if page is not None and not (page.isascii() and page.isdecimal() and int(page[:9]) >= 1):
            raise ValidationError({"page": ["Give a whole number from 1."]})
        content: dict[str, Any] = reports_as_annotations(
            page=page, address=settings.SITE_URL + reverse("api:report-annotations")
        )
        return Response(content, content_type=annotations.MEDIA_TYPE, headers={"Cache-Control": "private, no-store"})
