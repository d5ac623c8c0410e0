"""The case page: the passage in the article's text, what readers say about it, and the decision.

Every verb has an address of its own that takes a POST; what is refused, or only previewed, shows the page again with
what was typed.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import RedirectView

from corrections import actions, notices
from corrections.cms.models import Push
from corrections.desk import arrivals, correcting, decisions, passages, proposals, pushes, queue
from corrections.desk.earlier import last_return
from corrections.models import REJECTIONS, Case, Correction
from corrections.passages import Place, place_after, place_of
from corrections.policy import BREAK_GLASS, RULES, SEVERITIES, Approver, Severity

_SHOWN_REPORTS = 20
_SHOWN_OTHERS = _SHOWN_EVENTS = 50
_VERBS = decisions.VERBS | pushes.VERBS
Status = Case.Status


@admin.register(Case)
class CaseAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    """The case page in the place of Django's form. Nobody adds or deletes a case, and actions alone change one."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Leave cases out of the list of applications: the queue is their list."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Case | None = None) -> bool:
        """Ask for the right to review."""
        return _may_review(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Cases come from reports alone."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Case | None = None) -> bool:
        """Actions alone change a case."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Case | None = None) -> bool:
        """A case is never deleted."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """Give every verb its address, before Django's own, which would take any words for a key."""
        site = self.admin_site
        verbs = [
            path(
                f"<int:pk>/{verb}/",
                site.admin_view(partial(decide, site, verb)),
                name=f"corrections_case_{verb.replace('-', '_')}",
            )
            for verb in _VERBS
        ]
        return [
            path(
                "",
                site.admin_view(RedirectView.as_view(pattern_name="admin:index")),
                name="corrections_case_changelist",
            ),
            path("<int:pk>/draft/", site.admin_view(draft_notice), name="corrections_case_draft"),
            path("<int:pk>/others/", site.admin_view(arrivals.tell_of_others), name="corrections_case_others"),
            *verbs,
            path(
                "<int:pk>/change/",
                site.admin_view(partial(show, site)),
                name="corrections_case_change",
            ),
        ]


def show(site: admin.AdminSite, request: HttpRequest, pk: int) -> HttpResponse:
    """Show a case; one that was merged leads to the case that took it."""
    case = _find_case(request, pk)
    if case.merged_into_id and "stay" not in request.GET:
        messages.info(
            request,
            _("Case %(case)s was merged into case %(into)s.") % {"case": case.pk, "into": case.merged_into_id},
        )
        return redirect(address(case.merged_into_id, queue.Cut(request).query))
    actions.look_at_case(case, by=_editor(request))
    actions.note_presence(case, by=_editor(request))
    return _page(site, request, case)


def decide(site: admin.AdminSite, verb: str, request: HttpRequest, pk: int) -> HttpResponse:
    """Do what the editor decided and go on to the next case, or say why it cannot be done."""
    case = _find_case(request, pk)
    cut = queue.Cut(request)
    if request.method != "POST":
        return redirect(address(pk, cut.query))
    if not request.user.has_perm(_VERBS[verb].permission):
        raise PermissionDenied
    form = _VERBS[verb](case, request.POST)
    following = None if form.stays else cut.next_after(case)
    if form.is_valid() and "preview" not in request.POST:
        try:
            done = form.act(by=_editor(request))
        except decisions.REFUSALS as refusal:
            form.add_error(None, str(refusal))
            form.refusal = refusal
        else:
            messages.success(request, done, extra_tags=f"undo {pk}" if form.can_be_undone else "")
            if form.stays:
                return redirect(address(pk, cut.query))
            return redirect(address(following, cut.query) if following else _queue_address(cut.query))
    # A case that was refused may have changed in memory, and somebody else may have changed it in the database.
    return _page(site, request, _find_case(request, pk), sent=form)


def draft_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the page's script: the notice to propose for a change, and what a style fix would touch by it."""
    case = _find_case(request, pk)
    if request.method != "POST":
        return JsonResponse({}, status=405)
    form = decisions.Correct(case, request.POST)
    form.is_valid()
    # Whoever types is not silent: the claim goes on. One that was lost meanwhile is told of when the form is sent.
    actions.keep_claim(case, by=_editor(request))
    values = form.cleaned_data
    if not {"start", "end", "expected", "replacement", "kind"} <= values.keys():
        return JsonResponse({}, status=422)
    return JsonResponse(
        {
            "notice": notices.draft(
                values["kind"], before=values["expected"], after=values["replacement"], language=case.article.language
            ),
            "touched": correcting.touched(form),
        }
    )


def address(pk: int, query: str) -> str:
    """Give the address of a case page within a cut of the queue."""
    return reverse("admin:corrections_case_change", args=[pk]) + (f"?{query}" if query else "")


def _page(
    site: admin.AdminSite, request: HttpRequest, case: Case, *, sent: decisions.Decision | None = None
) -> HttpResponse:
    cut = queue.Cut(request)
    editor = _editor(request)
    now = timezone.now()
    place = place_of(case)
    row = next(queue.rows([case], by=editor, at=now))
    previous, following = cut.neighbours(case)
    received = list(case.reports.select_related("site").order_by("-received_at")[:_SHOWN_REPORTS])
    reports = proposals.proposals(received, place, language=case.article.language)
    may_decide = case.status == Status.CLAIMED and row.is_mine
    correct = correcting.correct_form(request.GET, case, place, reports, sent) if place.start is not None else None
    drafts = case.corrections.filter(status=Correction.Status.AWAITING_APPROVAL, amends=None)
    draft = drafts.select_related("drafted_by").first()
    published = (
        case.corrections.exclude(published_at=None).select_related("drafted_by").order_by("-published_at").first()
    )
    owed = (
        case.corrections.filter(approval_due_at__isnull=False).select_related("drafted_by", "amends").first()
        if case.approval_due_at
        else None
    )
    if published is not None and case.status == Status.RESOLVED:
        place = place_after(case, published)
    looked_for = request.GET.get("find", "")[:200]
    others = list(case.article.cases.unresolved().exclude(pk=case.pk).nearest_first(case)[: _SHOWN_OTHERS + 1])
    events = list(case.events.select_related("by", "key").order_by("-at", "-pk")[: _SHOWN_EVENTS + 1])
    make: Callable[[type[decisions.Decision]], decisions.Decision] = partial(_form, case, place, sent)
    return TemplateResponse(
        request,
        "admin/desk/case.html",
        site.each_context(request)
        | {
            "title": _("Case %(number)s") % {"number": case.pk},
            "desk_section": "queue",
            "case": case,
            "row": row,
            "article": case.article,
            "place": place,
            "paragraphs": list(passages.paragraphs(place)),
            "stretches": passages.stretches(place),
            "candidates": [] if place.is_sure and not looked_for else passages.candidates(case, place, looked_for),
            "looked_for": looked_for,
            "reports": reports,
            "more_reports": max(case.report_count - len(received), 0),
            "events": events[:_SHOWN_EVENTS],
            "has_earlier_events": len(events) > _SHOWN_EVENTS,
            "returned": last_return(case, events),
            "others": others[:_SHOWN_OTHERS],
            "has_more_others": len(others) > _SHOWN_OTHERS,
            "may_claim": case.status == Status.OPEN or (case.status == Status.CLAIMED and not row.is_held),
            "may_decide": may_decide,
            "may_correct": may_decide and place.is_sure,
            "is_held_by_another": row.is_held and not row.is_mine,
            "correct": correct,
            "reject": make(decisions.Reject),
            "snooze": make(decisions.Snooze),
            "merge": make(decisions.Merge),
            "reopen": make(decisions.Reopen),
            "unmerge": make(decisions.Unmerge),
            "merged": list(case.merged.order_by("pk")[:_SHOWN_OTHERS]),
            "amend": make(decisions.Amend),
            "withdraw": make(decisions.Withdraw),
            "may_withdraw": editor.has_perm(decisions.Withdraw.permission),
            "return": make(decisions.Return),
            "here": arrivals.present(case, to=editor),
            "sent": sent,
            "refusals": _refusals(sent),
            "typed": _typed(sent, may_decide=may_decide),
            "draft": draft,
            "approver": _approver(draft, editor),
            "published": published,
            "is_second_needed": published is not None
            and published.approval_due_at is None
            and actions.has_to_wait(published.severity),
            "owed": owed,
            "owed_approver": _approver(owed, editor),
            "approve_published": make(decisions.ApprovePublished),
            "refuse": make(decisions.RefusePublished),
            "pushes": list(
                Push.objects.filter(event__case=case).select_related("connection", "event").order_by("-created_at")
            ),
            "four_eyes": settings.FOUR_EYES,
            "may_break_glass": editor.has_perm(BREAK_GLASS),
            "two_people": [str(severity) for severity in RULES if actions.needs_second_person(severity)],
            "answers": _answers(case),
            "severities": {str(kind): [str(severity) for severity in allowed] for kind, allowed in SEVERITIES.items()},
            "public_severities": [str(severity) for severity, rule in RULES.items() if rule.public],
            "previous": address(previous, cut.query) if previous else "",
            "next": address(following, cut.query) if following else "",
            "cut": cut,
            "query": f"?{cut.query}" if cut.query else "",
            "queue": _queue_address(cut.query),
        },
        status=_status(sent),
    )


def _find_case(request: HttpRequest, pk: int) -> Case:
    if not _may_review(request):
        raise PermissionDenied
    case = Case.objects.for_queue().select_related("revision", "merged_into", "regression_of").filter(pk=pk).first()
    if case is None:
        raise Http404
    return case


def _may_review(request: HttpRequest) -> bool:
    return request.user.has_perm("corrections.review_case")


def _editor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  # for the type checker: the admin lets nobody else in
    return request.user


def _queue_address(query: str) -> str:
    return reverse("admin:index") + (f"?{query}" if query else "")


def _form(
    case: Case, place: Place, sent: decisions.Decision | None, kind: type[decisions.Decision]
) -> decisions.Decision:
    """Give the form that was sent, with what was typed, or a fresh one."""
    return sent if isinstance(sent, kind) else kind(case, place=place)


def _refusals(sent: decisions.Decision | None) -> list[str]:
    """List what is wrong with the form that was sent, in the order of its fields."""
    if sent is None:
        return []
    found = [str(error) for error in sent.non_field_errors()]
    for field in sent:
        found += [f"{field.label}: {error}" for error in field.errors]
    return found


def _typed(sent: decisions.Decision | None, *, may_decide: bool) -> list[tuple[str, str]]:
    """Give what was typed into a form that is gone: the case has another state, or another holder."""
    if sent is None or not (sent.errors or sent.refusal):
        return []
    is_gone = isinstance(sent.refusal, actions.InvalidTransition)
    is_gone = is_gone or (not may_decide and isinstance(sent, decisions.Correct | decisions.Reject))
    return sent.typed if is_gone else []


def _status(sent: decisions.Decision | None) -> int:
    if sent is None or not (sent.errors or sent.refusal):
        return 200
    if isinstance(sent.refusal, actions.ApprovalRefused):
        return 403
    if isinstance(sent.refusal, (actions.EditConflict, actions.InvalidTransition)):
        return 409
    return 422


def _approver(correction: Correction | None, editor: User) -> dict[str, Any]:
    """Say who has to approve a correction, and whether this editor may, or why not."""
    if correction is None:
        return {}
    names = {
        Approver.EDITOR: _("another editor"),
        Approver.STANDARDS_EDITOR: _("a standards editor"),
        Approver.CHIEF_EDITOR: _("a chief editor"),
    }
    try:
        actions.check_signer(correction, by=editor)
        why_not = ""
    except actions.ApprovalRefused as refusal:
        why_not = str(refusal)
    return {
        "who": names[RULES[Severity(correction.severity)].approver or Approver.EDITOR],
        "may": not why_not,
        "why_not": why_not,
        "drafter": correction.drafted_by.get_full_name() or correction.drafted_by.username,
        "is_drafter": correction.drafted_by_id == editor.pk,
        "is_author": actions.is_author(correction, editor),
    }


def _answers(case: Case) -> dict[str, str]:
    """Give what a reader reads for each reason, in the article's language."""
    return {str(reason): decisions.canned(case, reason) for reason in REJECTIONS}
