"""Times as machines read them in a page."""

from datetime import datetime

from django import template

from articles import pages

register = template.Library()


@register.filter
def moment(time: datetime) -> str:
    """Give a time to the second, with its offset, as ``<time datetime>`` wants it."""
    return time.isoformat(timespec="seconds")


@register.filter
def whole(words: str) -> str:
    """Keep a date on one line."""
    return words.replace(" ", "\N{NO-BREAK SPACE}")


@register.filter
def direction(language: str) -> str:
    """Give the direction in which a language is written, for words that do not tell, such as figures."""
    return pages.direction(language)
