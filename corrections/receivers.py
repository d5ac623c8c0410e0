"""What corrections do when an article changes, and when a page of another site asks to be let in."""

import re
from typing import Any

from corsheaders.signals import check_request_enabled
from django.conf import settings
from django.dispatch import receiver
from django.http import HttpRequest

from articles.models import Article, Revision
from articles.signals import article_revised
from corrections import intake, jobs
from corrections.models import Correction
from corrections.webhooks.events import announce_revision


@receiver(article_revised)
def carry_passages_over(*, revision: Revision, previous: Revision | None, **_: Any) -> None:
    """Have the open cases' passages carried over and the revision announced, with the transaction that saves it."""
    if previous is not None:
        jobs.defer("reanchor_article", revision.pk)
        announce_revision(revision)


@receiver(article_revised)
def count_its_words(*, revision: Revision, **_: Any) -> None:
    """Have the words of the newsroom's own articles counted anew, due in the transaction that saves the revision."""
    jobs.defer("count_words", revision.pk)


@receiver(article_revised)
def look_for_regressions(*, article: Article, revision: Revision, previous: Revision | None, **_: Any) -> None:
    """Have it looked for whether the text brings a corrected error back, if there is one to come back."""
    if previous is not None and article.corrections.filter(status=Correction.Status.PUBLISHED).exists():
        jobs.defer("find_regressions", revision.pk)


@receiver(check_request_enabled)
def let_known_sites_in(*, request: HttpRequest, **_: Any) -> bool:
    """Let a page read our answers if the site that it names with ``?site=`` allows its origin.

    The address is looked at here too: corsheaders asks for every address, not only for those it is set up for.
    """
    if not request.GET.get("site") or not re.match(settings.CORS_URLS_REGEX, request.path_info):
        return False
    try:
        intake.site_of(request)
    except intake.ForeignOrigin:
        return False
    return True
