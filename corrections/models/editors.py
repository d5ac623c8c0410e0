"""Who looks at a case at this moment, and what letters somebody of the newsroom wants."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.utils.translation import gettext_lazy as _

from corrections.models.cases import Case


class PresenceQuerySet(models.QuerySet["Presence"]):
    """Presences, by what the desk asks for."""

    def of_others(self, editor: User, at: datetime) -> Self:
        """Keep who looks at a case at this moment, without the editor who asks."""
        return self.filter(seen_at__gt=at - Presence.LASTS).exclude(editor=editor).order_by("editor__username")


class Presence(models.Model):
    """An editor has a case on the screen. The page says so again and again; when it is silent, the editor is gone."""

    LASTS = timedelta(seconds=40)
    """Longer than two of the page's reports apart, so that one may be lost."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="presences")
    editor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    objects = PresenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        constraints = [models.UniqueConstraint(fields=["case", "editor"], name="presence_once")]
        indexes = [models.Index(fields=["editor", "seen_at"], name="presence_of_editor")]

    def __str__(self) -> str:
        return f"{self.editor_id} at {self.case_id}"


class Preferences(models.Model):
    """What letters somebody of the newsroom wants, and in which language."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, verbose_name=_("who"), on_delete=models.CASCADE)
    digest = models.BooleanField(_("Every morning, what waits at the desk"), default=True)
    language = models.CharField(
        _("language"), max_length=35, choices=settings.DESK_LANGUAGES, blank=True,
        help_text=_("The newsroom’s, when left empty."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("preferences")
        verbose_name_plural = _("preferences")

    def __str__(self) -> str:
        return str(self.user)

    @classmethod
    def language_of(cls, user: User) -> str:
        """Give the language in which somebody wants letters: the newsroom's if nothing is known."""
        return cls.objects.filter(user=user).values_list("language", flat=True).first() or settings.LANGUAGE_CODE
