"""Articles and revisions as JSON."""

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from articles.models import Article, Part, Revision
from articles.rest.fields import Address, At, Body, Language, Moment, Text

EXAMPLE_ID = "0197c9a2-5d5f-7b40-9c52-3f1f6f1c2b10"
_ABOUT = {
    "id": EXAMPLE_ID,
    "url": "https://news.example/articles/harbour-bridge-to-close/",
    "headline": "Harbour bridge to close",
    "standfirst": "Repairs will take until June.",
    "language": "en",
    "section": "City",
    "byline": "Anna Kovalenko",
    "source": "wordpress",
    "external_id": "4711",
    "canonical_url": "https://post.example/2026/harbour-bridge/",
    "status": "published",
    "published_at": "2026-03-04T08:30:00Z",
    "modified_at": "2026-03-05T10:02:11Z",
    "revision": 2,
}
_TEXT = {
    "body": "<p>The bridge closes on <b>Monday</b>.</p>",
    "text": {
        "headline": "Harbour bridge to close",
        "standfirst": "Repairs will take until June.",
        "body": "The bridge closes on Monday.",
    },
}


_REVISION = {"number": 2, "headline": "Harbour bridge to close", "note": "", "created_at": "2026-03-05T10:02:11Z"}


@extend_schema_serializer(examples=[OpenApiExample("An article, in a list", _ABOUT, response_only=True)])
class ArticleRowSerializer(serializers.Serializer[Article]):
    """An article without its body, as lists give it."""

    id = serializers.UUIDField(help_text="Ours; it never changes.")
    url = serializers.SerializerMethodField(help_text="The public page.")
    headline = serializers.CharField(help_text="Plain text.")
    standfirst = serializers.CharField(
        source="text.standfirst", help_text="Plain text under the headline; may be empty."
    )
    language = serializers.CharField(help_text="BCP 47.")
    section = serializers.CharField(help_text="Where it stands in the paper; may be empty.")
    byline = serializers.CharField(help_text="Who wrote it, as readers see it; may be empty.")
    source = serializers.CharField(  # type: ignore[assignment]  # a field named as one of its class's attributes
        help_text="The system it came from; empty for articles that were written here."
    )
    external_id = serializers.CharField(help_text="What the source calls it.")
    canonical_url = serializers.CharField(help_text="Where it was first published, if elsewhere.")
    status = serializers.ChoiceField(choices=Article.Status.choices, help_text="Whether the public may read it.")
    published_at = At(help_text="When it became public, or will; UTC.")
    modified_at = At(help_text="When its text last changed; UTC.")
    revision = serializers.IntegerField(source="text.number", help_text="The number of the current revision.")

    def get_url(self, article: Article) -> str:
        """Give the whole address."""
        return urljoin(f"{settings.SITE_URL}/", article.get_absolute_url())


class PlainTextSerializer(serializers.Serializer[Revision]):
    """The plain text of each part, its projection: what quotes are quoted from and offsets count in (code points)."""

    headline = serializers.CharField(help_text="The headline's plain text.")
    standfirst = serializers.CharField(help_text="The standfirst's plain text.")
    body = serializers.CharField(
        help_text="The body's plain text: blocks with a line feed between, white space as one space."
    )

    def to_representation(self, instance: Revision) -> dict[str, Any]:
        """Project every part."""
        return {part.value: instance.projection(part).text for part in Part}


@extend_schema_serializer(examples=[OpenApiExample("An article", value=_ABOUT | _TEXT, response_only=True)])
class ArticleSerializer(ArticleRowSerializer):
    """An article with its text."""

    body = serializers.CharField(source="text.body", help_text="HTML, sanitised: safe to show.")
    text = PlainTextSerializer(help_text="The plain text of each part, which quotes and offsets refer to.")


@extend_schema_serializer(examples=[OpenApiExample("A revision, in a list", _REVISION, response_only=True)])
class RevisionRowSerializer(serializers.Serializer[Revision]):
    """A revision without its text."""

    number = serializers.IntegerField(help_text="From 1.")
    headline = serializers.CharField(help_text="Plain text.")
    note = serializers.CharField(help_text="Why it was made.")
    created_at = At(help_text="When it was saved; UTC.")


@extend_schema_serializer(
    examples=[
        OpenApiExample("A revision", _REVISION | _TEXT | {"standfirst": _ABOUT["standfirst"]}, response_only=True)
    ]
)
class RevisionSerializer(RevisionRowSerializer):
    """A revision with its text."""

    standfirst = serializers.CharField(help_text="Plain text under the headline; may be empty.")
    body = serializers.CharField(help_text="HTML, sanitised: safe to show.")
    text = PlainTextSerializer(source="*", help_text="The plain text of each part, which quotes and offsets refer to.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "An article from a CMS",
            request_only=True,
            value={
                "headline": "Harbour bridge to close",
                "standfirst": "Repairs will take until June.",
                "body": "<p>The bridge closes on <b>Monday</b>.</p>",
                "language": "en",
                "section": "City",
                "byline": "Anna Kovalenko",
                "canonical_url": "https://post.example/2026/harbour-bridge/",
                "published_at": "2026-03-04T08:30:00Z",
            },
        )
    ]
)
class SentArticleSerializer(Body):
    """An article as its source says it is now. What is left out, or empty, stays as it is."""

    headline = Text(max_length=500, help_text="Plain text.")
    standfirst = Text(
        max_length=10_000, required=False, default="", allow_blank=True, help_text="Plain text under the headline."
    )
    body = Text(max_length=4_000_000, help_text="HTML. Scripts, styles and embeds are taken out.")
    language = Language(required=False, default="", allow_blank=True, help_text="BCP 47.")
    section = Text(
        max_length=100, required=False, default="", allow_blank=True, help_text="Where it stands in the paper."
    )
    byline = Text(
        max_length=300, required=False, default="", allow_blank=True, help_text="Who wrote it, as readers see it."
    )
    canonical_url = Address(
        max_length=1000, required=False, default="", allow_blank=True,
        help_text="Where readers find it, if not here. Reports from that page are about this article.",
    )  # fmt: skip
    published_at = Moment(
        required=False, allow_null=True, default=None, help_text="In the future: becomes public then."
    )
    modified_at = Moment(
        required=False, allow_null=True, default=None, help_text="When the source last changed it; now when left out."
    )
    note = Text(
        max_length=300, required=False, default="", allow_blank=True, help_text="Why; shown in the article's history."
    )
