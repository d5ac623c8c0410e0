"""Readers' reports: taken in, triaged into cases, appealed; and passages carried over when an article is revised."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.models import Article, Part, Revision
from articles.text import collapse
from corrections import anchoring, jobs
from corrections.actions.answering import take_address
from corrections.actions.cases import InvalidTransition, lock_case, record, reopen_case, resolve, wake_case
from corrections.actions.merging import merge_case
from corrections.actions.ranking import RANKED, rank_cases
from corrections.models import Case, Category, Event, Outcome, Report, Resolution, Site
from corrections.policy import APPEAL_WITHIN, RULES
from corrections.priority import severity_of
from corrections.standing import appeal_until, standing_of
from corrections.webhooks.events import announce_report

_EVERY_PART = (Part.BODY, Part.HEADLINE, Part.STANDFIRST)
_UNRESOLVED = (Case.Status.OPEN, Case.Status.CLAIMED, Case.Status.SNOOZED, Case.Status.AWAITING_APPROVAL)
_SURE = (Outcome.EXACT, Outcome.MOVED)
_PLACED = (*_SURE, Outcome.ALREADY_FIXED)
_LOOKED_BACK = 10
"""Revisions before the current one in which the words of a report are looked for that names none."""
FETCH_WITHIN = timedelta(minutes=2)
"""How long a report waits for its article to be fetched, before an editor sees it as lost."""
FETCH_AGAIN_AFTER = timedelta(hours=1)
"""How long an address that gave no article is left alone; after that another report has it asked again."""


class AppealRefused(Exception):
    """The reader cannot appeal (any more). Says why."""


@transaction.atomic
def submit_report(
    article: Article,
    quote: anchoring.Quote,
    *,
    url: str = "",
    site: Site | None = None,
    revision_number: int | None = None,
    part: str = "",
    category: str = "",
    suggestion: str = "",
    comment: str = "",
    email: str = "",
    credit: str = "",
    language: str = "",
    reader: str = "",
    received_at: datetime | None = None,
) -> Report:
    """Keep a reader's claim about ``quote`` as received, with its triage due, both on disk at the commit.

    An awaited article is fetched before, if the reader's ``site`` lets us. A mail address gets no answer before its
    owner has confirmed it; asking for that is due as well. ``credit`` is the name by which the reader consents to be
    thanked in public. ``received_at`` is for reports that come from elsewhere later; it is now when left out.
    """
    report = Report(
        article=article,
        url=url,
        site=site,
        revision_number=revision_number,
        part=part,
        exact=quote.exact,
        prefix=quote.prefix,
        suffix=quote.suffix,
        start=quote.start,
        category=category,
        suggestion=suggestion,
        comment=comment,
        email=email,
        credit=collapse(credit),
        language=language,
        reader=reader,
        received_at=received_at or timezone.now(),
    )
    if email:
        report.address = take_address(report)
    report.save()
    if article.status == Article.Status.AWAITED and site is not None and site.may_fetch:
        jobs.defer_again("fetch_article", article.pk, after=FETCH_AGAIN_AFTER)
        jobs.defer("triage_report", report.pk, due_at=timezone.now() + FETCH_WITHIN)
    else:
        jobs.defer("triage_report", report.pk)
    announce_report(report)
    return report


@transaction.atomic
def triage_report(report: Report) -> None:
    """Find the report's passage and put the report into the open case of that place, or open one. Safe to repeat.

    The article is locked meanwhile, so that two reports of one place cannot open two cases. A quote that cannot be
    found still opens a case, as ``lost``; one whose error is gone already is answered at once.
    """
    report.refresh_from_db(
        from_queryset=Report.objects.select_for_update(no_key=True, of=("self",)).select_related("article")
    )
    if report.triaged_at is not None:
        return
    article = report.article
    article.refresh_from_db(from_queryset=Article.objects.select_for_update(no_key=True, of=("self",)).with_text())
    # Locked: neither another triage for this article nor a revision of it can come between.
    bring_up_to_date(article)
    seen = _seen_by(report, article)
    part, passage = _find(report, article, seen)
    case = _case_at(article, part, passage, report)
    if case is None:
        case = _open_case(report, article.text, part, passage, seen)
    _join(report, case)
    if case.outcome == Outcome.ALREADY_FIXED and case.status == Case.Status.OPEN:
        _close_as_fixed(case)


@transaction.atomic
def appeal_report(report: Report, *, message: str) -> None:
    """Bring the reader's resolved case back to the desk, once a report, within ``APPEAL_WITHIN`` of the decision.

    Raises ``AppealRefused`` when there is nothing to appeal, or no more time, or no reason given.
    """
    if not message.strip():
        raise AppealRefused(_("Say why the decision should be looked at again."))
    report.refresh_from_db(
        from_queryset=Report.objects.select_for_update(no_key=True, of=("self",)).select_related("case")
    )
    case = report.case
    if report.appealed_at is not None:
        raise AppealRefused(_("This report has been appealed already."))
    if case is None or case.resolved_at is None:
        raise AppealRefused(_("There is no decision yet."))
    if appeal_until(report, standing_of(report)) is None:
        raise AppealRefused(
            _("An appeal is possible for %(days)s days after the decision.") % {"days": APPEAL_WITHIN.days}
        )
    try:
        reopen_case(case, note=message.strip(), arrival=Case.Arrival.APPEAL)
    except InvalidTransition as error:
        raise AppealRefused(_("The case is being looked at already.")) from error
    report.appealed_at = timezone.now()
    report.save(update_fields=["appealed_at"])


@transaction.atomic
def credit_reader(report: Report, *, name: str) -> None:
    """Note that the reader consents to be thanked by ``name`` in a notice, or, when it is empty, does not any more.

    Raises ``InvalidTransition`` once a correction is drafted or the case has ended: what is published stays.
    """
    report.refresh_from_db(
        from_queryset=Report.objects.select_for_update(no_key=True, of=("self",)).select_related("case")
    )
    if report.case is not None:
        lock_case(report.case, allowed_from=(Case.Status.OPEN, Case.Status.CLAIMED, Case.Status.SNOOZED))
    report.credit = collapse(name)
    report.save(update_fields=["credit"])


@transaction.atomic
def reanchor_cases(revision: Revision) -> None:
    """Carry the passages of the article's unresolved cases over to its current revision. Safe to repeat.

    Every passage goes revision by revision from where it stands and is judged by the case's own quote. A case whose
    passage reads as a reader suggested, or no longer has what was wrong, is closed as already fixed.
    """
    article = Article.objects.select_for_update(no_key=True, of=("self",)).with_text().get(pk=revision.article_id)
    # Locked: the current revision stays current, and no triage puts a report into a case meanwhile.
    bring_up_to_date(article)


def bring_up_to_date(article: Article) -> None:
    """Carry the passages of all unresolved cases over to the current text of a locked article. For actions alone."""
    for case in article.cases.unresolved().exclude(revision=article.current).order_by("pk"):
        lock_case(case, allowed_from=_UNRESOLVED)
        was_awaiting = case.revision.number == 0
        _carry_over(case, article.text)
        if was_awaiting:
            _merge_into_twin(case)


def _find(report: Report, article: Article, seen: Revision) -> tuple[str, anchoring.Passage]:
    """Look for the quote in the part that the report names, or in every part; the surest place wins."""
    parts = [report.part] if report.part else _EVERY_PART
    return _surest((part, _find_in(part, _quote_of(report), report.suggestion, seen, article.text)) for part in parts)


def _quote_of(report: Report) -> anchoring.Quote:
    return anchoring.Quote(report.exact, report.prefix, report.suffix, report.start)


def _seen_by(report: Report, article: Article) -> Revision:
    """Give the revision that the report names, else the newest of the last few in which its words stand for certain.

    Pages of other sites name none, and what a reader has open there may be an old copy.
    """
    named = article.revisions.filter(number=report.revision_number or 0).first()
    if named is not None:
        return named
    quote, parts = _quote_of(report), [report.part] if report.part else _EVERY_PART
    earlier = article.revisions.filter(number__lt=article.text.number).order_by("-number")[:_LOOKED_BACK]
    for revision in chain([article.text], earlier.iterator()):
        found = (anchoring.locate(revision.projection(part).text, quote) for part in parts)
        if any(passage.outcome in anchoring.SURE for passage in found):
            return revision
    return article.text


def _surest(found: Iterable[tuple[str, anchoring.Passage]]) -> tuple[str, anchoring.Passage]:
    order = list(Outcome)
    return min(found, key=lambda item: (order.index(Outcome(item[1].outcome)), -item[1].score))


def _find_in(
    part: str, quote: anchoring.Quote, suggestion: str, seen: Revision, current: Revision
) -> anchoring.Passage:
    """Find the quote in the text that the reader saw, and follow it from there to the current one."""
    if seen.number < current.number:
        passage = anchoring.locate(seen.projection(part).text, quote)
        if passage.outcome in anchoring.SURE:
            return _follow(part, quote, passage, suggestion, seen, current)
    return _locate(current, part, quote, suggestion)


def _locate(revision: Revision, part: str, quote: anchoring.Quote, suggestion: str) -> anchoring.Passage:
    """Look for a quote in a text of which nobody knows that it stood there, or in an earlier one.

    Other words than the quote's, between its context, have put nothing right then: what the reader saw may be newer
    than our copy, or the site's page say it otherwise. Only what reads as the suggestion is fixed; an editor looks at
    the rest.
    """
    text = revision.projection(part).text
    found = anchoring.locate(text, quote, suggestion=suggestion)
    there = text[found.start : found.end] if found.outcome is anchoring.Outcome.ALREADY_FIXED else None
    if there is None or (suggestion and anchoring.reads_as(there, suggestion)):
        return found
    return found._replace(outcome=anchoring.Outcome.SIMILAR)


def _follow(
    part: str, quote: anchoring.Quote, passage: anchoring.Passage, suggestion: str, seen: Revision, current: Revision
) -> anchoring.Passage:
    steps = current.article.revisions.filter(number__gte=seen.number, number__lte=current.number).order_by("number")
    texts = [revision.projection(part).text for revision in steps]
    return anchoring.follow(
        quote, passage.start, passage.end, texts, suggestion=suggestion, outcome=anchoring.Outcome(passage.outcome)
    )


def _case_at(article: Article, part: str, passage: anchoring.Passage, report: Report) -> Case | None:
    for case in article.cases.unresolved().filter(part=part).order_by("pk"):
        if case.start is None or case.end is None or passage.start is None or passage.end is None:
            if passage.start is None and case.exact == report.exact and case.prefix == report.prefix:
                return case
            continue
        are_sure = Outcome(passage.outcome) in _PLACED and case.outcome in _PLACED
        if case.revision_id != article.current_id or not are_sure:
            continue
        text = article.text.projection(part).text
        if anchoring.same_place(case.start, case.end, passage.start, passage.end, text):
            return case
    return None


def _open_case(report: Report, revision: Revision, part: str, passage: anchoring.Passage, seen: Revision) -> Case:
    severity = severity_of(part, report.category)
    case = Case.objects.create(
        article=revision.article,
        part=part,
        category=report.category or Category.OTHER,
        exact=report.exact,
        prefix=report.prefix,
        suffix=report.suffix,
        revision=revision,
        start=passage.start,
        end=passage.end,
        outcome=str(passage.outcome),
        first_reported_at=report.received_at,
        last_reported_at=report.received_at,
        due_at=report.received_at + RULES[severity].decide_within,
        came_at=report.received_at,
    )
    data: dict[str, Any] = {"outcome": str(passage.outcome), "received_at": report.received_at.isoformat()}
    stood = seen.number < revision.number and anchoring.locate(seen.projection(part).text, _quote_of(report))
    if stood and stood.outcome in anchoring.SURE:
        data["stood_in"] = seen.number
    record(case, Event.Kind.OPENED, **data)
    return case


def _join(report: Report, case: Case) -> None:
    lock_case(case, allowed_from=list(Case.Status))
    report.case = case
    report.triaged_at = timezone.now()
    report.save(update_fields=["case", "triaged_at"])
    case.report_count += 1
    case.first_reported_at = min(case.first_reported_at, report.received_at)
    case.last_reported_at = max(case.last_reported_at, report.received_at)
    rank_cases([case], at=timezone.now())
    case.save(update_fields=["report_count", "first_reported_at", "last_reported_at", *RANKED])
    record(case, Event.Kind.REPORTED, old=case.status, report=str(report.pk))
    if case.has_reports_to_wake:
        wake_case(case)


def _carry_over(case: Case, revision: Revision) -> None:
    # While the article was awaited, nobody could know in which part of it the words would stand.
    is_anywhere = case.revision.number == 0 and not case.reports.exclude(part="").exists()
    parts = _EVERY_PART if is_anywhere else [case.part]
    case.part, passage = _surest((part, _passage_in(case, revision, part)) for part in parts)
    case.start, case.end, case.outcome = passage.start, passage.end, Outcome(passage.outcome)
    case.revision = revision
    case.save(update_fields=["part", "revision", "start", "end", "outcome"])
    record(case, Event.Kind.REANCHORED, old=case.status, revision=revision.number, outcome=case.outcome)
    if case.outcome == Outcome.ALREADY_FIXED and case.status != Case.Status.AWAITING_APPROVAL:
        _close_as_fixed(case)


def _merge_into_twin(case: Case) -> None:
    """Put a case whose place nobody knew until now into the older one that turns out to be about the same place."""
    if case.status != Case.Status.OPEN or case.outcome not in _PLACED:
        return
    text = case.revision.projection(case.part).text
    twins = case.article.cases.filter(
        status=Case.Status.OPEN, outcome__in=_PLACED, part=case.part, revision=case.revision, pk__lt=case.pk
    )
    for twin in twins.order_by("pk"):
        if anchoring.same_place(twin.start or 0, twin.end or 0, case.start or 0, case.end or 0, text):
            merge_case(case, into=twin)
            return


def _passage_in(case: Case, revision: Revision, part: str) -> anchoring.Passage:
    """Say where the case's passage lies in a part of ``revision``, and whether it reads as a reader suggested.

    A passage that stood in some revision for certain is followed from there on, also if it has been edited or went: a
    new search could take a copy for it. One that never did may be of a text that is still to come.
    """
    here = anchoring.Passage(anchoring.Outcome(case.outcome), case.start, case.end)
    quote = anchoring.Quote(case.exact, case.prefix, case.suffix, case.start)
    suggestions = {words for words in case.reports.values_list("suggestion", flat=True) if words}
    if case.regression_of is not None:
        suggestions.add(case.regression_of.after)
    suggestions = suggestions or {""}
    is_followed = _has_stood(case)
    found = [
        _follow(part, quote, here, suggestion, case.revision, revision)
        if is_followed
        else _locate(revision, part, quote, suggestion)
        for suggestion in sorted(suggestions)
    ]
    return next((passage for passage in found if passage.outcome == anchoring.Outcome.ALREADY_FIXED), found[0])


def _has_stood(case: Case) -> bool:
    """Whether the case's passage was known for certain in some revision, as its trail says."""
    if case.outcome in _SURE:
        return True
    known = Q(kind=Event.Kind.PLACED) | Q(data__outcome__in=_SURE) | Q(data__has_key="stood_in")
    return case.events.filter(known).exists()


def _close_as_fixed(case: Case) -> None:
    old = case.status
    resolve(case, Resolution.ALREADY_FIXED, at=timezone.now())
    record(case, Event.Kind.ALREADY_FIXED, old=old)
