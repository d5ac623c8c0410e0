"""The corrections log as Atom and as JSON Feed 1.1: all of it, of one section, of one article.

Only what the public log records moves a feed's ``updated``: neither style fixes nor revisions do.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe

from articles.models import Article
from articles.pages import in_language, public_page
from corrections.exports.newsml import for_xml
from corrections.models import Correction
from corrections.policy import RULES
from corrections.views import with_articles

_LENGTH = 50
_BEFORE_ALL = datetime(2000, 1, 1, tzinfo=UTC)
"""When a feed without entries was updated: always the same, so that an empty feed does not look new each time."""


@require_safe
@public_page(seconds=300)
def atom(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Give the feed as Atom; ``?section=`` keeps one section, ``slug`` one article."""
    feed = _Feed(request, slug)
    writer = _Atom(
        title=for_xml(feed.title),
        link=feed.page,
        description=for_xml(feed.subtitle),
        language=feed.language,
        feed_url=feed.address,
        feed_guid=feed.address,
        author_name=for_xml(settings.SITE_NAME),
        author_link=settings.SITE_URL + "/",
    )
    writer.updated = feed.updated
    for entry in feed.entries:
        writer.add_item(
            title=for_xml(_title(entry)),
            link=_address(entry),
            description=for_xml(_content(entry)),
            unique_id=_address(entry),
            pubdate=entry.published_at,
            updateddate=_updated(entry),
            categories=[entry.kind, entry.severity],
            language=entry.language,
        )
    response = HttpResponse(writer.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
    response["Content-Language"] = feed.language
    return response


@require_safe
@public_page(seconds=300)
def json(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Give the feed as JSON Feed 1.1; ``?section=`` keeps one section, ``slug`` one article."""
    feed = _Feed(request, slug)
    content = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": feed.address,
        "description": feed.subtitle,
        "language": feed.language,
        "authors": [{"name": settings.SITE_NAME, "url": settings.SITE_URL + "/"}],
        "items": [_item(entry) for entry in feed.entries],
    }
    response = JsonResponse(
        content, content_type="application/feed+json", json_dumps_params={"ensure_ascii": False, "indent": 1}
    )
    response["Content-Language"] = feed.language
    return response


class _Feed:
    """What a feed holds, whatever its format. Texts are in the newsroom's language, or in the one article's."""

    def __init__(self, request: HttpRequest, slug: str) -> None:
        entries = with_articles(Correction.objects.public().newest_first())
        entries = entries.filter(severity__in=[severity for severity, rule in RULES.items() if rule.in_feeds])
        section = request.GET.get("section", "")
        self.language = settings.LANGUAGE_CODE
        self.page = settings.SITE_URL + reverse("corrections:log")
        self.address = settings.SITE_URL + request.path
        self._about = section
        if slug:
            article = Article.objects.with_text().filter(slug=slug, published_at__lte=timezone.now()).first()
            if article is None:
                raise Http404("There is no such article.")
            entries = entries.filter(article=article)
            self.language = article.language
            self.page = settings.SITE_URL + article.get_absolute_url()
            self._about = article.headline
        elif section:
            entries = entries.filter(article__section=section)
            self.address += "?" + urlencode({"section": section})
        self.entries = list(entries[:_LENGTH])
        # The newest entry need not be the latest change: an old one may have been withdrawn since.
        changes = entries.order_by().aggregate(Max("published_at"), Max("withdrawn_at")).values()
        self.updated = max((at for at in changes if at), default=_BEFORE_ALL)
        with in_language(self.language):
            self.title = _("Corrections: %(site)s") % {"site": settings.SITE_NAME}
            if self._about:
                self.title = _("Corrections, %(about)s: %(site)s") % {"about": self._about, "site": settings.SITE_NAME}
            self.subtitle = _("What we got wrong, and what is right.")


class _Atom(Atom1Feed):
    """Atom, whose ``updated`` is told instead of guessed, and whose entries name their language."""

    updated: datetime

    def latest_post_date(self) -> datetime:
        return self.updated

    def item_attributes(self, item: dict[str, Any]) -> dict[str, str]:
        return {"xml:lang": item["language"]}

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item | {"description": None})
        handler.addQuickElement("content", item["description"], {"type": "html"})


def _item(entry: Correction) -> dict[str, Any]:
    assert entry.published_at is not None  # noqa: S101 - a public correction has a time; the database holds it
    item = {
        "id": _address(entry),
        "url": _address(entry),
        "external_url": settings.SITE_URL + entry.article.get_absolute_url(),
        "title": _title(entry),
        "content_html": _content(entry),
        "summary": entry.notice,
        "date_published": entry.published_at.isoformat(),
        "language": entry.language,
        "tags": [entry.kind, entry.severity],
    }
    if _updated(entry) != entry.published_at:
        item["date_modified"] = _updated(entry).isoformat()
    return item


def _title(entry: Correction) -> str:
    return _in_its_language(entry, lambda: f"{entry.get_kind_display().capitalize()}: {entry.article.headline}")


def _content(entry: Correction) -> str:
    return _in_its_language(
        entry, lambda: render_to_string("corrections/_feed_entry.html", {"entry": entry, "site_url": settings.SITE_URL})
    )


def _in_its_language(entry: Correction, say: Callable[[], str]) -> str:
    with in_language(entry.language):
        return say()


def _address(entry: Correction) -> str:
    return settings.SITE_URL + entry.get_absolute_url()


def _updated(entry: Correction) -> datetime:
    """Give when the public record of an entry last changed: published, superseded by an amendment, or withdrawn."""
    assert entry.published_at is not None  # noqa: S101 - a public correction has a time; the database holds it
    amended = [amendment.published_at for amendment in entry.amendments.all() if amendment.published_at]
    return max([entry.published_at, *amended, *([entry.withdrawn_at] if entry.withdrawn_at else [])])
