"""Articles and their immutable revisions."""

import html
import uuid
from functools import cached_property
from typing import Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.text import Projection, project


class Part(models.TextChoices):
    """What of an article a quote can lie in."""

    HEADLINE = "headline", _("headline")
    STANDFIRST = "standfirst", _("standfirst")
    BODY = "body", _("body")


class ArticleQuerySet(models.QuerySet["Article"]):
    """Articles, by what a page needs of them."""

    def published(self) -> Self:
        """Leave out what was withdrawn or is not yet public."""
        return self.filter(status=Article.Status.PUBLISHED, published_at__lte=timezone.now())

    def with_page(self) -> Self:
        """Keep what has a public page: what is published, and what was withdrawn, with its notice."""
        shown = self.filter(published_at__lte=timezone.now(), current__isnull=False)
        return shown.exclude(status=Article.Status.AWAITED)

    def at_address(self, canonical_url: str) -> Self:
        """Keep what has this canonical address; a slash at its end is taken for another spelling of the same."""
        without = canonical_url.removesuffix("/")
        return self.filter(canonical_url__in=[without, f"{without}/"])

    def with_text(self) -> Self:
        """Fetch the current revision along."""
        return self.select_related("current")

    def latest_first(self) -> Self:
        """Order by the time of publication, newest first."""
        return self.order_by("-published_at", "-pk")


class Article(models.Model):
    """A story. Its text stands in its revisions; ``current`` is the one that readers see."""

    class Status(models.TextChoices):
        """Whether readers can see it. Of an awaited article we know the address alone."""

        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn")
        AWAITED = "awaited", _("awaited")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(_("slug"), max_length=200, unique=True, allow_unicode=True)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.PUBLISHED)
    language = models.CharField(_("language"), max_length=35, default="en", help_text=_("BCP 47, such as “uk”."))
    section = models.CharField(_("section"), max_length=100, blank=True)
    byline = models.CharField(_("byline"), max_length=300, blank=True)
    authors = models.ManyToManyField(settings.AUTH_USER_MODEL, verbose_name=_("authors"), blank=True)
    source = models.CharField(_("source"), max_length=100, blank=True, help_text=_("The system it came from."))
    external_id = models.CharField(_("identifier there"), max_length=500, blank=True)
    canonical_url = models.URLField(_("canonical address"), max_length=1000, blank=True, db_index=True)
    source_digest = models.CharField(_("digest of the source"), max_length=64, blank=True, editable=False)
    published_at = models.DateTimeField(_("published"), default=timezone.now)
    modified_at = models.DateTimeField(_("modified"), default=timezone.now)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    current = models.ForeignKey(
        "Revision", verbose_name=_("current revision"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=~models.Q(external_id=""),
                name="article_once_per_source",
            ),
            models.UniqueConstraint(
                fields=["canonical_url"], condition=models.Q(status="awaited"), name="article_awaited_once"
            ),
        ]
        indexes = [
            models.Index(fields=["-published_at", "-id"], name="article_latest"),
            # The constraint's own index leaves out empty identifiers, so SQLite does not use it to find one.
            models.Index(fields=["source", "external_id"], name="article_by_source"),
            models.Index(fields=["section"], name="article_section"),
            models.Index(fields=["language"], name="article_language"),
        ]

    def __str__(self) -> str:
        return self.headline

    @property
    def headline(self) -> str:
        """The headline that readers see now."""
        return self.current.headline if self.current else self.slug

    @property
    def text(self) -> "Revision":
        """The current revision. Every article that an action made has one."""
        if self.current is None:
            raise ValueError(f"Article {self.pk} has no revision: make articles with articles.actions.create_article.")
        return self.current

    def get_absolute_url(self) -> str:
        """Give the path of the public page; of an awaited article, the address where it stands."""
        if self.status == self.Status.AWAITED:
            return self.canonical_url
        return reverse("articles:article", args=[self.slug])


class Revision(models.Model):
    """One saved text of an article, numbered from 1. Never changed; the database refuses it.

    An awaited article has the empty revision 0, so that cases about it have a text to be lost in.
    ``headline`` and ``standfirst`` are plain text with white space collapsed; ``body`` is sanitised HTML, safe to show.
    """

    article = models.ForeignKey(Article, verbose_name=_("article"), on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField(_("number"))
    headline = models.CharField(_("headline"), max_length=500)
    standfirst = models.TextField(_("standfirst"), blank=True)
    body = models.TextField(_("body"))
    note = models.CharField(_("note"), max_length=300, blank=True, help_text=_("Why this revision was made."))
    created_at = models.DateTimeField(_("saved"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("saved by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["article", "number"]
        constraints = [models.UniqueConstraint(fields=["article", "number"], name="revision_number_once")]

    def __str__(self) -> str:
        return f"{self.headline} ({self.number})"

    def source(self, part: str) -> str:
        """Give the HTML of a part: the body as stored, the plain parts escaped."""
        return self.body if part == Part.BODY else html.escape(getattr(self, Part(part).value), quote=False)

    def projection(self, part: str) -> Projection:
        """Give the projection of a part, computed once per revision object."""
        if part not in self._projections:
            self._projections[part] = project(self.source(part))
        return self._projections[part]

    @cached_property
    def _projections(self) -> dict[str, Projection]:
        return {}


class DailyReads(models.Model):
    """How often an article was read on a day: as our pages counted, and as another system told us."""

    article = models.ForeignKey(
        Article, verbose_name=_("article"), on_delete=models.CASCADE, related_name="daily_reads"
    )
    day = models.DateField(_("day"))
    counted = models.PositiveIntegerField(_("counted here"), default=0)
    told = models.PositiveIntegerField(_("counted elsewhere"), default=0)

    class Meta:
        verbose_name = _("reads of a day")
        verbose_name_plural = _("reads by day")
        constraints = [models.UniqueConstraint(fields=["article", "day"], name="reads_once_a_day")]

    def __str__(self) -> str:
        return f"{self.article_id} {self.day}"
