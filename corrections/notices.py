"""Drafts the sentence that tells the public what was wrong and what is right, in the article's language."""

from django.utils import translation
from django.utils.translation import gettext as _

from corrections.policy import Kind


def draft(kind: str, *, before: str, after: str, language: str) -> str:
    """Give the notice that is proposed for a change from ``before`` to ``after``; the editor may rewrite it."""
    with translation.override(language):
        words = {"before": before.strip(), "after": after.strip()}
        if kind == Kind.STYLE_FIX:
            return ""
        if kind == Kind.RETRACTION:
            return _("This article has been withdrawn because it does not meet our standards.")
        if kind == Kind.UPDATE:
            return _("This article has been updated: “%(after)s”.") % words
        if kind == Kind.CLARIFICATION:
            return _("This article has been clarified. It now says “%(after)s”; before, it said “%(before)s”.") % words
        if kind == Kind.EDITORS_NOTE:
            return _("Editor’s note: this article said “%(before)s”. It now says “%(after)s”.") % words
        if not words["before"]:
            return _("An earlier version of this article left out “%(after)s”.") % words
        if not words["after"]:
            return (
                _("An earlier version of this article wrongly said “%(before)s”. The words have been removed.") % words
            )
        return _("An earlier version of this article said “%(before)s”. It should have said “%(after)s”.") % words
