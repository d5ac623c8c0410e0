"""Two cases about one error become one, and can be parted again.

open, claimed ──merge──▶ resolved (duplicate), its reports with the other case, its address leading there
              ◀─unmerge─ open, with its reports
"""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from corrections.actions.cases import InvalidTransition, lock_case, record, resolve, wake_case
from corrections.actions.ranking import RANKED, rank_cases
from corrections.models import Case, Event, Resolution

Status = Case.Status

_COUNTED = ("report_count", "first_reported_at", "last_reported_at", *RANKED)


@transaction.atomic
def merge_case(case: Case, *, into: Case, by: User | None = None) -> None:
    """Close a case as a duplicate of another one, which takes over its reports. The old address leads to the other.

    Without ``by``, triage has found that both are about one place. Raises ``InvalidTransition`` unless both are of one
    article and unresolved and ``by`` may change ``case``.
    """
    if case.pk == into.pk:
        raise InvalidTransition(_("Case %(case)s cannot be merged into itself.") % {"case": case.pk})
    # Always in the order of the numbers, so that two merges the other way round cannot wait for each other.
    for row in sorted((case, into), key=lambda c: c.pk):
        if row is case:
            lock_case(case, allowed_from=(Status.OPEN, Status.CLAIMED), holder=by)
        else:
            lock_case(into, allowed_from=(Status.OPEN, Status.CLAIMED, Status.SNOOZED))
    if case.article_id != into.article_id:
        raise InvalidTransition(
            _("Cases %(case)s and %(into)s are about different articles.") % {"case": case.pk, "into": into.pk}
        )
    old, now = case.status, timezone.now()
    reports = [str(pk) for pk in case.reports.values_list("pk", flat=True)]
    before = {
        "first_reported_at": into.first_reported_at.isoformat(),
        "last_reported_at": into.last_reported_at.isoformat(),
    }
    case.reports.update(case=into)
    into.report_count += case.report_count
    into.first_reported_at = min(into.first_reported_at, case.first_reported_at)
    into.last_reported_at = max(into.last_reported_at, case.last_reported_at)
    rank_cases([into], at=now)
    into.save(update_fields=_COUNTED)
    case.merged_into = into
    case.report_count = 0
    resolve(case, Resolution.DUPLICATE, at=now, also=("merged_into", "report_count"))
    record(case, Event.Kind.MERGED, old=old, by=by, into=into.pk, reports=reports, before=before)
    record(into, Event.Kind.MERGED, old=into.status, by=by, taken=case.pk)
    if into.has_reports_to_wake:
        wake_case(into)


@transaction.atomic
def unmerge_case(case: Case, *, note: str = "", by: User) -> None:
    """Part a merged case from the one that took it: it is open again, with the reports that it had.

    Raises ``InvalidTransition`` for a case that was not merged. What the other case ended as stays.
    """
    _lock_with_holder(case)
    if case.merged_into_id is None:
        raise InvalidTransition(_("Case %(case)s was not merged into another one.") % {"case": case.pk})
    merging = case.events.filter(kind=Event.Kind.MERGED, data__has_key="into").order_by("-pk")[0]
    old = case.status
    case.status = Status.OPEN
    case.arrival = Case.Arrival.REOPENED
    case.resolution, case.resolved_at, case.assignee = "", None, None
    into = part_from_holder(case, merging)
    case.save(update_fields=["status", "arrival", "resolution", "resolved_at", "assignee"])
    record(case, Event.Kind.UNMERGED, old=old, by=by, note=note, from_case=into.pk)
    record(into, Event.Kind.UNMERGED, old=into.status, by=by, note=note, given_back=case.pk)


def part_from_holder(case: Case, merging: Event) -> Case:
    """Give ``case`` the reports back that the merge took; give the case that had them. For actions, on locked rows."""
    into = holder_of(case)
    lock_case(into, allowed_from=list(Status))
    case.report_count = into.reports.filter(pk__in=merging.data["reports"]).update(case=case)
    case.merged_into = None
    into.report_count -= case.report_count
    last = into.events.exclude(kind=Event.Kind.LOOKED).order_by("-pk").first()
    if last is not None and last.data.get("taken") == case.pk:
        # Nothing has come in between, so what the merge moved goes back too.
        before = merging.data["before"]
        into.first_reported_at = datetime.fromisoformat(before["first_reported_at"])
        into.last_reported_at = datetime.fromisoformat(before["last_reported_at"])
    rank_cases([case, into], at=timezone.now())
    case.save(update_fields=["merged_into", "report_count", *RANKED])
    into.save(update_fields=_COUNTED)
    return into


def holder_of(case: Case) -> Case:
    """Give the case that has a merged case's reports now: the one it was merged into, or what took that one since."""
    into = case
    while into.merged_into is not None:
        into = into.merged_into
    return into


def _lock_with_holder(case: Case) -> None:
    """Lock a merged case and the one that has its reports, in the order of their numbers, as merging does."""
    case.refresh_from_db(fields=["merged_into"])
    numbers = sorted({case.pk, holder_of(case).pk})
    list(Case.objects.select_for_update(no_key=True).filter(pk__in=numbers).order_by("pk"))
    lock_case(case, allowed_from=(Status.RESOLVED,))
