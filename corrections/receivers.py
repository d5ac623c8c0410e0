"""What corrections do when an article changes."""

from typing import Any

from django.dispatch import receiver

from articles.models import Revision
from articles.signals import article_revised
from corrections import jobs


@receiver(article_revised)
def carry_passages_over(*, revision: Revision, previous: Revision | None, **_: Any) -> None:
    """Have the open cases' passages carried over, due in the transaction that saves the revision."""
    if previous is not None:
        jobs.defer("reanchor_article", revision.pk)
