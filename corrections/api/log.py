"""The API of the public corrections log."""

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from articles.rest.access import PUBLIC
from articles.rest.views import ApiView, ListView
from corrections.filters import CorrectionFilter
from corrections.models import Correction
from corrections.serializers.log import CorrectionSerializer


class CorrectionsView(ListView):
    """The public log."""

    scopes = {"GET": PUBLIC}
    serializer_class = CorrectionSerializer
    filterset_class = CorrectionFilter
    ordering = ("-year", "-sequence")

    def get_queryset(self) -> QuerySet[Correction]:
        """Fetch what an entry names."""
        return _entries()

    @extend_schema(operation_id="list_corrections", tags=["corrections"])
    def get(self, request: Request) -> Response:
        """List the public corrections, the latest first. Withdrawn ones stay, as what they are."""
        return self.list(request)


class CorrectionView(ApiView):
    """One entry of the public log."""

    path_parameters = {"number": "The entry's `number`, such as `2026-0142`."}
    scopes = {"GET": PUBLIC}
    serializer_class = CorrectionSerializer

    @extend_schema(operation_id="get_correction", tags=["corrections"])
    def get(self, _request: Request, number: str) -> Response:
        """Give a public correction by its number, such as `2026-0142`."""
        correction = _entries().filter(number=number).first()
        if correction is None:
            raise Http404("The log has no such entry.")
        return Response(self.get_serializer(correction).data)


def _entries() -> QuerySet[Correction]:
    return (
        Correction.objects.public()
        .select_related("article__current", "base", "revision", "amends")
        .defer("article__current__body", "base__body", "revision__body")
        .prefetch_related("amendments")
    )
