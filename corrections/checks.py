"""What an operator should know before the newsroom is opened to readers (``manage.py check --deploy``)."""

from typing import Any

from django.conf import settings
from django.core import checks


@checks.register(checks.Tags.security, deploy=True)
def check_mail(**_: Any) -> list[checks.CheckMessage]:
    """Warn when readers' letters reach nobody."""
    if settings.EMAIL_HOST:
        return []
    return [
        checks.Warning(
            "No mail server is set: letters to readers and editors reach nobody.",
            hint="Set EMAIL_URL, for example submission://user:password@mail.example:587.",
            id="corrections.W001",
        )
    ]
