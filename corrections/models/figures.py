"""What is counted ahead so that nobody waits for it: the words of the articles, the days of the newsroom."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Revision


class WordCount(models.Model):
    """In how many articles of a language a word stands now; kept by ``corrections.vocabulary``."""

    language = models.CharField(max_length=35)
    word = models.CharField(max_length=60)
    articles = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("count of a word")
        verbose_name_plural = _("counts of words")
        constraints = [models.UniqueConstraint(fields=["language", "word"], name="word_once_a_language")]

    def __str__(self) -> str:
        return f"{self.word} {self.articles}"


class CountedText(models.Model):
    """The text of an article whose words are in the counts."""

    article = models.OneToOneField(Article, on_delete=models.CASCADE, related_name="+")
    revision = models.ForeignKey(Revision, null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("counted text")
        verbose_name_plural = _("counted texts")

    def __str__(self) -> str:
        return f"{self.article_id} {self.revision_id}"


class DailySnapshot(models.Model):
    """The figures of one past day of the newsroom, as ``corrections.statistics`` reckons them from the events.

    Kept so that nobody waits for the reckoning; it can be repeated at any time. ``basis`` says by which definitions
    and in which time zone it was done: figures on another basis count as missing.
    """

    day = models.DateField(_("day"), unique=True)
    basis = models.CharField(_("basis"), max_length=64)
    figures = models.JSONField(_("figures"))
    taken_at = models.DateTimeField(_("taken"), default=timezone.now)

    class Meta:
        verbose_name = _("daily snapshot")
        verbose_name_plural = _("daily snapshots")
        default_permissions = ("view",)
        permissions = [("view_editor_figures", _("Can see the figures of each editor"))]

    def __str__(self) -> str:
        return self.day.isoformat()
