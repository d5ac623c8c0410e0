"""Times as machines read them in a page."""

from datetime import datetime

from django import template

register = template.Library()


@register.filter
def moment(time: datetime) -> str:
    """Give a time to the second, with its offset, as ``<time datetime>`` wants it."""
    return time.isoformat(timespec="seconds")
