"""Public pages of the product: the corrections log, its policy, the report form without JavaScript, the receipts."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_stubs_ext import StrPromise

from articles.models import Article
from articles.pages import interface_language, public_page, render_page
from articles.text import collapse
from corrections import actions, addresses, intake, subscriptions
from corrections.anchoring import Quote
from corrections.answers import answer_to
from corrections.forms import AppealForm, CreditForm, ReportForm
from corrections.letters import language_of
from corrections.models import Address, Correction, CorrectionQuerySet, LogHead, Report
from corrections.policy import APPEAL_WITHIN, RULES, SEVERITIES, Approver, Kind, Placement, Rule
from corrections.standing import Stage, Standing, appeal_until, passage_href, standing_of

_PER_PAGE = 20
_LONGEST_SEARCH = 200
_SITEMAP_LIMIT = 50_000


@require_safe
@public_page()
def log(request: HttpRequest) -> HttpResponse:
    """List the public corrections, newest first; ``?kind=``, ``?section=`` and ``?q=`` narrow the list down."""
    chosen = {
        "kind": request.GET.get("kind", ""),
        "section": request.GET.get("section", ""),
        "q": collapse(request.GET.get("q", ""))[:_LONGEST_SEARCH],
    }
    entries = with_articles(Correction.objects.public().newest_first())
    if chosen["kind"]:
        entries = entries.filter(kind=chosen["kind"])
    if chosen["section"]:
        entries = entries.filter(article__section=chosen["section"])
    if chosen["q"]:
        entries = entries.filter(_mentions(chosen["q"]))
    page = Paginator(entries, _PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "chosen": chosen,
        "is_filtered": any(chosen.values()),
        "kinds": [kind for kind in Kind if any(RULES[severity].public for severity in SEVERITIES[kind])],
        "sections": _sections(),
        "style_fixes": _style_fixes(),
        "head": LogHead.objects.get(),
    }
    return render(request, "corrections/log.html", context)


@require_safe
@public_page()
def correction(request: HttpRequest, number: str) -> HttpResponse:
    """Show one entry of the log with its place in the chain. What was amended or withdrawn stays at its address."""
    entries = with_articles(Correction.objects.public()).select_related("base", "revision")
    entry = get_object_or_404(entries, number=number)
    links = entry.log_entries.order_by("position")
    return render(request, "corrections/correction.html", {"entry": entry, "links": links})


@require_safe
@public_page(seconds=3600)
def policy(request: HttpRequest) -> HttpResponse:
    """Show the rules by which we correct, from the same tables that the desk works by."""
    context = {
        "rules": [(severity, rule, _PLACEMENTS[rule.placement], _approval(rule)) for severity, rule in RULES.items()],
        "kinds": [(kind, _MEANINGS[kind], SEVERITIES[kind]) for kind in Kind],
        "appeal_within": APPEAL_WITHIN,
    }
    return render(request, "corrections/policy.html", context)


@csrf_exempt  # the token in the address is the proof; there is no session that a foreign page could abuse
@require_http_methods(["GET", "HEAD", "POST"])
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """Tell a reader what became of the report, and take one appeal."""
    report = _report_of(token)
    if request.method != "POST":
        return _receipt_page(request, report)
    form = AppealForm(request.POST)
    if not form.is_valid():
        return _receipt_page(request, report, appeal=form, status=422)
    try:
        actions.appeal_report(report, message=form.cleaned_data["message"])
    except actions.AppealRefused:
        return _receipt_page(request, report, appeal=form, refusal="appeal", status=409)
    return _private(redirect(report))


@csrf_exempt  # as above
@require_POST
def credit(request: HttpRequest, token: str) -> HttpResponse:
    """Take a reader's consent to be named in a notice, or its end."""
    report = _report_of(token)
    form = CreditForm(request.POST)
    if not form.is_valid():
        return _receipt_page(request, report, credit=form, status=422)
    try:
        actions.credit_reader(report, name=form.consented_name)
    except actions.InvalidTransition:
        return _receipt_page(request, report, refusal="credit", status=409)
    return _private(redirect(report))


@csrf_exempt  # the token in the address is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_address(request: HttpRequest, token: str) -> HttpResponse:
    """Ask by a button, since programs that scan mail open links, and confirm that answers may go to an address."""
    address = addresses.read(token, addresses.Purpose.CONFIRM)
    if address is not None and request.method == "POST":
        actions.confirm_address(address)
    state = "unknown" if address is None else "confirmed" if address.may_be_written_to else "confirm"
    return _mail_page(request, state, address)


@csrf_exempt  # mail programs send this POST themselves, without any page before it (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
def stop_mail(request: HttpRequest, token: str) -> HttpResponse:
    """Stop all mail to an address, by a button or by a mail program's one click; a second button starts it again."""
    address = addresses.read(token, addresses.Purpose.STOP)
    if address is not None and request.method == "POST":
        # Who holds this token has read a letter at the address, so it needs no second confirmation.
        (actions.confirm_address if "again" in request.POST else actions.stop_mail)(address)
    if address is None:
        state = "unknown"
    elif request.method == "POST" and address.may_be_written_to:
        state = "confirmed"
    else:
        state = "stop" if address.stopped_at is None else "stopped"
    return _mail_page(request, state, address)


@csrf_exempt  # mail programs send this POST themselves, without any page before it (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
def stop_digest(request: HttpRequest, token: str) -> HttpResponse:
    """Stop the digest to somebody of the newsroom, by a button or by a mail program's one click."""
    user = subscriptions.read(token)
    if user is not None and request.method == "POST":
        actions.stop_digest(user)
    state = "unknown" if user is None else "stopped" if actions.refuses_digest(user) else "stop"
    return _private(render(request, "admin/desk/digest.html", {"state": state}, status=404 if user is None else 200))


@csrf_exempt  # the page is the same for every reader, so it can hold no token: the origin is checked instead
@require_http_methods(["GET", "HEAD", "POST"])
def report_form(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a report without JavaScript, by the API's rules."""
    if request.method != "POST":
        return _empty_form(request, get_object_or_404(Article.objects.published().with_text(), slug=slug))
    article = get_object_or_404(Article.objects.with_page().with_text(), slug=slug)
    if article.status == Article.Status.WITHDRAWN:
        return _form_page(request, article, ReportForm(request.POST), problem="gone", status=404)
    return _take_report(request, article)


@require_safe
@public_page(seconds=3600)
def sitemap(request: HttpRequest) -> HttpResponse:
    """List the pages that search engines should know, the newest articles first, as many as a sitemap can hold."""
    articles = Article.objects.published().latest_first().only("slug", "modified_at")[: _SITEMAP_LIMIT // 2]
    entries = Correction.objects.public().newest_first().only("number")[: _SITEMAP_LIMIT // 2 - 3]
    response = render(
        request, "sitemap.xml", {"articles": articles, "entries": entries}, content_type="application/xml"
    )
    response["Content-Language"] = "mul"
    return response


@require_safe
@public_page(seconds=3600)
def robots(request: HttpRequest) -> HttpResponse:
    """Ask robots to stay out of what is private or not for reading."""
    response = render(request, "robots.txt", content_type="text/plain; charset=utf-8")
    response["Content-Language"] = "en"
    return response


def with_articles(entries: CorrectionQuerySet) -> QuerySet[Correction]:
    """Fetch along what an entry shows of its article, its predecessor and its successor."""
    return (
        entries.select_related("article__current", "amends")
        .defer("article__current__body", "article__current__standfirst")
        .prefetch_related("amendments")
    )


@public_page(seconds=300)
def _empty_form(request: HttpRequest, article: Article) -> HttpResponse:
    form = ReportForm(initial={"exact": request.GET.get("quote", "")[:2000], "revision": article.text.number})
    return _form_page(request, article, form)


def _take_report(request: HttpRequest, article: Article) -> HttpResponse:
    form = ReportForm(request.POST)
    try:
        intake.check_origin(request)
    except intake.ForeignOrigin:
        return _form_page(request, article, form, problem="foreign", status=403)
    if not form.is_valid():
        return _form_page(request, article, form, status=422)
    reader = intake.reader_of(request)
    try:
        intake.check_rate(reader)
    except intake.TooManyReports as error:
        response = _form_page(request, article, form, problem="too_many", status=429)
        response["Retry-After"] = str(error.retry_after)
        return response
    data = form.cleaned_data
    report = actions.submit_report(
        article,
        Quote(data["exact"]),
        url=request.build_absolute_uri(article.get_absolute_url()),
        revision_number=data["revision"],
        category=data["category"],
        suggestion=data["suggestion"],
        comment=data["comment"],
        email=data["email"],
        credit=form.consented_name,
        language=interface_language(article.language),
        reader=reader,
    )
    return _private(redirect(report))


def _report_of(token: str) -> Report:
    return get_object_or_404(Report.objects.select_related("case", "address", "article__current"), token=token)


def _receipt_page(
    request: HttpRequest,
    report: Report,
    *,
    appeal: AppealForm | None = None,
    credit: CreditForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    standing = standing_of(report)
    context = {
        "report": report,
        "standing": standing,
        "stages": _stages(standing),
        "answer": answer_to(standing),
        "passage_href": passage_href(report, standing),
        "appeal_until": appeal_until(report, standing),
        "form": appeal or AppealForm(),
        "credit_form": credit or CreditForm(initial={"name": report.credit, "credit": bool(report.credit)}),
        "refusal": refusal,
    }
    language = language_of(report)
    return _private(render_page(request, "corrections/receipt.html", context, language=language, status=status))


def _form_page(
    request: HttpRequest, article: Article, form: ReportForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {"article": article, "form": form, "problem": problem}
    response = render_page(request, "corrections/report_form.html", context, language=article.language, status=status)
    if status != 200:
        _private(response)
        # Under "no-referrer" browsers send the origin as "null", and the second try would be taken for a foreign one.
        response["Referrer-Policy"] = "same-origin"
    return response


def _mail_page(request: HttpRequest, state: str, address: Address | None) -> HttpResponse:
    latest = address and address.reports.select_related("article").order_by("-received_at").first()
    language = language_of(latest) if latest else interface_language(get_language() or "")
    status = 404 if address is None else 200
    return _private(render_page(request, "corrections/mail.html", {"state": state}, language=language, status=status))


def _private(response: HttpResponse) -> HttpResponse:
    """Keep a page with a reader's words, or its address, out of caches, search engines and other sites' logs."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _mentions(words: str) -> Q:
    # SQLite folds the case of ASCII letters alone, so other scripts are looked for in the spellings that occur.
    condition = Q()
    for spelling in {words, words.lower(), words.upper(), words.capitalize()}:
        for field in ("number", "notice", "before", "after", "article__current__headline"):
            condition |= Q(**{f"{field}__icontains": spelling})
    return condition


def _sections() -> list[str]:
    entries = Correction.objects.public().exclude(article__section="")
    return list(entries.order_by("article__section").values_list("article__section", flat=True).distinct())


def _style_fixes() -> int:
    counted = Correction.objects.filter(number=None, status=Correction.Status.PUBLISHED).aggregate(fixes=Count("pk"))
    return int(counted["fixes"])


@dataclass(frozen=True, slots=True)
class Step:
    """A step on a report's way, and whether the report has come so far."""

    label: "StrPromise"
    is_reached: bool
    is_current: bool


def _stages(standing: Standing) -> list[Step]:
    order = list(Stage)
    at = order.index(standing.stage)
    labels = [_("Received"), _("Being looked at"), _("Decided")]
    return [Step(label, index <= at, index == at) for index, label in enumerate(labels)]


def _approval(rule: Rule) -> StrPromise:
    return _APPROVALS[rule.approver]


_PLACEMENTS: Mapping[Placement, StrPromise] = {
    Placement.NONE: _("No notice; we publish how many there were."),
    Placement.BOTTOM: _("A notice at the end of the article, and an entry in the log."),
    Placement.TOP: _("A notice at the top of the article, and an entry in the log."),
    Placement.REPLACES_TEXT: _("A notice in place of the article, at the same address, and an entry in the log."),
}

_APPROVALS: Mapping[Approver | None, StrPromise] = {
    None: _("One editor."),
    Approver.EDITOR: _("Two editors."),
    Approver.STANDARDS_EDITOR: _("An editor and the standards editor."),
    Approver.CHIEF_EDITOR: _("An editor and the chief editor."),
}

_MEANINGS: Mapping[Kind, StrPromise] = {
    Kind.STYLE_FIX: _("Spelling, grammar or layout. Nothing that the article says has changed."),
    Kind.CORRECTION: _("We were wrong. The notice says what was wrong and what is right."),
    Kind.CLARIFICATION: _("What we wrote was true but could be misunderstood, or was unfair."),
    Kind.UPDATE: _("Something has happened since, and the article now says so. We never call a correction an update."),
    Kind.EDITORS_NOTE: _("Readers should know something about how the article came to be."),
    Kind.RETRACTION: _("The article cannot stand. Its text is gone; the notice that says why stays at its address."),
}
