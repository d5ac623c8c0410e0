"""The kinds of problems that the API answers with (RFC 9457): what each one means, and what to do.

One table for the answers themselves, for the page to which their ``type`` leads, and for the OpenAPI document. What is
not in it has the type ``about:blank``: its status says all there is.
"""

from http import HTTPStatus
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from rest_framework.exceptions import ValidationError

from articles.actions import RevisionConflict
from articles.api import Withdrawn
from articles.rest import idempotency
from articles.rest.conditions import PreconditionFailed, PreconditionRequired
from corrections import actions, intake
from corrections.parsers import TooLarge
from corrections.webhooks import actions as webhooks

ANYWHERE = ("articles", "cases", "corrections", "reports", "webhooks")


class Kind(NamedTuple):
    """One kind of problem."""

    errors: tuple[type[Exception], ...]
    """The errors that become it."""
    status: int
    name: str
    title: str
    advice: str
    """What happened, and what to do."""
    tags: tuple[str, ...] = ANYWHERE
    """The calls that can answer with it, by their tags in the document."""

    @property
    def heading(self) -> str:
        """Its status, with the words for it."""
        return f"{self.status} {title_of(self.status)}"

    @property
    def type(self) -> str:
        """The address of its description."""
        return f"{settings.SITE_URL}{reverse('api:problems')}#{self.name}"


KINDS = (
    Kind((intake.ForeignOrigin,), 403, "foreign-origin", "This page may not send reports here",
         "A browser sent it from a page whose origin no site allows. The desk keeps the sites and their origins.",
         ("reports",)),
    Kind((actions.ApprovalRefused,), 403, "approval-refused", "This person may not approve this correction",
         "Whoever drafted it, or lacks the right that its severity asks for, is no second pair of eyes. "
         "Have somebody else approve it.", ("cases",)),
    Kind((idempotency.KeyReused,), 409, "key-reused", "The Idempotency-Key came before, with another request",
         "Make a new key for each new request; repeat an old one only with the very same method, address and body."),
    Kind((RevisionConflict,), 409, "revision-conflict", "The article is at another revision",
         "Somebody saved it meanwhile. Load it again, and make the change on what is there now.",
         ("articles", "cases")),
    Kind((actions.EditConflict,), 409, "edit-conflict", "The text there is not the text that was seen",
         "The article was revised, or the passage does not stand where it was said to. Nothing was changed. "
         "Load the case again, and correct what it shows.", ("cases",)),
    Kind((actions.InvalidTransition,), 409, "invalid-transition", "The case is not in a state for this",
         "It was decided, is held by somebody else, or waits for something. Load it again; “status” and “assignee” "
         "say which.", ("cases",)),
    Kind((webhooks.NotActive,), 409, "endpoint-not-active", "The endpoint takes nothing now",
         "Activate it first, then deliver again what it missed.", ("webhooks",)),
    Kind((Withdrawn,), 410, "article-withdrawn", "The article was withdrawn",
         "Its public page, whose address “detail” has, says why.", ("articles",)),
    Kind((PreconditionFailed,), 412, "precondition-failed", "It is not as you saw it",
         "Its “ETag” is another one than “If-Match” names, or it exists although “If-None-Match” says “*”. "
         "Load it again, and decide anew.", ("articles", "cases")),
    Kind((TooLarge, RequestDataTooBig), 413, "too-large", "The body is too large",
         "“detail” says how many bytes are read: 160,000 of a report, 5,000,000 of anything else."),
    Kind((actions.GuardedStyleFix,), 422, "guarded-style-fix", "A style fix touches what it should not",
         "Figures, names, quoted words, negations, the headline and links are no matter of style. Choose another kind, "
         "or say in “override_reason” why it is one; the reason is kept.", ("cases",)),
    Kind((actions.PolicyViolation,), 422, "policy-violation", "The policy does not allow this correction",
         "“detail” says which rule: a severity that the kind does not "
         "have, a notice that is missing. The rules stand on the page “How we correct”.", ("cases",)),
    Kind((ValidationError,), 422, "invalid-fields", "Some fields or parameters are not valid",
         "“errors” names each, with what is wrong. Nested fields have full stops between: “quote.exact”."),
    Kind((PreconditionRequired,), 428, "precondition-required", "Nothing says which state was seen",
         "Send the “ETag” of what you read in “If-Match”, or its number in “revision”.", ("cases",)),
    Kind((intake.TooManyReports,), 429, "too-many-reports", "Many reports came from there",
         "Wait as many seconds as “Retry-After” says, then send this one again.", ("reports",)),
)  # fmt: skip


def title_of(status: int) -> str:
    """Give a status in words."""
    return HTTPStatus(status).phrase


def kind_of(error: Exception) -> Kind | None:
    """Give the kind that an error becomes, if it has one of its own."""
    return next((kind for kind in KINDS if isinstance(error, kind.errors)), None)


@require_safe
def problems(request: HttpRequest) -> HttpResponse:
    """Show all kinds, each at the address that its ``type`` has."""
    return render(request, "problems.html", {"kinds": KINDS, "page_language": "en"})


def describe(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Give every problem in the OpenAPI document the examples that its call can answer with."""
    for operations in result["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                content = response.get("content", {}).get("application/problem+json")
                if content is not None:
                    content["examples"] = _examples(int(status), response["description"], operation["tags"])
    return result


def _examples(status: int, words: str, tags: list[str]) -> dict[str, Any]:
    kinds = [kind for kind in KINDS if kind.status == status and not {*kind.tags}.isdisjoint(tags)]
    examples = {kind.name: {"summary": kind.title, "value": _example(kind)} for kind in kinds}
    if not examples or status in (403, 429):
        blank = {"type": "about:blank", "title": title_of(status), "status": status, "detail": words}
        examples["about:blank"] = {"summary": title_of(status), "value": blank}
    return examples


def _example(kind: Kind) -> dict[str, Any]:
    value = {"type": kind.type, "title": kind.title, "status": kind.status, "detail": kind.advice}
    if kind.name == "invalid-fields":
        value["errors"] = {"page_size": ["Give a whole number from 1 to 200."]}
    return value
