"""Cases as JSON, and what a decision about one takes."""

from typing import Any, ClassVar

from django.conf import settings
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from articles.models import Part
from articles.rest.fields import At, Body, Choice, Constraints, Moment, Text, Truth, Whole
from corrections.models import REJECTIONS, Case, Category, Correction, Event, Outcome, Report, Resolution
from corrections.passages import Place, place_of
from corrections.policy import Kind, Severity
from corrections.serializers.log import EXAMPLE_ARTICLE, AboutArticleSerializer

_ROW: dict[str, Any] = {
    "id": 7,
    "url": "https://news.example/admin/corrections/case/7/change/",
    "article": EXAMPLE_ARTICLE,
    "status": "claimed",
    "arrival": "new",
    "resolution": None,
    "category": "fact",
    "part": "body",
    "quote": {"exact": "five million", "prefix": "It cost ", "suffix": ", the mayor said."},
    "outcome": "exact",
    "assignee": "olena",
    "claim_expires_at": "2026-03-05T10:15:00Z",
    "snoozed_until": None,
    "wake_at_reports": None,
    "priority": 45,
    "report_count": 2,
    "first_reported_at": "2026-03-05T08:00:00Z",
    "last_reported_at": "2026-03-05T09:30:00Z",
    "due_at": "2026-03-06T08:00:00Z",
    "resolved_at": None,
    "merged_into": None,
    "regression_of": None,
}
_WHOLE: dict[str, Any] = {
    "passage": {"revision": 2, "start": 1204, "end": 1216, "text": "five million", "is_sure": True},
    "reports": [
        {
            "id": "3b0d1a1e-8f6e-4a51-a5fb-1d5c8a3c8f11",
            "received_at": "2026-03-05T08:00:00Z",
            "category": "fact",
            "quote": {"exact": "five million", "prefix": "It cost ", "suffix": ", the mayor said."},
            "suggestion": "fifteen million",
            "comment": "See the council's budget.",
            "language": "en",
            "appealed_at": None,
        }
    ],
    "draft": None,
    "corrections": [],
    "events": [
        {
            "kind": "claimed",
            "at": "2026-03-05T10:00:00Z",
            "by": "olena",
            "key": None,
            "old_status": "open",
            "new_status": "claimed",
            "note": "",
            "data": {},
        }
    ],
}


class QuotedSerializer(serializers.Serializer[Any]):
    """The words that were selected, and those around."""

    exact = serializers.CharField(help_text="The words as they were selected.")
    prefix = serializers.CharField(help_text="What stood before them; may be empty.")
    suffix = serializers.CharField(help_text="What stood after them; may be empty.")


class RegressionSerializer(serializers.Serializer[Correction]):
    """The correction whose error is back."""

    number = serializers.CharField(allow_null=True, help_text="Null for a style fix, which the log does not show.")
    case = serializers.IntegerField(source="case_id", help_text="The case that the correction came of.")
    before = serializers.CharField(help_text="What was wrong, and is again.")
    after = serializers.CharField(help_text="What was put in its place.")
    published_at = At(help_text="When it was put right; UTC.")


@extend_schema_serializer(examples=[OpenApiExample("A case, in a list", _ROW, response_only=True)])
class CaseRowSerializer(serializers.Serializer[Case]):
    """A case without its reports and its trail, as lists give it."""

    id = serializers.IntegerField(help_text="The case's number.")
    url = serializers.SerializerMethodField(help_text="The page at the desk.")
    article = AboutArticleSerializer(help_text="The article that it is about.")
    status = serializers.ChoiceField(choices=Case.Status.choices, help_text="Where it stands.")
    arrival = serializers.ChoiceField(choices=Case.Arrival.choices, help_text="Why it is in the queue.")
    resolution = serializers.SerializerMethodField(help_text="How it ended; null while it has not.")
    category = serializers.ChoiceField(
        choices=Category.choices, help_text="What kind of error its readers think it is."
    )
    part = serializers.ChoiceField(choices=Part.choices, help_text="The part of the article that the quote lies in.")
    quote = QuotedSerializer(source="*", help_text="The words that its first reader selected.")
    outcome = serializers.ChoiceField(choices=Outcome.choices, help_text="How surely the passage was found.")
    assignee = serializers.CharField(
        source="assignee.username", allow_null=True, default=None, help_text="Who holds it."
    )
    claim_expires_at = At(allow_null=True, help_text="When the claim lapses, UTC; null while nobody holds it.")
    snoozed_until = At(allow_null=True, help_text="When a snoozed case comes back by itself; UTC.")
    wake_at_reports = serializers.IntegerField(allow_null=True, help_text="At how many reports a snoozed case wakes.")
    priority = serializers.IntegerField(help_text="More is more urgent.")
    report_count = serializers.IntegerField(help_text="How many reports are about it.")
    first_reported_at = At(help_text="When its first report came in; UTC.")
    last_reported_at = At(help_text="And its latest; UTC.")
    due_at = At(allow_null=True, help_text="Until when it has to be decided, UTC; null for no clock.")
    resolved_at = At(allow_null=True, help_text="When it ended, UTC; null while it has not.")
    merged_into = serializers.IntegerField(source="merged_into_id", allow_null=True, help_text="The case that took it.")
    regression_of = RegressionSerializer(allow_null=True, help_text="The correction whose error is back, if it is one.")

    def get_url(self, case: Case) -> str:
        """Give the whole address."""
        return settings.SITE_URL + case.get_absolute_url()

    @extend_schema_field(serializers.ChoiceField(choices=Resolution.choices, allow_null=True))
    def get_resolution(self, case: Case) -> str | None:
        """Give the resolution, if there is one."""
        return case.resolution or None


class PassageSerializer(serializers.Serializer[Place]):
    """Where the quote lies in the article's current text. Offsets are null where it has to be picked at the desk."""

    revision = serializers.IntegerField(source="revision.number", help_text="The current revision.")
    start = serializers.IntegerField(allow_null=True, help_text="In code points of the part's plain text.")
    end = serializers.IntegerField(
        allow_null=True, help_text="Where it ends: the first code point that is not part of it."
    )
    text = serializers.CharField(source="words", help_text="The words that stand there now.")
    is_sure = serializers.BooleanField(help_text="Whether a correction may be made there.")


class CaseReportSerializer(serializers.Serializer[Report]):
    """A reader's report, without what would tell who the reader is."""

    id = serializers.UUIDField(help_text="The report's id.")
    received_at = At(help_text="When it came in; UTC.")
    category = serializers.CharField(
        help_text="What kind of error the reader thinks it is: typo, fact, wording, other, or empty."
    )
    quote = QuotedSerializer(source="*", help_text="The words that the reader selected.")
    suggestion = serializers.CharField(help_text="The words that the reader wants instead; may be empty.")
    comment = serializers.CharField(help_text="What the reader adds; may be empty.")
    language = serializers.CharField(help_text="The reader's language (BCP 47); may be empty.")
    appealed_at = At(allow_null=True, help_text="When the reader appealed, UTC; null without an appeal.")


class CaseCorrectionSerializer(serializers.Serializer[Correction]):
    """A correction or draft that came of a case."""

    id = serializers.IntegerField(help_text="What `approve` takes as `draft`.")
    number = serializers.CharField(allow_null=True, help_text="Null for drafts and style fixes.")
    status = serializers.ChoiceField(choices=Correction.Status.choices, help_text="How far it has come.")
    kind = serializers.ChoiceField(choices=Kind.choices, help_text="What is done to the article.")
    severity = serializers.ChoiceField(choices=Severity.choices, help_text="How much it alters the meaning.")
    start = serializers.IntegerField(help_text="Where `before` stands, in code points of the part's plain text.")
    before = serializers.CharField(help_text="The words that are wrong.")
    after = serializers.CharField(help_text="The words in their place.")
    notice = serializers.CharField(help_text="The sentence that tells the public; empty for a style fix.")
    drafted_by = serializers.CharField(source="drafted_by.username", help_text="The account of who wrote it.")
    approved_by = serializers.CharField(
        source="approved_by.username", allow_null=True, default=None, help_text="And of who gave the second signature."
    )
    published_at = At(allow_null=True, help_text="When it was published, UTC; null for drafts.")


class EventSerializer(serializers.Serializer[Event]):
    """One row of the trail: who did what, when and why."""

    kind = serializers.ChoiceField(choices=Event.Kind.choices, help_text="What happened.")
    at = At(help_text="When; UTC.")
    by = serializers.CharField(
        source="by.username", allow_null=True, default=None, help_text="The account of who did it; null for the system."
    )
    key = serializers.CharField(
        source="key.name", allow_null=True, default=None, help_text="The API key that was used, if any."
    )
    old_status = serializers.CharField(help_text="The case's status before; empty for its first event.")
    new_status = serializers.ChoiceField(choices=Case.Status.choices, help_text="And after.")
    note = serializers.CharField(help_text="Why, in the words of who did it; may be empty.")
    data = serializers.DictField(  # type: ignore[assignment]  # a field named as one of its class's attributes
        help_text="What else is known of it, depending on the kind."
    )


@extend_schema_serializer(examples=[OpenApiExample("A case", value=_ROW | _WHOLE, response_only=True)])
class CaseSerializer(CaseRowSerializer):
    """A case with its passage, its reports, what came of it, and its trail."""

    passage = serializers.SerializerMethodField(help_text="Where the quote lies in the article's current text.")
    reports = serializers.SerializerMethodField(help_text="Oldest first.")
    corrections = serializers.SerializerMethodField(help_text="Drafts included, oldest first.")
    events = EventSerializer(many=True, help_text="Oldest first.")

    @extend_schema_field(PassageSerializer)
    def get_passage(self, case: Case) -> dict[str, Any]:
        """Find the passage in the current revision."""
        return dict(PassageSerializer(place_of(case)).data)

    @extend_schema_field(CaseReportSerializer(many=True))
    def get_reports(self, case: Case) -> list[dict[str, Any]]:
        """Give the reports in the order in which they came."""
        reports = case.reports.order_by("received_at", "pk")
        return [dict(CaseReportSerializer(report).data) for report in reports]

    @extend_schema_field(CaseCorrectionSerializer(many=True))
    def get_corrections(self, case: Case) -> list[dict[str, Any]]:
        """Give the corrections in the order in which they were drafted."""
        rows = case.corrections.select_related("drafted_by", "approved_by").order_by("pk")
        return [dict(CaseCorrectionSerializer(row).data) for row in rows]


@extend_schema_serializer(examples=[OpenApiExample("Nothing", {}, request_only=True)])
class NothingSerializer(Body):
    """A decision that takes nothing more."""


@extend_schema_serializer(examples=[OpenApiExample("Take it over", {"takeover": True}, request_only=True)])
class ClaimSerializer(Body):
    """Take the case, or prolong the claim."""

    takeover = Truth(default=False, help_text="Take it although somebody else is working on it; the trail keeps that.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Put the passage right",
            request_only=True,
            value={
                "revision": 2,
                "replacement": "fifteen million",
                "kind": "correction",
                "severity": "substantive",
                "notice": "An earlier version of this article said five million. It is fifteen million.",
            },
        )
    ]
)
class CorrectSerializer(Body):
    """Replace a stretch of the article's text. Without `start`, `end` and `expected`, it is the case's passage."""

    constraints: ClassVar[Constraints] = Body.constraints | {
        "dependentRequired": {"start": ["end", "expected"], "end": ["start", "expected"], "expected": ["start", "end"]}
    }
    revision = Whole(
        min_value=1, required=False, help_text="The revision that was seen. Left out, `If-Match` has to say it."
    )
    start = Whole(min_value=0, required=False, help_text="In code points of the part's plain text in that revision.")
    end = Whole(min_value=0, required=False, help_text="The first code point that stays.")
    expected = Text(
        max_length=20_000,
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        help_text="The words that stand there.",
    )
    replacement = Text(
        max_length=20_000,
        allow_blank=True,
        trim_whitespace=False,
        help_text="Plain text to stand there; empty to delete.",
    )
    kind = Choice(choices=Kind.choices, help_text="What is done to the article.")
    severity = Choice(choices=Severity.choices, help_text="How much it alters the meaning; decides who has to approve.")
    notice = Text(max_length=5000, default="", allow_blank=True, help_text="Needed for everything but a style fix.")
    override_reason = Text(
        max_length=2000, default="", allow_blank=True, help_text="Why a style fix touches what it should not."
    )
    thank = Truth(default=False, help_text="End the notice with thanks to the readers who consented to be named.")
    for_approval = Truth(default=False, help_text="Wait for a second person, also where one is enough.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Take a stretch whole or not at all."""
        given = {"start", "end", "expected"} & attrs.keys()
        if len(given) in (1, 2):
            missing = sorted({"start", "end", "expected"} - given)
            raise serializers.ValidationError({name: ["Give start, end and expected together."] for name in missing})
        return attrs


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "It was right",
            {"reason": "not_an_error", "message": "The council says so in its minutes."},
            request_only=True,
        )
    ]
)
class RejectSerializer(Body):
    """Close the case without a correction; its readers are told why."""

    reason = Choice(choices=[(reason.value, reason.label) for reason in REJECTIONS], help_text="Why.")
    message = Text(max_length=2000, default="", allow_blank=True, help_text="Follows the canned sentence.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Until tomorrow, or five more reports",
            {"until": "2999-03-06T08:00:00Z", "reports": 5, "note": "Waiting for the council."},
            request_only=True,
        )
    ]
)
class SnoozeSerializer(Body):
    """Put the case off."""

    constraints: ClassVar[Constraints] = Body.constraints | {
        "anyOf": [{"required": ["until"]}, {"required": ["reports"]}]
    }
    until = Moment(required=False, default=None, help_text="A time in the future; the case comes back by itself.")
    reports = Whole(
        min_value=1, max_value=1000, required=False, default=None,
        help_text="Until so many more reports have come; with `until`, whichever is first.",
    )  # fmt: skip
    note = Text(max_length=500, default="", allow_blank=True, help_text="Why; kept in the trail.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse to put a case off for ever."""
        if attrs["until"] is None and attrs["reports"] is None:
            raise serializers.ValidationError("Say until when the case is put off, or until how many more reports.")
        return attrs


@extend_schema_serializer(examples=[OpenApiExample("The same error as case 7", {"into": 7}, request_only=True)])
class MergeSerializer(Body):
    """Close the case as the same error as another case of the article."""

    into = Whole(min_value=1, help_text="The number of the case that takes it.")


@extend_schema_serializer(
    examples=[
        OpenApiExample("It was wrong after all", {"note": "The council has corrected its minutes."}, request_only=True)
    ]
)
class ReopenSerializer(Body):
    """Bring a decided case back."""

    note = Text(max_length=500, default="", allow_blank=True, help_text="Why.")


@extend_schema_serializer(examples=[OpenApiExample("The draft that was read", {"draft": 12}, request_only=True)])
class ApproveSerializer(Body):
    """Give the second signature to the draft that waits for it."""

    draft = Whole(
        min_value=1, required=False,
        help_text="The `id` of the draft that was read; another one that waits by now is not published.",
    )  # fmt: skip
