"""The API of cases: what waits for a decision, and the decisions, by the same actions as the editors' buttons."""

import inspect
from typing import Any, ClassVar

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.settings import api_settings

from articles.rest import conditions
from articles.rest.access import user_of
from articles.rest.idempotency import Answer
from articles.rest.models import Scope
from articles.rest.views import ApiView, ListView
from corrections import actions
from corrections.filters import CaseFilter
from corrections.models import Case, Resolution
from corrections.policy import Kind, Severity
from corrections.serializers import cases as serializers

_REVIEW = "corrections.review_case"
_ID = {"id": "The case's `id`."}


class CasesView(ListView):
    """The cases."""

    scopes = {"GET": Scope.CASES_READ}
    permissions = {"GET": _REVIEW}
    serializer_class = serializers.CaseRowSerializer
    filterset_class = CaseFilter
    ordering = ("-first_reported_at", "-pk")

    def get_queryset(self) -> QuerySet[Case]:
        """Fetch what a row names, without any text."""
        return Case.objects.for_queue().select_related("regression_of").defer("article__current__body")

    @extend_schema(operation_id="list_cases", tags=["cases"])
    def get(self, request: Request) -> Response:
        """List cases, the latest first; `?status=open&older_than=3d` are those that have waited for three days."""
        return self.list(request)


class CaseView(ApiView):
    """One case."""

    path_parameters = _ID
    scopes = {"GET": Scope.CASES_READ}
    permissions = {"GET": _REVIEW}
    serializer_class = serializers.CaseSerializer

    @extend_schema(operation_id="get_case", tags=["cases"])
    def get(self, _request: Request, pk: int) -> Response:
        """Give a case with its reports and its trail. One that was merged names the case that took it."""
        return Response(self.get_serializer(_case(pk)).data)


class Verb(ApiView):
    """A decision about a case; a subclass names its input and calls one action. Its docstring tells what it does."""

    path_parameters = _ID
    scopes = {"POST": Scope.CASES_WRITE}
    permissions = {"POST": _REVIEW}
    problems = {"POST": (409, 412)}
    serializer_class = serializers.CaseSerializer
    input_class: ClassVar[type[Serializer[Case]]] = serializers.NothingSerializer
    locks_first: ClassVar[bool] = True
    """Whether a condition is checked on the locked case."""

    def post(self, request: Request, pk: int) -> Response:
        """Decide, and give the case as it is now."""
        response = self.once(request, lambda: self._decide(request, pk))
        response.headers["ETag"] = conditions.etag_of(response.data)
        return response

    def act(self, case: Case, values: dict[str, Any], *, by: User) -> None:
        """Call the action."""
        raise NotImplementedError

    def _decide(self, request: Request, pk: int) -> Answer:
        is_conditional = not {"If-Match", "If-None-Match"}.isdisjoint(request.headers)
        if is_conditional and self.locks_first:
            Case.objects.select_for_update(no_key=True).filter(pk=pk).first()
        case = _case(pk)
        sent = self.input_class(data=request.data)
        sent.is_valid(raise_exception=True)
        values = dict(sent.validated_data)
        if is_conditional:
            conditions.check(request, conditions.etag_of(serializers.CaseSerializer(case).data))
        try:
            self.act(case, values, by=user_of(request))
        except actions.PolicyViolation:
            raise
        except ValueError as error:
            raise ValidationError({api_settings.NON_FIELD_ERRORS_KEY: [str(error)]}) from error
        return 200, serializers.CaseSerializer(_case(pk)).data


class ClaimView(Verb):
    """Take the case, in the name of the account for which the key acts; again, to prolong the claim.

    While somebody else holds it: 409, unless `takeover` says so.
    """

    input_class = serializers.ClaimSerializer

    def act(self, case: Case, values: dict[str, Any], *, by: User) -> None:
        """Claim the case."""
        actions.claim_case(case, takeover=values["takeover"], by=by)


class ReleaseView(Verb):
    """Give a claimed case back to the queue. Only its holder can (409)."""

    def act(self, case: Case, _values: dict[str, Any], *, by: User) -> None:
        """Release the case."""
        actions.release_case(case, by=by)


class CorrectView(Verb):
    """Put the passage right, or draft it where a second person has to approve. Only the case's holder can (409).

    Applying is strict: it happens in the very revision that was seen, named by `revision` (409 when the article has
    moved on) or by `If-Match` with the case's `ETag` (412). With neither, nothing says what was seen: 428.
    """

    problems = {"POST": (409, 412, 428)}
    input_class = serializers.CorrectSerializer

    def act(self, case: Case, values: dict[str, Any], *, by: User) -> None:
        """Correct the article, at the passage or at the stretch that was named."""
        if "revision" not in values:
            if "If-Match" not in self.request.headers:
                raise conditions.PreconditionRequired(
                    "Say which text you saw: its number in `revision`, or the case's ETag in If-Match."
                )
            values["revision"] = case.article.text.number
        if "start" not in values:
            if case.start is None:
                raise ValueError("The case has no passage: pick it at the desk, or give start, end and expected.")
            if case.revision_id != case.article.current_id:
                raise actions.EditConflict("The passage is being carried over to a new revision. Load the case again.")
            values |= {"start": case.start, "end": case.end, "expected": case.passage_text}
        values |= {"kind": Kind(values["kind"]), "severity": Severity(values["severity"])}
        actions.correct_case(case, **values, by=by)


class RejectView(Verb):
    """Close the case without a correction; its readers are told why. Only its holder can (409)."""

    input_class = serializers.RejectSerializer

    def act(self, case: Case, values: dict[str, Any], *, by: User) -> None:
        """Reject the case."""
        actions.reject_case(case, reason=Resolution(values["reason"]), message=values["message"], by=by)


class SnoozeView(Verb):
    """Put the case off until a time, or until more readers report it. One of the two is needed (422)."""

    input_class = serializers.SnoozeSerializer

    def act(self, case: Case, values: dict[str, Any], *, by: User) -> None:
        """Snooze the case."""
        actions.snooze_case(case, **values, by=by)


class MergeView(Verb):
    """Close the case as the same error as another case of the same article, which takes over its reports."""

    input_class = serializers.MergeSerializer
    locks_first = False  # the action locks two cases, always in the order of their numbers

    def act(self, case: Case, values: dict[str, Any], *, by: User) -> None:
        """Merge the case into the other one."""
        into = Case.objects.filter(pk=values["into"]).first()
        if into is None:
            raise ValidationError({"into": ["There is no case with this number."]})
        actions.merge_case(case, into=into, by=by)


class ReopenView(Verb):
    """Bring a decided case back into the queue."""

    input_class = serializers.ReopenSerializer

    def act(self, case: Case, values: dict[str, Any], *, by: User) -> None:
        """Reopen the case."""
        actions.reopen_case(case, note=values["note"], by=by)


class ApproveView(Verb):
    """Give the second signature to the correction that waits for it, and publish it.

    The account for which the key acts needs the permission that the correction's severity asks for (403).
    """

    input_class = serializers.ApproveSerializer

    def act(self, case: Case, values: dict[str, Any], *, by: User) -> None:
        """Publish the draft that waits."""
        actions.approve_case(case, draft=values.get("draft"), by=by)


VERBS: dict[str, type[Verb]] = {
    "claim": ClaimView,
    "release": ReleaseView,
    "correct": CorrectView,
    "reject": RejectView,
    "snooze": SnoozeView,
    "merge": MergeView,
    "reopen": ReopenView,
    "approve": ApproveView,
}
for _name, _view in VERBS.items():
    extend_schema_view(
        post=extend_schema(
            operation_id=f"{_name}_case",
            tags=["cases"],
            request=_view.input_class,
            responses=serializers.CaseSerializer,
            description=inspect.getdoc(_view),
        )
    )(_view)


def _case(pk: int) -> Case:
    cases = (
        Case.objects.for_queue()
        .select_related("revision", "regression_of")
        .prefetch_related("events__by", "events__key")
    )
    case = cases.filter(pk=pk).first()
    if case is None:
        raise Http404("There is no such case.")
    return case
