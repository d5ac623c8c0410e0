"""The keys that other systems come with, and the answers that repeated requests get again."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """What a key may be used for."""

    ARTICLES_WRITE = "articles:write", _("send articles")
    CASES_READ = "cases:read", _("read cases and their reports")
    CASES_WRITE = "cases:write", _("decide cases")
    WEBHOOKS_MANAGE = "webhooks:manage", _("manage webhooks")


class KeyQuerySet(models.QuerySet["Key"]):
    """Keys, by whether they open anything."""

    def usable(self, at: datetime) -> Self:
        """Leave out what was revoked or has expired."""
        return self.filter(revoked_at__isnull=True).exclude(expires_at__lte=at)


class Key(models.Model):
    """Lets another system use the API, within its scopes, in the name of an account.

    Of the secret only a digest is kept; ``prefix`` is its visible beginning. A key is revoked, never deleted: events
    name it.
    """

    name = models.CharField(_("name"), max_length=100, unique=True, help_text=_("Of the system that uses the key."))
    prefix = models.CharField(_("begins with"), max_length=16, unique=True, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("scopes"), default=list)
    acts_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("acts for"), on_delete=models.PROTECT, related_name="keys",
        help_text=_("What is done with the key is done in the name of this account, with its permissions."),
    )  # fmt: skip
    per_minute = models.PositiveIntegerField(
        _("calls a minute"), default=600, validators=[MinValueValidator(1)],
        help_text=_("More are told to wait (429)."),
    )  # fmt: skip
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True, help_text=_("Never, when left empty."))
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), null=True, editable=False, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    busy_until = models.FloatField(
        default=0, editable=False, help_text="Unix time up to which the calls so far use the allowance up."
    )

    secret = ""
    """What opens the API; only on the object that ``articles.rest.keys.make_key`` gives, never stored."""

    objects = KeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints = [models.CheckConstraint(condition=models.Q(per_minute__gte=1), name="key_allows_calls")]

    def __str__(self) -> str:
        return self.name


class IdempotencyKey(models.Model):
    """The first answer that was given to a key, so that a repeated request gets it again.

    Written in the transaction of what it answered; ``scope`` is the call and the caller.
    """

    scope = models.CharField(max_length=100)
    key = models.CharField(max_length=255)
    body_digest = models.CharField(max_length=64)
    response_status = models.PositiveSmallIntegerField(null=True)
    response = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key
