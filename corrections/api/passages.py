"""The API of passages: what a page may mark as reported or corrected, by its site's choice."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from articles.rest.access import PUBLIC
from articles.rest.fields import SOME_TEXT
from articles.rest.views import ApiView
from corrections import intake
from corrections.api.reports import published_at
from corrections.passages import marked_passages
from corrections.serializers.passages import PassagesSerializer


class PassagesView(ApiView):
    """Says where open reports and corrections stand in an article, never what readers wrote."""

    scopes = {"GET": PUBLIC}
    query_parameters = frozenset(("url", "site"))
    problems = {"GET": (403,)}
    serializer_class = PassagesSerializer
    has_sparse_fields = False

    @extend_schema(
        operation_id="list_passages",
        tags=["reports"],
        parameters=[
            OpenApiParameter(
                "url",
                {"type": "string", "minLength": 1, "pattern": SOME_TEXT},
                required=True,
                description="The article's canonical address.",
            ),
            OpenApiParameter("site", description="The key of the other site whose page asks."),
        ],
    )
    def get(self, request: Request) -> Response:
        """Give the passages of an article's current revision. Pages of an article that we do not have get none."""
        intake.site_of(request)
        url = request.query_params.get("url", "").strip()
        if not url:
            raise ValidationError({"url": ["Give the address of the article."]})
        article = published_at(url)
        marked = [] if article is None else list(marked_passages(article))
        content = {"revision": article and article.text.number, "passages": marked}
        return Response(
            PassagesSerializer(content).data,  # type: ignore[arg-type]  # a dictionary is what it takes
            headers={"Cache-Control": "public, max-age=60"},
        )
