"""Shows in a template what changed between two texts."""

from collections.abc import Iterable

from django import template
from django.utils.safestring import SafeString

from articles import difference as differing
from articles.difference import Piece

register = template.Library()


@register.simple_tag
def difference(old: str, new: str) -> SafeString:
    """Show the difference of two texts, word by word, with ``<del>`` and ``<ins>``."""
    return differing.html(differing.words(old, new))


@register.filter
def marked(pieces: Iterable[Piece]) -> SafeString:
    """Show pieces of a difference with ``<del>`` and ``<ins>``."""
    return differing.html(pieces)
