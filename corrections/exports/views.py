"""The addresses of the exports. Public ones are the same for everybody; reports are for who may read cases."""

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django_stubs_ext import StrPromise

from articles.models import Article
from articles.pages import in_language, public_page
from corrections.exports import annotations, archive, newsml, ninjs
from corrections.exports.wire import wire_item
from corrections.models import Correction, Report

_PER_PAGE = 100


@require_safe
@public_page()
def article_ninjs(_request: HttpRequest, slug: str) -> HttpResponse:
    """Give an article as ninjs."""
    article = _find_article(slug)
    return _json(ninjs.render(wire_item(article)), ninjs.MEDIA_TYPE, language=article.language)


@require_safe
@public_page()
def article_newsml(_request: HttpRequest, slug: str) -> HttpResponse:
    """Give an article as a NewsML-G2 news item."""
    article = _find_article(slug)
    response = HttpResponse(newsml.render(wire_item(article)), content_type=f"{newsml.MEDIA_TYPE}; charset=utf-8")
    response["Content-Language"] = article.language
    return response


@require_safe
@public_page()
def correction_annotation(_request: HttpRequest, number: str) -> HttpResponse:
    """Give one entry of the log as a Web Annotation."""
    entry = get_object_or_404(_annotated(), number=number)
    content = {"@context": annotations.CONTEXT_OF_JSON_LD, **annotations.of_correction(entry)}
    response = _json(content, annotations.MEDIA_TYPE, language=entry.language)
    response["Link"] = '<http://www.w3.org/ns/ldp#Resource>; rel="type"'
    return response


@require_safe
@public_page(seconds=300)
def correction_annotations(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Give the log, or what it has on one article, as a collection of Web Annotations, oldest first; ``?page=``."""
    entries = _annotated().order_by("year", "sequence")
    if slug:
        entries = entries.filter(article=_find_article(slug))
    content = _collection(
        entries,
        annotations.of_correction,
        page=request.GET.get("page"),
        address=settings.SITE_URL + request.path,
        label=_("Corrections"),
    )
    return _json(content, annotations.MEDIA_TYPE)


def report_annotations(request: HttpRequest, *, address: str) -> HttpResponse:
    """Give readers' reports as Web Annotations that are found at ``address``. The caller asks for the right to them."""
    content = reports_as_annotations(page=request.GET.get("page"), address=address)
    response = _json(content, annotations.MEDIA_TYPE)
    response["Cache-Control"] = "private, no-store"
    return response


def reports_as_annotations(*, page: str | None, address: str) -> dict[str, Any]:
    """Give a page of the collection of readers' reports, or without ``page`` the collection itself."""
    reports = Report.objects.select_related("article").order_by("received_at", "pk")
    return _collection(reports, annotations.of_report, page=page, address=address, label=_("Reports"))


@require_safe
def log_csv(_request: HttpRequest) -> StreamingHttpResponse:
    """Give the whole log for a spreadsheet."""
    return StreamingHttpResponse(
        archive.csv_lines(),
        content_type="text/csv; charset=utf-8; header=present",
        headers={
            "Cache-Control": "public, max-age=60",
            "Content-Disposition": 'attachment; filename="corrections.csv"',
            "Content-Language": "mul",
        },
    )


@require_safe
def chain(_request: HttpRequest) -> StreamingHttpResponse:
    """Give the whole log as lines of JSON, so that anybody can recompute its digests."""
    return StreamingHttpResponse(
        archive.jsonl_lines(),
        content_type="application/jsonl; charset=utf-8",
        headers={"Cache-Control": "public, max-age=60", "Content-Language": "mul"},
    )


def _find_article(slug: str) -> Article:
    articles = Article.objects.with_text().filter(published_at__lte=timezone.now(), current__isnull=False)
    return get_object_or_404(articles.exclude(status=Article.Status.AWAITED), slug=slug)


def _annotated() -> QuerySet[Correction]:
    return Correction.objects.public().select_related("article", "base")


def _collection(
    rows: QuerySet[Any],
    annotate: Callable[[Any], dict[str, Any]],
    *,
    page: str | None,
    address: str,
    label: StrPromise,
) -> dict[str, Any]:
    total = rows.count()
    with in_language(settings.LANGUAGE_CODE):
        name = f"{label}: {settings.SITE_NAME}"
    if page is None:
        return annotations.collection(address, label=name, total=total, per_page=_PER_PAGE)
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 8 else 0
    if number < 1 or (number > 1 and (number - 1) * _PER_PAGE >= total):
        raise Http404("This collection has no such page.")
    items = [annotate(row) for row in rows[(number - 1) * _PER_PAGE : number * _PER_PAGE]]
    return annotations.page(address, number, items, label=name, total=total, per_page=_PER_PAGE)


def _json(content: dict[str, Any], media_type: str, *, language: str = "mul") -> HttpResponse:
    text = json.dumps(content, ensure_ascii=False, indent=1)
    return HttpResponse(text, content_type=media_type, headers={"Content-Language": language})
