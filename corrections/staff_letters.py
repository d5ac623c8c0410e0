"""The letters to people of the newsroom: who is addressed, in which language, with what in it. Sends them by mail."""

from django.contrib.auth.models import User

from corrections import mail
from corrections.models import Correction, Event


def send_author(event: Event, correction: Correction, author: User) -> None:
    """Tell an author that the article was corrected, or that a correction of it was amended or withdrawn."""
    mail.send(
        "author",
        to=author.email,
        language=correction.article.language,
        key=f"author-{event.pk}-{author.pk}",
        context={
            "event": event,
            "name": author.get_full_name() or author.username,
            "correction": correction,
            "article": correction.article,
            "amended": correction.amends,
        },
    )
