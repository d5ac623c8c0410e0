"""The API of articles: what is published, and the way in for other systems."""

from django.conf import settings
from django.core.exceptions import ValidationError as FieldErrors
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings

from articles.actions import Text, upsert_article
from articles.filters import ArticleFilter
from articles.models import Article, Revision
from articles.rest import conditions
from articles.rest.access import PUBLIC, user_of
from articles.rest.idempotency import Answer
from articles.rest.models import Scope
from articles.rest.views import ApiView, ListView
from articles.serializers import (
    ArticleRowSerializer,
    ArticleSerializer,
    RevisionRowSerializer,
    RevisionSerializer,
    SentArticleSerializer,
)

_ID = {"id": "The article's `id`."}


class Withdrawn(APIException):
    """The article was withdrawn; its page says why (410)."""

    status_code = 410
    default_code = "withdrawn"


class ArticlesView(ListView):
    """Published articles."""

    scopes = {"GET": PUBLIC}
    serializer_class = ArticleRowSerializer
    filterset_class = ArticleFilter
    ordering = ("-published_at", "-pk")

    def get_queryset(self) -> QuerySet[Article]:
        """Leave the bodies where they are."""
        return Article.objects.published().with_text().defer("current__body")

    @extend_schema(operation_id="list_articles", tags=["articles"])
    def get(self, request: Request) -> Response:
        """List published articles, the latest first."""
        return self.list(request)


class ArticleView(ApiView):
    """One published article."""

    path_parameters = _ID
    scopes = {"GET": PUBLIC}
    problems = {"GET": (410,)}
    serializer_class = ArticleSerializer

    @extend_schema(operation_id="get_article", tags=["articles"])
    def get(self, _request: Request, pk: str) -> Response:
        """Give an article with its current text. A withdrawn one is gone (410); its public page says why."""
        return Response(self.get_serializer(_published(pk)).data)


class RevisionsView(ListView):
    """The revisions of one article."""

    path_parameters = _ID
    scopes = {"GET": PUBLIC}
    problems = {"GET": (410,)}
    queryset = Revision.objects.none()
    serializer_class = RevisionRowSerializer
    ordering = ("-number",)

    def get_queryset(self) -> QuerySet[Revision]:
        """Leave the texts where they are."""
        return _published(self.kwargs["pk"]).revisions.filter(number__gte=1).defer("standfirst", "body")

    @extend_schema(operation_id="list_revisions", tags=["articles"])
    def get(self, request: Request, pk: str) -> Response:  # noqa: ARG002  # see get_queryset
        """List the revisions of an article, the latest first."""
        return self.list(request)


class RevisionView(ApiView):
    """One revision of an article."""

    path_parameters = _ID | {"number": "The revision's `number`, from 1."}
    scopes = {"GET": PUBLIC}
    problems = {"GET": (410,)}
    serializer_class = RevisionSerializer

    @extend_schema(operation_id="get_revision", tags=["articles"])
    def get(self, _request: Request, pk: str, number: int) -> Response:
        """Give one saved text of an article. It never changes."""
        revision = _published(pk).revisions.filter(number=number).first() if number else None
        if revision is None:
            raise Http404("The article has no such revision.")
        return Response(self.get_serializer(revision).data)


class ArticleBySourceView(ApiView):
    """One article, by the name that its source has for it."""

    path_parameters = {
        "source": "The name of the system that the article comes from; yours to choose, once.",
        "external_id": "What that system calls the article.",
    }
    scopes = {"GET": Scope.ARTICLES_WRITE, "PUT": Scope.ARTICLES_WRITE}
    permissions = {"GET": "articles.view_article", "PUT": "articles.change_article"}
    problems = {"PUT": (412,)}
    serializer_class = ArticleSerializer

    @extend_schema(operation_id="get_article_by_source", tags=["articles"])
    def get(self, _request: Request, source: str, external_id: str) -> Response:
        """Give an article by its source's name for it, with the ``ETag`` that ``If-Match`` takes.

        Also when it is withdrawn or not yet public.
        """
        article = Article.objects.with_text().filter(source=source, external_id=external_id).first()
        if article is None:
            raise Http404("There is no such article of this source.")
        return Response(self.get_serializer(article).data)

    @extend_schema(
        operation_id="put_article",
        tags=["articles"],
        request=SentArticleSerializer,
        responses={200: ArticleSerializer, 201: ArticleSerializer},
    )
    def put(self, request: Request, source: str, external_id: str) -> Response:
        """Create an article or bring it to what its source says now (201 or 200).

        Unchanged text makes no revision; a headline that changed alone does. Open cases are carried over to the new
        revision. A text that brings a corrected error back raises a case, whose ``arrival`` is ``regression``.
        ``If-Match`` with an article's ``ETag`` refuses (412) to overwrite what was not seen, ``If-None-Match: *`` to
        overwrite anything. The new ``ETag`` is in the answer.
        """
        response = self.once(request, lambda: self._put(request, source, external_id))
        response.headers["ETag"] = conditions.etag_of(response.data)
        if response.status_code == 201:
            response.headers["Location"] = request.build_absolute_uri(request.path)
        return response

    def _put(self, request: Request, source: str, external_id: str) -> Answer:
        sent = SentArticleSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        values = sent.validated_data
        locked = Article.objects.select_for_update(no_key=True, of=("self",)).with_text()
        article = locked.filter(source=source, external_id=external_id).first()
        conditions.check(request, conditions.etag_of(ArticleSerializer(article).data) if article else None)
        text = Text(**{name: values.pop(name) for name in ("headline", "standfirst", "body")})
        try:
            upserted = upsert_article(text, source=source, external_id=external_id, **values, by=user_of(request))
        except FieldErrors as error:
            raise ValidationError(error.message_dict) from error
        except ValueError as error:
            raise ValidationError({api_settings.NON_FIELD_ERRORS_KEY: [str(error)]}) from error
        if upserted.what == "created":
            return 201, ArticleSerializer(upserted.article).data
        if article is None:
            # Somebody else created it after we had looked, so nothing was there to compare with.
            conditions.check(request, conditions.etag_of(ArticleSerializer(upserted.article).data))
        return 200, ArticleSerializer(upserted.article).data


def _published(pk: str) -> Article:
    article = Article.objects.with_text().filter(pk=pk, published_at__lte=timezone.now()).first()
    if article is None or article.status == Article.Status.AWAITED:
        raise Http404("There is no such article.")
    if article.status == Article.Status.WITHDRAWN:
        page = settings.SITE_URL + article.get_absolute_url()
        raise Withdrawn(f"The article was withdrawn; {page} says why.")
    return article
