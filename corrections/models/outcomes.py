"""Words for what a reader reports, how surely the passage was found, and how the case ended."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _

from corrections.policy import Kind


class Outcome(models.TextChoices):
    """How surely a passage was found (``corrections.anchoring``), as stored and shown."""

    EXACT = "exact", _("exact")
    MOVED = "moved", _("moved")
    AMBIGUOUS = "ambiguous", _("several places fit")
    ALREADY_FIXED = "already_fixed", _("already fixed")
    SIMILAR = "similar", _("similar")
    LOST = "lost", _("lost")


class Category(models.TextChoices):
    """What the reader says the error is."""

    TYPO = "typo", _("typo")
    FACT = "fact", _("fact")
    WORDING = "wording", _("wording")
    OTHER = "other", _("other")


class Resolution(models.TextChoices):
    """How a case ended. The first group with a change of the article, the second with a reason, the last by itself."""

    CORRECTED = "corrected", _("corrected")
    CLARIFIED = "clarified", _("clarified")
    FIXED_SILENTLY = "fixed_silently", _("fixed without a notice")
    UPDATED = "updated", _("updated")
    RETRACTED = "retracted", _("retracted")
    NOT_AN_ERROR = "not_an_error", _("not an error")
    STYLE_PREFERENCE = "style_preference", _("a matter of style")
    OUT_OF_SCOPE = "out_of_scope", _("out of scope")
    INSUFFICIENT_INFORMATION = "insufficient_information", _("not enough information")
    DUPLICATE = "duplicate", _("duplicate")
    SPAM = "spam", _("spam")
    ALREADY_FIXED = "already_fixed", _("already fixed")


RESOLUTIONS: Mapping[Kind, Resolution] = {
    Kind.STYLE_FIX: Resolution.FIXED_SILENTLY,
    Kind.CORRECTION: Resolution.CORRECTED,
    Kind.CLARIFICATION: Resolution.CLARIFIED,
    Kind.EDITORS_NOTE: Resolution.CLARIFIED,
    Kind.UPDATE: Resolution.UPDATED,
    Kind.RETRACTION: Resolution.RETRACTED,
}
"""How a case ends by a correction of each kind."""


REJECTIONS = (
    Resolution.NOT_AN_ERROR,
    Resolution.STYLE_PREFERENCE,
    Resolution.OUT_OF_SCOPE,
    Resolution.INSUFFICIENT_INFORMATION,
    Resolution.DUPLICATE,
    Resolution.SPAM,
)
"""The resolutions an editor can give as the reason of a rejection."""
