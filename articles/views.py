"""Public pages of articles: the latest ones, an article, its revisions and what differs between two of them.

Templates add what corrections have to say to an article; nothing here knows of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from articles import difference as differing
from articles import reads
from articles.difference import Piece
from articles.models import Article, Part, Revision
from articles.pages import public_page, render_page

_PER_PAGE = 24
_SHOWN_AROUND_A_CHANGE = 1


@require_safe
@public_page()
def latest(request: HttpRequest) -> HttpResponse:
    """List published articles, newest first; ``?section=`` keeps one section."""
    articles = Article.objects.published().with_text().defer("current__body").latest_first()
    sections = list(
        Article.objects.published().exclude(section="").order_by("section").values_list("section", flat=True).distinct()
    )
    section = request.GET.get("section", "")
    if section:
        articles = articles.filter(section=section)
    page = Paginator(articles, _PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "articles/latest.html", {"page": page, "sections": sections, "section": section})


@require_safe
@public_page()
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """Show an article in its own language.

    A withdrawn article answers 200 at the same address, with the notice in place of the text: that page is the public
    record, and ``410 Gone`` would have search engines and archives forget it.
    """
    shown = _article(slug)
    context = {"article": shown, "revision": shown.text}
    return render_page(request, "articles/article.html", context, language=shown.language, is_content=True)


@require_safe
@public_page()
def history(request: HttpRequest, slug: str) -> HttpResponse:
    """List the revisions of an article, newest first; ``?old=&new=`` leads to the difference of two."""
    shown = _article(slug)
    old, new = request.GET.get("old", ""), request.GET.get("new", "")
    if old.isdecimal() and new.isdecimal():
        return redirect("articles:difference", slug, int(old), int(new))
    revisions = shown.revisions.filter(number__gt=0).defer("body", "standfirst").order_by("-number")
    context = {"article": shown, "revisions": list(revisions) if _is_readable(shown) else []}
    return render_page(request, "articles/history.html", context, language=shown.language)


@require_safe
@public_page(seconds=3600)
def difference(request: HttpRequest, slug: str, old: int, new: int) -> HttpResponse:
    """Show word by word what differs between two revisions of an article."""
    shown = _article(slug)
    chosen = shown.revisions.filter(Q(number=old) | Q(number=new), number__gt=0)
    found = {revision.number: revision for revision in chosen}
    if old not in found or new not in found or not _is_readable(shown):
        raise Http404("This article has no such revision to show.")
    parts = [PartDifference(part, _paragraphs(found[old], found[new], part)) for part in Part]
    context = {
        "article": shown,
        "old": found[old],
        "new": found[new],
        "parts": [p for p in parts if p.paragraphs],
        "is_step": new == old + 1,
        "has_later": shown.text.number > new,
    }
    return render_page(request, "articles/difference.html", context, language=shown.language)


@csrf_exempt
@require_POST
def read(request: HttpRequest, pk: UUID) -> HttpResponse:  # noqa: ARG001 - every view takes the request
    """Count a read of an article. Pages are cached for everyone, so this takes no token and reads no cookie."""
    reads.gathering.add(pk)
    return HttpResponse(status=204)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a difference to show; without pieces, ``unchanged`` paragraphs are left out in its place."""

    pieces: list[Piece]
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class PartDifference:
    """What differs in one part of an article; without paragraphs, nothing does."""

    part: Part
    paragraphs: list[Paragraph]


def _article(slug: str) -> Article:
    found = Article.objects.with_page().with_text().filter(slug=slug).first()
    if found is None:
        raise Http404("There is no such article.")
    return found


def _is_readable(article: Article) -> bool:
    """Tell whether the text is public; that of a withdrawn article is not, in no revision."""
    return article.status != Article.Status.WITHDRAWN


def _paragraphs(old: Revision, new: Revision, part: Part) -> list[Paragraph]:
    pieces = differing.words(old.projection(part).text, new.projection(part).text)
    if all(piece.kind == "same" for piece in pieces):
        return []
    return list(_shortened(differing.paragraphs(pieces)))


def _shortened(paragraphs: list[list[Piece]]) -> Iterable[Paragraph]:
    """Keep changed paragraphs and their neighbours; count what is left out between them."""
    changed = [index for index, pieces in enumerate(paragraphs) if any(piece.kind != "same" for piece in pieces)]
    kept = {
        near for index in changed for near in range(index - _SHOWN_AROUND_A_CHANGE, index + _SHOWN_AROUND_A_CHANGE + 1)
    }
    left_out = 0
    for index, pieces in enumerate(paragraphs):
        if index not in kept:
            left_out += 1
            continue
        if left_out:
            yield Paragraph([], left_out)
        left_out = 0
        yield Paragraph(pieces)
    if left_out:
        yield Paragraph([], left_out)
