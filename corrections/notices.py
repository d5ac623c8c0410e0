"""Drafts the sentence that tells the public what was wrong and what is right, in the article's language."""

from collections.abc import Sequence

from django.utils import translation
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from corrections.policy import Kind


def draft(kind: str, *, before: str, after: str, language: str) -> str:
    """Give the notice that is proposed for a change from ``before`` to ``after``; the editor may rewrite it."""
    with translation.override(language):
        before, after = before.strip(), after.strip()
        return _pattern(kind, before=before, after=after) % {"before": before, "after": after}


def thanks(names: Sequence[str], *, language: str) -> str:
    """Give the sentence that thanks readers by name, to stand at a notice's end."""
    with translation.override(language):
        return _("Thanks to %(names)s for pointing this out.") % {"names": get_text_list(list(names), _("and"))}


def _pattern(kind: str, *, before: str, after: str) -> str:
    patterns = {
        Kind.STYLE_FIX: "",
        Kind.CLARIFICATION: _(
            "This article has been clarified. It now says “%(after)s”; before, it said “%(before)s”."
        ),
        Kind.UPDATE: _("This article has been updated: “%(after)s”."),
        Kind.EDITORS_NOTE: _("Editor’s note: this article said “%(before)s”. It now says “%(after)s”."),
        Kind.RETRACTION: _("This article has been withdrawn because it does not meet our standards."),
    }
    if kind in patterns:
        return patterns[Kind(kind)]
    if not before:
        return _("An earlier version of this article left out “%(after)s”.")
    if not after:
        return _("An earlier version of this article wrongly said “%(before)s”. The words have been removed.")
    return _("An earlier version of this article said “%(before)s”. It should have said “%(after)s”.")
