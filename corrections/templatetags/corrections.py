"""What corrections add to the pages of articles, and the words in which rules are told."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import template
from django.conf import settings
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles.models import Article, Part, Revision
from articles.pictures import Picture, first_picture
from corrections.models import Correction
from corrections.passages import fragment_of, passage_of, with_anchors
from corrections.policy import RULES, Kind, Placement, Severity

register = template.Library()


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice on an article page; ``href`` leads to the passage, "" where its words do not stand any more."""

    correction: Correction
    href: str


@dataclass(frozen=True, slots=True)
class Record:
    """All that the public record says on an article: notices by placement, and the body that they can link into."""

    top: list[Notice]
    bottom: list[Notice]
    replacing: list[Notice]
    withdrawn: list[Correction]
    body: SafeString
    article: Article

    @property
    def latest(self) -> Correction | None:
        """The newest correction whose notice stands."""
        return max(
            (notice.correction for notice in self.all), key=lambda entry: (entry.year, entry.sequence), default=None
        )

    @property
    def all(self) -> list[Notice]:
        """Every notice that stands, those that matter most first."""
        return self.replacing + self.top + self.bottom


@register.simple_tag
def corrections_of(article: Article) -> Record:
    """Gather what an article's page says about its corrections."""
    revision = article.text
    is_readable = article.status == Article.Status.PUBLISHED
    placed: dict[Placement, list[Notice]] = {placement: [] for placement in Placement}
    withdrawn = []
    passages = []
    corrections = article.corrections.public().exclude(status=Correction.Status.AMENDED).newest_first()
    for correction in corrections.select_related("revision", "article"):
        if correction.status == Correction.Status.WITHDRAWN:
            withdrawn.append(correction)
            continue
        href = ""
        passage = passage_of(correction, revision) if is_readable else None
        if passage is not None:
            href = fragment_of(correction, revision, passage)
            if correction.part == Part.BODY:
                passages.append((*passage, str(correction.number)))
        placed[RULES[Severity(correction.severity)].placement].append(Notice(correction, href))
    body = revision.body
    if passages:
        mark = _("Corrected: go to the notice") if settings.MARK_CORRECTIONS else ""
        body = with_anchors(revision.projection(Part.BODY), passages, mark=mark)
    return Record(
        top=placed[Placement.TOP],
        bottom=placed[Placement.BOTTOM],
        replacing=placed[Placement.REPLACES_TEXT],
        withdrawn=withdrawn,
        body=mark_safe(body),  # noqa: S308 - bodies are sanitised when they are stored, anchors made by format_html
        article=article,
    )


@register.simple_tag
def highlighted_passages() -> str:
    """Name what the browser is to mark on article pages, as the script's tag has it; "" for nothing."""
    return " ".join(settings.HIGHLIGHT_PASSAGES)


@register.simple_tag
def address_of_passage(correction: Correction) -> str:
    """Give the address of the words that a correction brought; "" where they do not stand there any more."""
    article = correction.article
    if correction.status != Correction.Status.PUBLISHED or article.status != Article.Status.PUBLISHED:
        return ""
    passage = passage_of(correction, article.text)
    return "" if passage is None else article.get_absolute_url() + fragment_of(correction, article.text, passage)


@register.simple_tag
def with_corrections(revisions: Sequence[Revision]) -> list[tuple[Revision, list[Correction]]]:
    """Pair each revision with the corrections that made it."""
    found: dict[int, list[Correction]] = {}
    for correction in _that_made_revisions().filter(revision__in=[revision.pk for revision in revisions]):
        found.setdefault(correction.revision_id or 0, []).append(correction)
    return [(revision, found.get(revision.pk, [])) for revision in revisions]


@register.simple_tag
def corrections_between(old: Revision, new: Revision) -> QuerySet[Correction]:
    """Give the public corrections that lie between two revisions of an article."""
    first, last = sorted((old.number, new.number))
    made = _that_made_revisions().filter(article=new.article_id, number__isnull=False)
    return made.filter(revision__number__gt=first, revision__number__lte=last)


def _that_made_revisions() -> QuerySet[Correction]:
    # What left the words as they were, such as an editor's note, made no revision; an amended entry names another one.
    made = Correction.objects.filter(published_at__isnull=False).exclude(revision=F("base"))
    return made.exclude(status=Correction.Status.AMENDED).order_by("pk")


@register.simple_tag
def picture_of(article: Article) -> Picture | None:
    """Give the picture by which other pages show an article; one that was withdrawn has none."""
    if article.status != Article.Status.PUBLISHED:
        return None
    page = article.canonical_url or settings.SITE_URL + article.get_absolute_url()
    return first_picture(article.text.body, page=page)


@register.simple_tag
def structured_data(record: Record) -> SafeString:
    """Describe an article with its corrections as schema.org ``NewsArticle``, for machines that read the page."""
    article, revision = record.article, record.article.text
    address = settings.SITE_URL + article.get_absolute_url()
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": address,
        "url": address,
        "mainEntityOfPage": address,
        "headline": revision.headline,
        "inLanguage": article.language,
        "datePublished": article.published_at.isoformat(),
        "dateModified": article.modified_at.isoformat(),
        "publisher": publisher(),
    }
    if revision.standfirst and article.status == Article.Status.PUBLISHED:
        data["description"] = revision.standfirst
    if picture := picture_of(article):
        data["image"] = [picture.address]
    if article.section:
        data["articleSection"] = article.section
    if article.byline:
        data["author"] = [{"@type": "Person", "name": article.byline}]
    corrected = [notice.correction for notice in record.all if notice.correction.kind != Kind.UPDATE]
    if corrected:
        data["correction"] = [correction_comment(correction) for correction in corrected]
    return _data_block(data)


@register.simple_tag
def structured_correction(correction: Correction) -> SafeString:
    """Describe an entry of the log as schema.org ``CorrectionComment`` on its article, an update as ``Comment``."""
    article = settings.SITE_URL + correction.article.get_absolute_url()
    data = {"@context": "https://schema.org", **correction_comment(correction)}
    data["parentItem"] = {
        "@type": "NewsArticle",
        "@id": article,
        "url": article,
        "headline": correction.article.headline,
        "publisher": publisher(),
    }
    return _data_block(data)


def correction_comment(correction: Correction) -> dict[str, Any]:
    """Give the ``CorrectionComment`` of an entry, of an update a ``Comment``.

    Its ``parentItem`` is the article; schema.org knows no other link.
    """
    assert correction.published_at is not None  # noqa: S101 - a public correction has a time; the database holds it
    return {
        "@type": "Comment" if correction.kind == Kind.UPDATE else "CorrectionComment",
        "@id": settings.SITE_URL + correction.get_absolute_url(),
        "url": settings.SITE_URL + correction.get_absolute_url(),
        "text": correction.notice,
        "datePublished": correction.published_at.isoformat(),
        "inLanguage": correction.language,
        "parentItem": {"@id": settings.SITE_URL + correction.article.get_absolute_url()},
    }


def publisher() -> dict[str, str]:
    """Describe the newsroom, with the address of its corrections policy."""
    return {
        "@type": "NewsMediaOrganization",
        "name": settings.SITE_NAME,
        "url": settings.SITE_URL + "/",
        "correctionsPolicy": settings.SITE_URL + reverse("corrections:policy"),
    }


def _data_block(data: dict[str, Any]) -> SafeString:
    # A data block is not run, and so not a matter of the content security policy; it must only not end too early.
    text = json.dumps(data, ensure_ascii=False).translate({ord(char): f"\\u{ord(char):04X}" for char in "<>&"})
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 - escaped above


@register.filter
def in_words(time: timedelta) -> str:
    """Say a length of time in whole hours or days."""
    hours = int(time.total_seconds() // 3600)
    if hours < 24:
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    days = hours // 24
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
