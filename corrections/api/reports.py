"""The API of readers' reports."""

import re
import uuid
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from django.conf import settings
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from articles.actions import await_article
from articles.models import Article
from articles.rest.access import PUBLIC
from articles.rest.idempotency import Answer
from articles.rest.views import ApiView
from corrections import actions, intake
from corrections.anchoring import Quote
from corrections.models import Report, Site
from corrections.parsers import ReportParser
from corrections.serializers.reports import ReceivedSerializer, ReportSerializer, StandingSerializer


class ReportsView(ApiView):
    """Takes readers' reports. No account, no cookie: origin, rate and content are checked."""

    scopes = {"POST": PUBLIC}
    query_parameters = frozenset(("site",))
    problems = {"POST": (403, 404)}
    parser_classes = [ReportParser]

    @extend_schema(
        operation_id="submit_report",
        tags=["reports"],
        request=ReportSerializer,
        responses={202: ReceivedSerializer},
        parameters=[
            OpenApiParameter("site", description="The key of the other site on whose page the reader is."),
            OpenApiParameter(
                "Origin",
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                description="Sent by browsers; checked then.",
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        """Take a reader's report. 202: it is on disk, and its triage is due."""
        site = intake.site_of(request)
        serializer = ReportSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return self.once(request, lambda: self._submit(request, serializer.validated_data, site))

    def _submit(self, request: Request, data: dict[str, Any], site: Site | None) -> Answer:
        article = _article_of(data, site)
        reader = intake.reader_of(request)
        intake.check_rate(reader, site)
        report = actions.submit_report(
            article,
            Quote(**data["quote"]),
            url=data.get("url", ""),
            site=site,
            revision_number=data.get("revision"),
            part=data["part"],
            category=data["category"],
            suggestion=data["suggestion"],
            comment=data["comment"],
            email=data["email"],
            credit=data["name"] if data["credit"] else "",
            language=data["language"],
            reader=reader,
        )
        receipt = request.build_absolute_uri(report.get_absolute_url())
        return 202, {"id": str(report.pk), "status": "received", "receipt": receipt}


class ReportView(ApiView):
    """Tells what became of one report to who holds its receipt."""

    path_parameters = {"token": "The last part of the receipt's address."}
    scopes = {"GET": PUBLIC}
    serializer_class = StandingSerializer
    has_sparse_fields = False

    @extend_schema(operation_id="get_report", tags=["reports"], responses={200: StandingSerializer})
    def get(self, _request: Request, token: str) -> Response:
        """Say where the report stands."""
        report = Report.objects.select_related("case").filter(token=token).first()
        if report is None:
            raise Http404("No report has this receipt.")
        return Response(StandingSerializer(report).data, headers={"Cache-Control": "no-store"})


def _article_of(data: dict[str, Any], site: Site | None) -> Article:
    article = _named(data["article"]) if data.get("article") else _at_address(data["url"], site, data["language"])
    if article is None:
        raise Http404("There is no such article, or it is no longer published.")
    return article


def _named(name: str) -> Article | None:
    try:
        return Article.objects.published().with_text().filter(pk=uuid.UUID(name)).first()
    except ValueError:
        return None


def _at_address(url: str, site: Site | None, language: str) -> Article | None:
    """Give the article at an address; one of the site's that we do not have is awaited from now on."""
    found = published_at(url)
    if found is None and site is not None and site.has_page(url):
        awaited = await_article(_canonical(url), language=language)
        return awaited if awaited.status == Article.Status.AWAITED else None
    return found


def published_at(url: str) -> Article | None:
    """Give the published article at an address, ours or its canonical one."""
    try:
        address = urlsplit(url)
    except ValueError as error:
        raise ValidationError({"url": ["This is not an address."]}) from error
    articles = Article.objects.published().with_text()
    if address.netloc == urlsplit(settings.SITE_URL).netloc and address.path.startswith("/articles/"):
        return articles.filter(slug=unquote(address.path.removeprefix("/articles/").partition("/")[0])).first()
    return articles.at_address(_canonical(url)).order_by("pk").first()


def _canonical(url: str) -> str:
    address = urlsplit(url)
    query = "&".join(part for part in address.query.split("&") if not _TRACKING.match(part))
    return urlunsplit(address._replace(query=query, fragment=""))


_TRACKING = re.compile(r"utm_\w+=|fbclid=|gclid=")
"""What links from newsletters and social networks add to an address, and canonical addresses never have."""
