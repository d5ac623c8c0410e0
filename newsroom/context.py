"""What every template knows of the newsroom."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, str]:
    """Give the newsroom's name and address."""
    return {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}
