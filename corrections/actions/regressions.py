"""Errors that come back: a text from elsewhere, or an editor's, in which something that was corrected is wrong again.

(published correction) ──a later revision has its error again──▶ a case with ``arrival`` regression that names it
"""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from articles.models import Article, Revision
from corrections import anchoring
from corrections.actions.cases import lock_case, record
from corrections.actions.ranking import RANKED, rank_cases
from corrections.actions.reports import bring_up_to_date
from corrections.models import Case, Correction, Event, Outcome
from corrections.policy import RULES, Severity
from corrections.regression import Watch


@transaction.atomic
def find_regressions(revision: Revision) -> None:
    """Raise a case for every correction whose error ``revision`` has brought back. Safe to repeat.

    An error is back when the revision has it, the one before had not, and the current one has it still. There is one
    case for a correction at a time, and one for a place: an open case at that place becomes the regression. What an
    editor corrects at the desk is no regression, nor is an error whose correction was withdrawn.
    """
    article = Article.objects.select_for_update(no_key=True, of=("self",)).with_text().get(pk=revision.article_id)
    # Locked: the current revision stays current, and no triage opens a case at the same place meanwhile.
    previous = article.revisions.filter(number__lt=revision.number, number__gte=1).order_by("-number").first()
    if previous is None or article.corrections.filter(revision=revision).exclude(base=revision).exists():
        return
    bring_up_to_date(article)
    for correction in _standing(article, previous):
        watch = Watch.of(correction)
        if watch.finds_error_in(revision) and not watch.finds_error_in(previous):
            place = watch.error_in(article.text)
            if place is not None:
                _raise(correction, article, *place)


def _standing(article: Article, previous: Revision) -> list[Correction]:
    """The corrections that the text before was under, each only in its last wording."""
    published = article.corrections.filter(
        status=Correction.Status.PUBLISHED, base__number__lte=previous.number, revision__number__lte=previous.number
    )
    return list(published.exclude(before=F("after")).select_related("base", "case").order_by("pk"))


def _raise(correction: Correction, article: Article, start: int, end: int) -> None:
    if article.cases.unresolved().filter(regression_of=correction).exists():
        return
    severity = Severity(correction.severity)
    case = _case_at(article, correction.part, start, end)
    if case is None:
        now = timezone.now()
        text = article.text.projection(correction.part).text
        case = Case.objects.create(
            article=article,
            part=correction.part,
            category=correction.case.category,
            exact=text[start:end],
            prefix=text[max(0, start - anchoring.CONTEXT) : start],
            suffix=text[end : end + anchoring.CONTEXT],
            revision=article.text,
            start=start,
            end=end,
            outcome=Outcome.EXACT,
            arrival=Case.Arrival.REGRESSION,
            regression_of=correction,
            due_at=now + RULES[severity].decide_within,
        )
        record(case, Event.Kind.OPENED, outcome=case.outcome)
    else:
        lock_case(case, allowed_from=[status for status in Case.Status if status != Case.Status.RESOLVED])
        case.arrival = Case.Arrival.REGRESSION
        case.regression_of = correction
        case.save(update_fields=["arrival", "regression_of"])
    rank_cases([case], at=timezone.now())
    case.save(update_fields=RANKED)
    record(
        case,
        Event.Kind.REGRESSED,
        old=case.status,
        correction=correction.pk,
        number=correction.number,
        revision=article.text.number,
    )


def _case_at(article: Article, part: str, start: int, end: int) -> Case | None:
    text = article.text.projection(part).text
    placed = article.cases.unresolved().filter(
        part=part, revision=article.text, outcome__in=(Outcome.EXACT, Outcome.MOVED), regression_of=None
    )
    for case in placed.order_by("pk"):
        if anchoring.same_place(case.start or 0, case.end or 0, start, end, text):
            return case
    return None
