"""The messages that webhooks receive, as the API's document describes them. ``webhooks.events`` writes them."""

from typing import Any

from rest_framework import serializers

from articles.models import Part
from articles.rest.fields import At
from corrections.models import Case, Category, Outcome, Resolution
from corrections.policy import Kind, Severity
from corrections.serializers.cases import QuotedSerializer
from corrections.webhooks.models import EventType


class _Described(serializers.Serializer[Any]):
    """Describes what something else writes."""


class ArticleInMessageSerializer(_Described):
    """The article that a message is about, as it is when the message is written."""

    id = serializers.UUIDField(help_text="The article's id.")
    url = serializers.URLField(help_text="The public page.")
    canonical_url = serializers.URLField(allow_null=True, help_text="Where readers find it, if not here.")
    source = serializers.CharField(  # type: ignore[assignment]  # a field named as one of its class's attributes
        allow_null=True, help_text="The system it came from; null for articles that were written here."
    )
    external_id = serializers.CharField(allow_null=True, help_text="What the source calls it.")
    headline = serializers.CharField(help_text="Plain text.")
    revision = serializers.IntegerField(allow_null=True, help_text="The number of its current revision.")


class ReportInMessageSerializer(_Described):
    """A reader's report: what it is about, and nothing of what the reader wrote beside the quoted words."""

    id = serializers.UUIDField(help_text="The report's id.")
    article = ArticleInMessageSerializer(help_text="The article that it is about.")
    part = serializers.ChoiceField(
        choices=Part.choices, allow_null=True, help_text="The part that the words were selected in, if it was said."
    )
    category = serializers.ChoiceField(
        choices=Category.choices,
        allow_null=True,
        help_text="What kind of error the reader thinks it is, if it was said.",
    )
    quote = QuotedSerializer(help_text="The words that the reader selected.")
    received_at = At(help_text="When it came in; UTC.")


class CaseInMessageSerializer(_Described):
    """A case, as it is when the message is written."""

    id = serializers.IntegerField(help_text="The case's number.")
    url = serializers.URLField(help_text="The page at the desk.")
    article = ArticleInMessageSerializer(help_text="The article that it is about.")
    part = serializers.ChoiceField(choices=Part.choices, help_text="The part that the quote lies in.")
    category = serializers.ChoiceField(
        choices=Category.choices, help_text="What kind of error its readers think it is."
    )
    quote = QuotedSerializer(help_text="The words that its first reader selected.")
    passage = serializers.ChoiceField(choices=Outcome.choices, help_text="How surely the passage was found.")
    status = serializers.ChoiceField(choices=Case.Status.choices, help_text="Where it stands.")
    reports = serializers.IntegerField(help_text="How many reports are about it.")


class ResolvedCaseInMessageSerializer(CaseInMessageSerializer):
    """A case that ended."""

    resolution = serializers.ChoiceField(choices=Resolution.choices, help_text="How it ended.")


class RevisionsInMessageSerializer(_Described):
    """The texts on either side of a correction."""

    before = serializers.IntegerField(help_text="The number of the last text with the error.")
    after = serializers.IntegerField(allow_null=True, help_text="The number of the first without it.")


class CorrectionInMessageSerializer(_Described):
    """An entry of the public log."""

    number = serializers.CharField(help_text="Permanent: the year and the place in it.")
    url = serializers.URLField(help_text="The permanent public page.")
    kind = serializers.ChoiceField(choices=Kind.choices, help_text="What was done to the article.")
    severity = serializers.ChoiceField(choices=Severity.choices, help_text="How much it alters the meaning.")
    article = ArticleInMessageSerializer(help_text="The article that was put right.")
    case = serializers.IntegerField(help_text="The number of the case that it came of.")
    part = serializers.ChoiceField(choices=Part.choices, help_text="The part that it stood in.")
    before = serializers.CharField(help_text="What was wrong.")
    after = serializers.CharField(help_text="What is right.")
    notice = serializers.CharField(help_text="The sentence that tells the public.")
    language = serializers.CharField(help_text="BCP 47.")
    revision = RevisionsInMessageSerializer(help_text="The texts on either side of it.")
    published_at = At(help_text="When it came into the log; UTC.")
    amends = serializers.CharField(allow_null=True, help_text="The entry that it replaces, if it is an amendment.")


class WithdrawnCorrectionInMessageSerializer(CorrectionInMessageSerializer):
    """An entry that was withdrawn, and stays in the log as what it is."""

    withdrawn_at = At(help_text="When it was withdrawn; UTC.")
    reason = serializers.CharField(help_text="Why.")


class RevisionInMessageSerializer(_Described):
    """A saved text of an article."""

    number = serializers.IntegerField(help_text="From 1.")
    headline = serializers.CharField(help_text="Plain text.")
    saved_at = At(help_text="When it was saved; UTC.")


class ReportDataSerializer(_Described):
    """What came in."""

    report = ReportInMessageSerializer(help_text="The report.")


class CaseDataSerializer(_Described):
    """What was opened."""

    case = CaseInMessageSerializer(help_text="The case.")


class ResolvedDataSerializer(_Described):
    """What ended, and with which correction."""

    case = ResolvedCaseInMessageSerializer(help_text="The case.")
    correction = serializers.CharField(
        allow_null=True, help_text="The number of the log's entry that it led to, if any."
    )


class CorrectionDataSerializer(_Described):
    """What was published."""

    correction = CorrectionInMessageSerializer(help_text="The correction.")


class WithdrawnDataSerializer(_Described):
    """What was withdrawn."""

    correction = WithdrawnCorrectionInMessageSerializer(help_text="The correction.")


class RevisionDataSerializer(_Described):
    """What was saved."""

    article = ArticleInMessageSerializer(help_text="The article.")
    revision = RevisionInMessageSerializer(help_text="Its new text.")


def _message(kind: EventType, data: type[_Described]) -> type[_Described]:
    """Give the message of one type: what all of them have, around its own data."""
    name = "".join(word.capitalize() for word in kind.split("."))
    fields: dict[str, Any] = {
        "type": serializers.ChoiceField(choices=[kind.value], help_text="What happened."),
        "timestamp": At(help_text="When it happened, UTC; messages may arrive in another order."),
        "data": data(help_text="What it happened to."),
        "truncated": serializers.ListField(
            child=serializers.CharField(), required=False, help_text="Paths of texts that were cut to keep it small."
        ),
    }
    words = f"What an endpoint receives when {kind.label}."
    return type(f"{name}MessageSerializer", (_Described,), {**fields, "__doc__": words, "__module__": __name__})


MESSAGES = {
    EventType.REPORT_RECEIVED: _message(EventType.REPORT_RECEIVED, ReportDataSerializer),
    EventType.CASE_OPENED: _message(EventType.CASE_OPENED, CaseDataSerializer),
    EventType.CASE_RESOLVED: _message(EventType.CASE_RESOLVED, ResolvedDataSerializer),
    EventType.CORRECTION_PUBLISHED: _message(EventType.CORRECTION_PUBLISHED, CorrectionDataSerializer),
    EventType.CORRECTION_AMENDED: _message(EventType.CORRECTION_AMENDED, CorrectionDataSerializer),
    EventType.CORRECTION_WITHDRAWN: _message(EventType.CORRECTION_WITHDRAWN, WithdrawnDataSerializer),
    EventType.ARTICLE_REVISED: _message(EventType.ARTICLE_REVISED, RevisionDataSerializer),
}
"""What each type of message is made of."""
